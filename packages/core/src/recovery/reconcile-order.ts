import type { BrokerOrder, Lookup } from '../broker/broker-adapter.ts'
import { isExternal, isFinished, type OrderState, statusOf } from '../order/order.ts'
import { type AccountBook, isOnItsWay } from '../pipeline/book/account-book.ts'
import { applyBrokerOrder } from '../pipeline/facts/apply-broker-order.ts'
import type { BrokerLink, PipelineContext } from '../pipeline/context.ts'
import { lookUpOrder } from '../pipeline/look-up/look-up.ts'
import { keeping } from '../pipeline/look-up/recall.ts'
import { type Asked, neverSent, provesAbsence, resolveUnknown } from '../pipeline/look-up/resolve-unknown.ts'
import { sleep } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'

const FIRST_WAIT = 250
const LONGEST_WAIT = 30_000

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

const isOpen = (book: AccountBook, orderId: string): boolean => !isFinished(statusOf(current(book, orderId)))

/** Settles one of our orders by the broker's evidence: its listing, else a look-up by our id. */
export async function reconcileOrder(context: PipelineContext, link: BrokerLink, book: AccountBook, orderId: string, listed: BrokerOrder | undefined, since: number): Promise<void> {
  return keeping(book, orderId, () => settleByEvidence(context, link, book, orderId, listed, since))
}

async function settleByEvidence(context: PipelineContext, link: BrokerLink, book: AccountBook, orderId: string, listed: BrokerOrder | undefined, since: number): Promise<void> {
  const order = book.orders.get(orderId)
  if (order?.clientOrderId === undefined || isFinished(statusOf(order))) return
  const asked = { wall: context.clock.now(), monotonic: context.clock.monotonic() }
  const lookup: Lookup = listed !== undefined && !isOnItsWay(book, orderId) ? { kind: 'found', order: listed } : await lookUnlessInFlight(context, link, book, order)
  // While the broker was asked the order may have been sent, or have ended: what it said is then of a time before.
  if (!isOpen(book, orderId) || isInFlight(link, book, orderId) || (lookup.kind === 'not_found' && book.flights.has(orderId))) return
  if (lookup.kind === 'found') await applyBrokerOrder(context, book, orderId, lookup.order)
  else if (current(book, orderId).requests.some((request) => request.command === 'new')) await settleUnacknowledged(context, link, book, orderId, lookup, { landed: Math.max(since, book.lease.precededUntil ?? 0), ...asked })
  else if (lookup.kind === 'not_found') await announceMissing(context, link, book, orderId)
  else void lookAgain(context, link, book, orderId)
  await settleReplace(context, book, orderId)
}

/** An order on its way is left to its answer, and looked up after that: what was said of it in a gap is lost. */
function isInFlight(link: BrokerLink, book: AccountBook, orderId: string): boolean {
  // Past its deadline it is asked for like any other; that it is not found then proves nothing (above).
  const inFlight = isOnItsWay(book, orderId) && book.flights.get(orderId)?.ended !== true
  if (inFlight) link.unseen.add(orderId)
  return inFlight
}

async function lookUnlessInFlight(context: PipelineContext, link: BrokerLink, book: AccountBook, order: OrderState): Promise<Lookup> {
  return isInFlight(link, book, order.id) ? { kind: 'indeterminate', reason: 'it is on its way' } : lookUpOrder(context, book, order)
}

/** Looks up the orders whose answer came after a comparison had left them to it. */
export function reconcileUnseen(context: PipelineContext, link: BrokerLink, book: AccountBook): void {
  for (const orderId of link.unseen) {
    if (isOnItsWay(book, orderId)) continue
    link.unseen.delete(orderId)
    reconcileOrder(context, link, book, orderId, undefined, context.clock.monotonic()).catch((error: unknown) => {
      context.logger.warn('an order could not be compared', { orderId, reason: describeError(error) })
    })
  }
}

async function settleUnacknowledged(context: PipelineContext, link: BrokerLink, book: AccountBook, orderId: string, lookup: Exclude<Lookup, { kind: 'found' }>, asked: Asked): Promise<void> {
  if (current(book, orderId).brokerOrderId !== undefined) return announceMissing(context, link, book, orderId)
  if (provesAbsence(link.adapter.capabilities.absence, lookup, asked)) return book.record([neverSent(book, orderId, 'the order never reached the broker')])
  const reason = lookup.kind === 'indeterminate' ? lookup.reason : 'the broker does not show the order, which proves nothing yet'
  await recordUnknown(book, orderId, 'new', reason)
  void resolveUnknown(context, book, orderId)
}

