import type { AccountValues, Order } from '@sluice/core'
import type { Problem } from './problem.ts'

/** What `GET /account` answers. */
export interface AccountAnswer {
  readonly account: string
  /** What the broker last said it is worth; null when it never did. */
  readonly values: AccountValues | null
}

/** What became of one order of `DELETE /orders`. */
export interface CancelAnswer {
  readonly orderId: string
  /** What its own DELETE would have been answered with. */
  readonly status: number
  readonly order?: Order
  /** Why it failed, when it did. */
  readonly problem?: Problem
}
