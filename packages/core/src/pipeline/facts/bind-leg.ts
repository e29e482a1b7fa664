import type { BrokerOrder } from '../../broker/broker-adapter.ts'
import { formatDecimal } from '../../order/decimal.ts'
import type { EventDraft, OrderIntent } from '../../order/event.ts'
import { isFinished, legIdOf, type OrderState, statusOf } from '../../order/order.ts'
import { LEG_ROLES } from '../../order/request.ts'
import type { AccountBook } from '../book/account-book.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'
import { withOrder } from '../look-up/recall.ts'
import { canonicalNumber } from './record-fill.ts'

const optional = (text: string | undefined): string | undefined => (text === undefined ? undefined : canonicalNumber(text))

/** What a leg is, by the broker's record of it. It holds what its group lets it (see the ledger); its price is for people. */
function intentOf(parent: OrderState, order: BrokerOrder, leg: NonNullable<BrokerOrder['leg']>): OrderIntent {
  const { account, strategy } = parent.terms
  const quantity = optional(order.quantity) ?? '0'
  const limitPrice = optional(order.limitPrice)
  const stopPrice = optional(order.stopPrice)
  return {
    terms: {
      account, ...(strategy !== undefined && { strategy }), symbol: order.symbol, side: order.side, type: order.type, quantity,
      ...(limitPrice !== undefined && { limitPrice }), ...(stopPrice !== undefined && { stopPrice }), timeInForce: order.timeInForce, extendedHours: false,
    },
    digest: parent.intent.digest,
    // No caller's key has a space in it.
    idempotencyKey: `${parent.intent.idempotencyKey} ${leg.role}`,
    actor: parent.intent.actor, broker: parent.intent.broker,
    reservation: { quantity, price: limitPrice ?? stopPrice ?? '0' },
    leg: { parentOrderId: parent.id, role: leg.role },
  }
}

function legDrafts(book: AccountBook, parent: OrderState, order: BrokerOrder): EventDraft[] {
  const { leg, brokerOrderId, clientOrderId = brokerOrderId } = order
  if (leg === undefined) return []
  const orderId = legIdOf(parent.id, leg.role)
  if (book.orders.has(orderId)) return []
  const accepted: EventDraft = { type: 'order_accepted', data: { orderId, clientOrderId, brokerOrderId, intent: intentOf(parent, order, leg) } }
  return order.status === 'suspended' ? [accepted, { type: 'order_suspended', data: { orderId, phase: 'suspended' } }] : [accepted]
}

/**
 * Makes an exit that the broker opened an order of ours, once (PROTOCOL D6). In this tick, where its parent is in memory. False:
 * its parent is no order of ours.
 */
export async function bindLeg(context: PipelineContext, link: BrokerLink, book: AccountBook, order: BrokerOrder): Promise<boolean> {
  const { leg, brokerOrderId } = order
  if (leg === undefined) return false
  const isKnown = (found: OrderState | undefined): boolean => found !== undefined
  if (book.memory.partial && await withOrder(context, book, link.name, { brokerOrderId }, isKnown)) return true
  let isBound = false
  await withOrder(context, book, link.name, { brokerOrderId: leg.parentBrokerOrderId }, async (parent) => {
    // The exits of somebody else's order are theirs as well.
    if (parent === undefined || parent.intent.source === 'external') return
    isBound = true
    const drafts = legDrafts(book, parent, order)
    if (drafts.length > 0) await book.record(drafts)
  })
  return isBound
}

/** What an entry has traded and no exit of it covers any more, once it or an exit has ended: it is a position without its stop. */
export function announceUncovered(book: AccountBook, order: OrderState): Promise<void> {
  const parent = order.intent.leg === undefined ? order : book.orders.get(order.intent.leg.parentOrderId)
  const { orderClass } = parent?.terms ?? {}
  if (parent === undefined || orderClass === undefined || orderClass === 'oco' || !isFinished(statusOf(parent))) return Promise.resolve()
  const legs = LEG_ROLES.flatMap((role) => book.orders.get(legIdOf(parent.id, role)) ?? [])
  const uncovered = legs.reduce((rest, leg) => rest - leg.filled, parent.filled)
  // A filled entry whose exits have not been told yet is on its way to be covered.
  const isOpen = legs.some((leg) => !isFinished(statusOf(leg))) || (legs.length === 0 && statusOf(parent) === 'filled')
  if (isOpen || uncovered <= 0n) return Promise.resolve()
  const message = `${formatDecimal(uncovered)} ${parent.terms.symbol} of the entry are held without an exit`
  return book.record([{ type: 'anomaly_detected', data: { code: 'UNCOVERED_ENTRY', message, orderId: parent.id } }])
}
