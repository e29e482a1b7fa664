import type { AbsenceProof, Lookup } from '../broker/broker-adapter.ts'
import type { OrderState } from '../order/order.ts'
import { sleep } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'
import type { AccountBook } from './account-book.ts'
import { applyBrokerOrder } from './apply-broker-order.ts'
import { linkOf, type PipelineContext } from './context.ts'

const FIRST_WAIT = 250
const LONGEST_WAIT = 30_000

/** Whether "not found" proves that the order never came to be: counted from when the request can no longer be in flight. */
export function provesAbsence(absence: AbsenceProof | undefined, lookup: Lookup, landed: number): boolean {
  return lookup.kind === 'not_found' && absence !== undefined && absence.historyComplete && lookup.asOf >= landed + absence.visibilityLag
}

const isUnknown = (order: OrderState | undefined): boolean =>
  order?.requests.some((request) => request.command === 'new' && request.certainty === 'unknown') ?? false

const resolving = new WeakMap<AccountBook, Set<string>>()

/**
 * Asks the broker about an order of unknown outcome until it is found or proven absent. It holds its exposure all the while and
 * never decides by itself: without proof the order stays unknown for a human (`resolveOrder`).
 */
export async function resolveUnknown(context: PipelineContext, book: AccountBook, orderId: string): Promise<void> {
  const busy = resolving.get(book) ?? new Set<string>()
  resolving.set(book, busy)
  if (busy.has(orderId)) return
  busy.add(orderId)
  try {
    let landed = Number.POSITIVE_INFINITY
    for (let wait = FIRST_WAIT; !context.signal.aborted && isUnknown(book.orders.get(orderId)); wait = Math.min(wait * 2, LONGEST_WAIT)) {
      // As long as the adapter has not answered, the request may still be on its way and no look-up proves anything.
      if (!book.flights.has(orderId) && landed === Number.POSITIVE_INFINITY) landed = context.clock.now()
      await lookOnce(context, book, orderId, landed)
      if (isUnknown(book.orders.get(orderId))) await sleep(context.clock, wait, context.signal)
    }
  } catch (cause) {
    context.alert({ code: 'UNKNOWN_ORDER', message: `the look-up of order ${orderId} stopped: ${describeError(cause)}`, cause })
  } finally {
    busy.delete(orderId)
  }
}

async function lookOnce(context: PipelineContext, book: AccountBook, orderId: string, landed: number): Promise<void> {
  const order = book.orders.get(orderId) as OrderState
  const { adapter } = linkOf(context, order.intent.broker)
  const lookup = await adapter.lookup(order.clientOrderId as string).catch((error: unknown): Lookup => ({ kind: 'indeterminate', reason: describeError(error) }))
  if (!isUnknown(book.orders.get(orderId))) return
  if (lookup.kind === 'found') return applyBrokerOrder(context, book, orderId, lookup.order)
  if (!provesAbsence(adapter.capabilities.absence, lookup, landed)) return
  const denial = { code: 'NOT_SENT', message: 'the broker never received the order; retry with the same key to attempt it again' }
  await book.record([{ type: 'order_denied', data: { orderId, denial } }])
}
