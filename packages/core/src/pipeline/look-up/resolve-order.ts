import type { EventDraft } from '../../order/event.ts'
import { type OrderState, type OutstandingRequest, statusOf } from '../../order/order.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { assertTakesOrders, type PipelineContext } from '../context.ts'
import { onOrder } from './recall.ts'
import { spendCode } from '../approve/spend-code.ts'

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

/** What of an order nobody knows: the order itself before a change of it, a change before a cancel. */
function unknownOf(order: OrderState | undefined): OutstandingRequest | undefined {
  const unknown = order?.requests.filter(({ certainty }) => certainty === 'unknown') ?? []
  return unknown.find(({ command }) => command === 'new') ?? unknown.find(({ command }) => command === 'replace') ?? unknown[0]
}

/** What the human's word means: `brokerOrderId` is the order as it stands at the broker, `absent` says that it is not there. */
function wordOf(order: OrderState, { command, clientOrderId, changes = {} }: OutstandingRequest, { brokerOrderId }: ResolutionInput, message: string): EventDraft {
  const orderId = order.id
  if (command === 'new') {
    if (brokerOrderId !== undefined) return { type: 'order_accepted', data: { orderId, clientOrderId, brokerOrderId } }
    // What the broker has had is over; what it never had may be sent again by its key.
    if (order.brokerOrderId !== undefined) return { type: 'order_canceled', data: { orderId, reason: 'broker' } }
    return { type: 'order_denied', data: { orderId, denial: { code: 'NOT_SENT', message } } }
  }
  if (command === 'replace') {
    if (brokerOrderId !== undefined) return { type: 'order_replaced', data: { orderId, clientOrderId, brokerOrderId, changes } }
    return { type: 'order_replace_refused', data: { orderId, code: 'RESOLVED_BY_HAND', message } }
  }
  if (brokerOrderId !== undefined) return { type: 'order_cancel_refused', data: { orderId, code: 'RESOLVED_BY_HAND', message } }
  return { type: 'order_canceled', data: { orderId, reason: 'requested' } }
}

async function resolveKnown(context: PipelineContext, book: AccountBook, order: OrderState, input: ResolutionInput, actor: string): Promise<OrderState> {
  const orderId = order.id
  const request = unknownOf(order)
  if (request === undefined) throw new SluiceError('ORDER_FINISHED', `nothing of the order is of unknown outcome: it is ${statusOf(order)}`, { orderId })
  if (context.approvals !== undefined && !(input.code !== undefined && await spendCode(context, context.approvals, actor, input.code, orderId))) {
    throw new SluiceError('APPROVAL_REFUSED', 'resolving an order needs a fresh code; this one is missing, wrong, too old or was used before', { orderId, retryable: true })
  }
  const now = book.orders.get(orderId) ?? order
  const still = unknownOf(now)
  // Evidence that came while the code was being checked counts more than a word given before it.
  if (still?.command !== request.command || still.clientOrderId !== request.clientOrderId) return now
  const message = `resolved by ${actor}: ${input.statement}`
  if (request.command === 'cancel') book.cancelWishes.delete(orderId)
  await book.record([{ type: 'anomaly_detected', data: { code: 'RESOLVED_BY_HAND', message, orderId } }, wordOf(now, request, input, message)])
  return book.orders.get(orderId) as OrderState
}
