import type { BrokerOrder } from '../../broker/broker-adapter.ts'
import { formatDecimal, ONE } from '../../order/decimal.ts'
import { digestOrder } from '../../order/digest.ts'
import type { EventDraft, OrderIntent } from '../../order/event.ts'
import { endedUnsent, isFinished } from '../../order/order.ts'
import type { OrderTerms } from '../../order/request.ts'
import type { AccountBook } from '../book/account-book.ts'
import { acceptance } from './apply-update.ts'
import { bindLeg } from './bind-leg.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'
import { candidateOf, multiplierOf, viewOf, worstQuantity } from '../place/decide.ts'
import { externalOrderId, shownStatus, termsOf } from './external-order.ts'
import { findOrder, withOrder } from '../look-up/recall.ts'
import { canonicalNumber } from './record-fill.ts'

const ACTOR = 'external'

/** The terms in canonical numbers: a broker may write `23.` or `.5`. */
function canonicalTerms(account: string, order: BrokerOrder): OrderTerms {
  const terms = termsOf(account, order)
  const numbers = (['quantity', 'notional', 'limitPrice', 'stopPrice'] as const).flatMap((key) => (terms[key] === undefined ? [] : [[key, canonicalNumber(terms[key])] as const]))
  return { ...terms, ...Object.fromEntries(numbers) }
}

/** What it may still do at worst is held like that of an order of ours (PROTOCOL B4, E5). */
function intentOf(context: PipelineContext, link: BrokerLink, book: AccountBook, order: BrokerOrder): OrderIntent {
  const { name: broker, account } = link
  const terms = canonicalTerms(account, order)
  const candidate = candidateOf({ orderId: externalOrderId(broker, order.brokerOrderId), terms, actor: ACTOR, broker, approved: false }, worstQuantity(context, terms, broker))
  const recorded = viewOf(context, book, broker)
  const multiplier = multiplierOf(recorded, candidate)
  return {
    terms, digest: digestOrder(terms, ACTOR),
    // No caller's key has a space in it.
    idempotencyKey: `${ACTOR} ${broker} ${order.brokerOrderId}`,
    actor: ACTOR, broker, source: 'external',
    reservation: { quantity: formatDecimal(candidate.quantity), price: formatDecimal(recorded.worstPrice(candidate)), ...(multiplier !== ONE && { multiplier: formatDecimal(multiplier) }) },
  }
}

/** Its first events: it is there, and it was not placed here. With our tag it means that journal data was lost (PROTOCOL A3). */
function firstDrafts(context: PipelineContext, link: BrokerLink, book: AccountBook, order: BrokerOrder): EventDraft[] {
  const { brokerOrderId, clientOrderId = brokerOrderId, status } = order
  const orderId = externalOrderId(link.name, brokerOrderId)
  const isLost = clientOrderId.startsWith(context.tag)
  const [code, message] = isLost
    ? ['LOST_INTENT', `${link.name} has order ${brokerOrderId} with our tag and no intent in the journal: journal data was lost`]
    : ['EXTERNAL_ORDER', `${link.name} has order ${brokerOrderId} that was not placed here`]
  const held: EventDraft[] = status === 'suspended' || status === 'done_for_day' ? [{ type: 'order_suspended', data: { orderId, phase: status } }] : []
  return [
    { type: 'order_accepted', data: { orderId, clientOrderId, brokerOrderId, intent: intentOf(context, link, book, order) } },
    ...held,
    { type: 'anomaly_detected', data: { code, message, orderId } },
  ]
}

/** Without a client id it may be the one whose answer was on its way when it was first seen (PROTOCOL B4). */
function mayBeOurs(link: BrokerLink, book: AccountBook, brokerOrderId: string): boolean {
  const awaited = link.strangers.get(brokerOrderId) ?? [...book.flights.values()]
  const open = awaited.filter((flight) => !flight.ended)
  if (open.length > 0) link.strangers.set(brokerOrderId, open)
  else link.strangers.delete(brokerOrderId)
  return open.length > 0
}

/** While the broker's id of an order of ours with exits is not known, an exit of an unknown entry may be one of its. */
function mayBeExitOfOurs(link: BrokerLink, book: AccountBook, { leg, symbol }: BrokerOrder): boolean {
  if (leg === undefined || findOrder(book, link.name, { brokerOrderId: leg.parentBrokerOrderId }) !== undefined) return false
  return [...book.open].some((orderId) => {
    const order = book.orders.get(orderId)
    return order?.intent.broker === link.name && order.terms.symbol === symbol && order.terms.orderClass !== undefined && order.requests.some(({ command }) => command === 'new')
  })
}

/**
 * Takes an order that the broker shows and that no intent of ours explains into the books, once: from here on it counts, is followed,
 * and can be cancelled like any other. Answers its id; undefined when it is one of ours, or becomes one as an exit of ours. `isOver`: also when it has ended already,
 * for the trades it brings.
 */
export async function bindExternal(context: PipelineContext, link: BrokerLink, book: AccountBook, order: BrokerOrder, isOver = false): Promise<string | undefined> {
  const { clientOrderId, brokerOrderId } = order
  if (order.leg !== undefined && await bindLeg(context, link, book, order)) return undefined
  return withOrder(context, book, link.name, { brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) }, async (known) => {
    if (known !== undefined) {
      // What was taken for never sent, and is on the list all the same.
      if (endedUnsent(known)) await book.record(acceptance(known, brokerOrderId))
      return known.intent.source === 'external' ? known.id : undefined
    }
    if (!isOver && (order.status === 'replaced' || isFinished(shownStatus(order.status)))) return undefined
    if (mayBeExitOfOurs(link, book, order)) {
      link.hasUnboundExits = true
      return undefined
    }
    if (clientOrderId === undefined && mayBeOurs(link, book, brokerOrderId)) return undefined
    await book.record(firstDrafts(context, link, book, order))
    return externalOrderId(link.name, brokerOrderId)
  })
}
