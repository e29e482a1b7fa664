import type { OrderTerms, ReplaceRequest } from '../order/request.ts'

declare const approved: unique symbol

/**
 * The right to write one order to a socket. It ends: by the kill switch, a lost lease, a failed journal, a stream gap, a
 * withdrawal or its deadline. **Ask in the tick of each write, after every queue and rate bucket, on every retry and resend.**
 * `false` means that nothing may be written; the outcome is then `not_sent`.
 */
export type Permit = () => boolean

/** An order that passed the guards and is durable. Only the pipeline can make one; adapters accept nothing else. */
export interface ApprovedOrder {
  readonly [approved]: 'order'
  readonly orderId: string
  readonly clientOrderId: string
  readonly terms: OrderTerms
  readonly permit: Permit
}

/** New terms of a live order that passed the guards and are durable. */
export interface ApprovedReplacement {
  readonly [approved]: 'replacement'
  readonly orderId: string
  readonly account: string
  /** The new link's id (FIX ClOrdID 11). */
  readonly clientOrderId: string
  /** The last accepted id (FIX OrigClOrdID 41). */
  readonly originalClientOrderId: string
  readonly brokerOrderId: string
  readonly changes: ReplaceRequest
  /** The order as it will be. */
  readonly terms: OrderTerms
  readonly permit: Permit
}

/** For pipeline/submit and tests alone. */
export function approveForSubmit(order: Omit<ApprovedOrder, typeof approved>): ApprovedOrder {
  return Object.freeze(order) as ApprovedOrder
}

/** For pipeline/submit and tests alone. */
export function approveForReplace(replacement: Omit<ApprovedReplacement, typeof approved>): ApprovedReplacement {
  return Object.freeze(replacement) as ApprovedReplacement
}
