import type { BrokerOrder } from '../../broker/broker-adapter.ts'
import { formatDecimal, parseBrokerDecimal } from '../../order/decimal.ts'
import type { EventDraft } from '../../order/event.ts'
import { isExternal, isFinished, type OrderState, quantityOf, statusOf } from '../../order/order.ts'
import type { ReplaceRequest } from '../../order/request.ts'
import type { AccountBook } from '../book/account-book.ts'
import { canonicalNumber, completeDrafts, fillDrafts, inferredDrafts } from './record-fill.ts'
import type { PipelineContext } from '../context.ts'

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

function sameNumber(left: string | undefined, right: string | undefined): boolean {
  return (left === undefined ? undefined : parseBrokerDecimal(left)?.units) === (right === undefined ? undefined : parseBrokerDecimal(right)?.units)
}

/** Whether the broker's order carries the new terms; a trail is not shown, so it proves nothing. */
function carries(order: BrokerOrder, changes: ReplaceRequest): boolean {
  if (changes.trailAmount !== undefined || changes.trailPercent !== undefined) return false
  if (changes.timeInForce !== undefined && changes.timeInForce !== order.timeInForce) return false
  return (['quantity', 'limitPrice', 'stopPrice'] as const).every((key) => changes[key] === undefined || sameNumber(order[key], changes[key]))
}

/**
 * Settles the outstanding commands of an order by what the broker's own record shows. Old terms prove nothing: the change may
 * still be on its way (see `resolveUnknown`).
 */
function commandDrafts(book: AccountBook, state: OrderState, order: BrokerOrder): EventDraft[] {
  const orderId = state.id
  return state.requests.flatMap((request): EventDraft[] => {
    if (request.command === 'new') {
      return [{ type: 'order_accepted', data: { orderId, clientOrderId: request.clientOrderId, brokerOrderId: order.brokerOrderId } }]
    }
    if (request.command === 'replace') {
      const { clientOrderId, changes = {} } = request
      const named = order.clientOrderId === clientOrderId
      const shown = order.status !== 'pending_replace' && order.status !== 'replaced' && !book.flights.has(clientOrderId) && carries(order, changes)
      return named || shown ? [{ type: 'order_replaced', data: { orderId, clientOrderId, brokerOrderId: order.brokerOrderId, changes } }] : []
    }
    return []
  })
}

/**
 * What has changed without our asking: somebody else has changed an order of theirs, or the broker an exit whose other one has traded in part.
 * Under an id of our chain a change is the answer to a request, or a listing that is older than the answer.
 */
function amendDrafts(state: OrderState, order: BrokerOrder): EventDraft[] {
  const { id: orderId, terms, chain, intent } = state
  const isExit = intent.leg !== undefined || terms.orderClass === 'oco'
  const { clientOrderId = state.clientOrderId ?? order.brokerOrderId } = order
  const isTheirs = isExit && order.clientOrderId !== undefined && !chain.some((link) => link.clientOrderId === order.clientOrderId)
  if ((!isExternal(state) && !isTheirs) || isFinished(statusOf(state)) || order.status === 'pending_replace' || order.status === 'replaced') return []
  const changes = Object.fromEntries((['quantity', 'limitPrice', 'stopPrice'] as const).flatMap((key) => {
    const text = order[key]
    // A trail moves its stop price by itself.
    if (key === 'stopPrice' && order.type === 'trailing_stop') return []
    return text === undefined || sameNumber(text, terms[key]) ? [] : [[key, canonicalNumber(text)] as const]
  }))
  return Object.keys(changes).length === 0 ? [] : [{ type: 'order_replaced', data: { orderId, clientOrderId, brokerOrderId: order.brokerOrderId, changes } }]
}

/** Called filled with less than was ordered: it has ended, and the rest will not trade. A change on its way may explain it: that is asked for. */
function shortDrafts(state: OrderState): EventDraft[] {
  const { id: orderId, filled, requests } = state
  const quantity = quantityOf(state)
  if (quantity === undefined || filled >= quantity || requests.some(({ command }) => command === 'replace')) return []
  const message = `the broker calls the order filled with ${formatDecimal(filled)} of ${formatDecimal(quantity)}`
  return [{ type: 'anomaly_detected', data: { code: 'FILLED_SHORT', message, orderId } }, { type: 'order_canceled', data: { orderId, reason: 'broker' } }]
}

function terminalDraft(state: OrderState, order: BrokerOrder): EventDraft[] {
  const orderId = state.id
  if (isFinished(statusOf(state))) return []
  switch (order.status) {
    case 'canceled': {
      const asked = state.requests.some((request) => request.command === 'cancel')
      return [{ type: 'order_canceled', data: { orderId, reason: asked ? 'requested' : 'broker' } }]
    }
    case 'rejected': return [{ type: 'order_rejected', data: { orderId, rejection: order.rejection ?? { code: 'REJECTED', message: 'the broker rejected the order' } } }]
    case 'expired': return [{ type: 'order_expired', data: { orderId } }]
    case 'suspended':
    case 'done_for_day': return state.phase === order.status ? [] : [{ type: 'order_suspended', data: { orderId, phase: order.status } }]
    case 'new':
    case 'partially_filled': {
      // A held leg whose entry has filled, or an order that was suspended, works again.
      const { clientOrderId, brokerOrderId } = state
      return state.phase === 'working' || clientOrderId === undefined || brokerOrderId === undefined ? [] : [{ type: 'order_accepted', data: { orderId, clientOrderId, brokerOrderId } }]
    }
    // Of an order by quantity its trades say it.
    case 'filled': return [...completeDrafts(state, order.brokerOrderId, order.updatedAt), ...shortDrafts(state)]
    case 'pending_new':
    case 'pending_cancel':
    case 'pending_replace': return []
    // What took the place of somebody else's order is another order in the listing.
    case 'replaced': return isExternal(state) ? [{ type: 'order_canceled', data: { orderId, reason: 'broker' } }] : []
  }
}

/**
 * Merges the broker's record of an order into ours: answers first, then trades, then the end. Nothing is undone by it, and doing
 * it twice does nothing more.
 */
export async function applyBrokerOrder(_context: PipelineContext, book: AccountBook, orderId: string, order: BrokerOrder): Promise<void> {
  const steps: (() => readonly (EventDraft | (() => EventDraft))[])[] = [
    () => (order.status === 'rejected' ? [] : commandDrafts(book, current(book, orderId), order)),
    () => amendDrafts(current(book, orderId), order),
    ...(order.executions ?? []).map((execution) => () => fillDrafts(book, current(book, orderId), execution)),
    () => inferredDrafts(book, current(book, orderId), order.brokerOrderId, order.filledQuantity, order.averagePrice === undefined ? undefined : canonicalNumber(order.averagePrice), order.updatedAt),
    () => terminalDraft(current(book, orderId), order),
  ]
  const durable: Promise<void>[] = []
  for (const step of steps) {
    const drafts = step()
    if (drafts.length > 0) durable.push(book.record(drafts))
  }
  await Promise.all(durable)
}
