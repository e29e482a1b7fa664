import type { Units } from '../order/decimal.ts'
import type { OrderTerms, OrderType, Side } from '../order/request.ts'

/** An order as guards see it: what is asked, by whom, and the most it could still trade. Numbers are bigint units of 1e-9. */
export interface OrderCandidate {
  /** `new`: not sent yet (also when an approval arrived). `replace`: new terms of a live order. */
  readonly kind: 'new' | 'replace'
  readonly orderId: string
  readonly account: string
  readonly actor: string
  readonly strategy: string | undefined
  readonly broker: string
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  readonly terms: OrderTerms
  /**
   * Units that may still trade at worst: the whole quantity of a new order, the larger of old and new leaves of a replace, the
   * bound of a notional order.
   */
  readonly quantity: Units
  readonly limitPrice: Units | undefined
  readonly stopPrice: Units | undefined
  /** A human has approved this digest; the challenges it answers are satisfied. */
  readonly approved: boolean
  /** Value an earlier decision of the same order already counted; a replace adds only what is beyond it. */
  readonly countedValue: Units
  /** The last look before the write: what the order sends was counted when it was recorded. */
  readonly recheck?: true
  /** The kill switch's own order to close a position: only it passes at `flatten`, when it reduces. */
  readonly purpose?: 'flatten' | undefined
}

/** +1 for buys, -1 for sells. */
export function signOf(side: Side): 1n | -1n {
  return side === 'buy' ? 1n : -1n
}
