import { type OrderState, statusOf } from '../order/order.ts'
import { SluiceError } from '../runtime/errors.ts'
import type { AccountBook } from './account-book.ts'
import { assertTakesOrders, type PipelineContext } from './context.ts'
import { onOrder } from './recall.ts'
import { spendCode } from './spend-code.ts'

export interface ResolutionInput {
  readonly brokerOrderId?: string
  readonly absent?: true
  readonly statement: string
  readonly code?: string
}

/** A human's word on an order that no evidence resolves (PROTOCOL B8). */
export async function resolveOrder(context: PipelineContext, orderId: string, input: ResolutionInput, actor: string): Promise<OrderState> {
  assertTakesOrders(context)
  return onOrder(context, orderId, ({ book, order }) => resolveKnown(context, book, order, input, actor))
}

async function resolveKnown(context: PipelineContext, book: AccountBook, order: OrderState, input: ResolutionInput, actor: string): Promise<OrderState> {
  const orderId = order.id
  const request = order.requests.find((entry) => entry.command === 'new' && entry.certainty === 'unknown')
  if (request === undefined) throw new SluiceError('ORDER_FINISHED', `the order is not of unknown outcome: it is ${statusOf(order)}`, { orderId })
  if (context.approvals !== undefined && !(input.code !== undefined && await spendCode(context, context.approvals, actor, input.code, orderId))) {
    throw new SluiceError('APPROVAL_REFUSED', 'resolving an order needs a fresh code; this one is missing, wrong, too old or was used before', { orderId, retryable: true })
  }
  const message = `resolved by ${actor}: ${input.statement}`
  const note = { type: 'anomaly_detected', data: { code: 'RESOLVED_BY_HAND', message, orderId } } as const
  await book.record(input.brokerOrderId === undefined
    ? [note, { type: 'order_denied', data: { orderId, denial: { code: 'NOT_SENT', message } } }]
    : [note, { type: 'order_accepted', data: { orderId, clientOrderId: request.clientOrderId, brokerOrderId: input.brokerOrderId } }])
  return book.orders.get(orderId) as OrderState
}