/** A replace that nobody waits for any more and that the broker does not show: in force or not, the worse of both counts. */
async function settleReplace(context: PipelineContext, book: AccountBook, orderId: string): Promise<void> {
  const replace = current(book, orderId).requests.find((request) => request.command === 'replace')
  if (replace === undefined || book.flights.has(replace.clientOrderId)) return
  await recordUnknown(book, orderId, 'replace', 'its answer was lost')
  void resolveUnknown(context, book, orderId)
}

async function recordUnknown(book: AccountBook, orderId: string, command: 'new' | 'replace', reason: string): Promise<void> {
  const isPending = current(book, orderId).requests.some((request) => request.command === command && request.certainty === 'pending')
  if (isPending) await book.record([{ type: 'order_unknown', data: { orderId, command, reason } }])
}

/**
 * The broker had the order and shows it no more, neither in its list nor when asked for it: what became of it is unknown. It holds
 * its exposure and is asked for again and again; a human may say what became of it (`resolveOrder`).
 */
async function announceMissing(context: PipelineContext, link: BrokerLink, book: AccountBook, orderId: string): Promise<void> {
  if (hasLeft(link, current(book, orderId))) {
    const message = 'the broker shows it no more; what it has traded is among its executions or in the positions'
    return book.record([
      { type: 'anomaly_detected', data: { code: 'EXTERNAL_ORDER_GONE', message, orderId } },
      { type: 'order_canceled', data: { orderId, reason: 'broker' } },
    ])
  }
  if (!current(book, orderId).requests.some(({ command }) => command === 'new')) {
    const message = 'the broker does not show an order it had accepted'
    await book.record([
      { type: 'anomaly_detected', data: { code: 'ORDER_MISSING', message, orderId } },
      { type: 'order_unknown', data: { orderId, command: 'new', reason: message } },
    ])
  }
  void resolveUnknown(context, book, orderId)
}

/**
 * Whether an order that was placed elsewhere is over because it is listed no more: nobody can ask for it by an id of ours, and a broker
 * that forgets finished orders, or never gave it a client id, has nothing more to say of it.
 */
function hasLeft({ adapter }: BrokerLink, order: OrderState): boolean {
  return isExternal(order) && (order.clientOrderId === order.brokerOrderId || adapter.capabilities.absence?.historyComplete !== true)
}

/** Whether nobody can say yet what has become of an order, so that it may have traded unseen. */
export function isOpenQuestion(book: AccountBook, { id, requests }: OrderState): boolean {
  return requests.some(({ command }) => command === 'new') || looking.get(book)?.has(id) === true
}

const looking = new WeakMap<AccountBook, Set<string>>()

/** A look-up that failed says nothing of an order the broker has had: it is asked again, and the order holds its exposure. */
async function lookAgain(context: PipelineContext, link: BrokerLink, book: AccountBook, orderId: string): Promise<void> {
  const busy = looking.get(book) ?? new Set<string>()
  looking.set(book, busy)
  if (busy.has(orderId)) return
  busy.add(orderId)
  const letGo = book.memory.keep(orderId)
  try {
    for (let wait = FIRST_WAIT; isOpen(book, orderId); wait = Math.min(wait * 2, LONGEST_WAIT)) {
      await sleep(context.clock, wait, context.signal)
      // After another gap everything is compared anyway.
      if (context.signal.aborted || link.connection !== 'ready' || !isOpen(book, orderId)) return
      const lookup = await lookUpOrder(context, book, current(book, orderId))
      if (lookup.kind === 'found') return await applyBrokerOrder(context, book, orderId, lookup.order)
      if (lookup.kind === 'not_found' && isOpen(book, orderId)) return await announceMissing(context, link, book, orderId)
    }
  } catch (error) {
    context.logger.warn('an order could not be compared', { orderId, reason: describeError(error) })
  } finally {
    busy.delete(orderId)
    letGo()
  }
}
