import type { BrokerOrder, Lookup } from '../../broker/broker-adapter.ts'
import { parseBrokerDecimal } from '../../order/decimal.ts'
import { isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { fromIso, sleep } from '../../runtime/clock.ts'
import { describeError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { linkOf, type PipelineContext } from '../context.ts'
import { withOrder } from './recall.ts'

/** What the broker says of one of our client ids. A throw, or no answer in time, says nothing. */
export async function lookUp(context: PipelineContext, broker: string, clientOrderId: string): Promise<Lookup> {
  const { submitTimeout } = context.timing
  const silent = sleep(context.clock, submitTimeout, context.signal).then((): Lookup => ({ kind: 'indeterminate', reason: `no answer within ${submitTimeout} ms` }))
  try {
    return await Promise.race([linkOf(context, broker).adapter.lookup(clientOrderId), silent])
  } catch (error) {
    return { kind: 'indeterminate', reason: describeError(error) }
  }
}

/** Whether every number of the broker's record can be read; what cannot be read proves nothing. */
function isReadable({ filledQuantity, averagePrice = '0', executions = [] }: BrokerOrder): boolean {
  const numbers = [filledQuantity, averagePrice, ...executions.flatMap(({ lastQuantity, lastPrice }) => [lastQuantity, lastPrice])]
  return numbers.every((text) => parseBrokerDecimal(text) !== undefined)
}

/**
 * An order that was listed without a client id and taken for somebody else's turns out to be ours: it counted beside ours until now, so that
 * nothing was counted too little. Only while it has not traded: trades stay where they were booked, and a human says the rest.
 */
function claimExternal(book: AccountBook, { id }: OrderState, owner: OrderState, { brokerOrderId, createdAt }: BrokerOrder): boolean {
  const order = book.orders.get(id)
  const request = order?.requests.find(({ command }) => command === 'new')
  const isOlder = order === undefined || fromIso(createdAt) < fromIso(order.createdAt) - SKEW
  if (owner.intent.source !== 'external' || owner.executions.length > 0 || isFinished(statusOf(owner)) || request === undefined || isOlder) return false
  const message = `${owner.id} is order ${id}: the broker shows it under its client id`
  void book.record([
    { type: 'order_canceled', data: { orderId: owner.id, reason: 'broker' } },
    { type: 'anomaly_detected', data: { code: 'EXTERNAL_ORDER_IS_OURS', message, orderId: owner.id } },
    { type: 'order_accepted', data: { orderId: id, clientOrderId: request.clientOrderId, brokerOrderId } },
  ])
  return true
}

/** The broker's clock may be this far behind ours, in ms. */
const SKEW = 60_000

/**
 * What became of an order, by one of its client ids. An order that belongs to another intent, or is older than this one, is not
 * what was asked for (PROTOCOL A3): it proves nothing and is left to a human.
 */
export async function lookUpOrder(context: PipelineContext, book: AccountBook, order: OrderState, clientOrderId: string | undefined = order.clientOrderId): Promise<Lookup> {
  const { broker } = order.intent
  const lookup = await lookUp(context, broker, clientOrderId ?? '')
  if (lookup.kind !== 'found') return lookup
  if (!isReadable(lookup.order)) return { kind: 'indeterminate', reason: 'a number in the broker\'s record of the order cannot be read' }
  const bound = await withOrder(context, book, broker, { brokerOrderId: lookup.order.brokerOrderId }, (owner) => (owner !== undefined && claimExternal(book, order, owner, lookup.order) ? order.id : owner?.id))
  if (bound !== undefined && bound !== order.id) return { kind: 'indeterminate', reason: `the broker shows order ${bound} under this id` }
  const isOlder = fromIso(lookup.order.createdAt) < fromIso(order.createdAt) - SKEW
  return isOlder && bound === undefined ? { kind: 'indeterminate', reason: 'the broker shows an older order under this id' } : lookup
}
