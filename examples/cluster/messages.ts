import type { Order, OrderRequest } from '@sluice/core'

export interface NodeOptions {
  readonly connectionString: string
  readonly accounts: readonly string[]
  readonly name: string
}

export interface ToNode {
  readonly id: number
  readonly place: OrderRequest
}

/** Whether a caller has an answer, and under which id the venue must have the order. */
export interface Outcome {
  readonly done: boolean
  readonly sent?: string
}

export type FromNode = ({ readonly placed: number } & Outcome) | { readonly owned: readonly string[] }

/** An order that was certainly not sent, or whose fate is being looked up, is asked for again with its key. */
export function describeOutcome(order: Order): Outcome {
  if (order.status === 'denied') return { done: order.denial.code !== 'NOT_SENT' && order.denial.code !== 'NOT_RECONCILED' }
  if (order.status === 'unknown' || order.status === 'pending_new' || order.clientOrderId === undefined) return { done: false }
  return { done: true, sent: order.clientOrderId }
}
