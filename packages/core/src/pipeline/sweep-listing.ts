import type { BrokerOrder } from '../broker/broker-adapter.ts'
import { atLeast } from '../kill-switch/kill-state.ts'
import type { Units } from '../order/decimal.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import { sleep } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'
import type { AccountBook } from './account-book.ts'
import type { BrokerLink, PipelineContext } from './context.ts'
import { cancelExternal, listBrokerOrders } from './external-order.ts'
import { findOrder } from './recall.ts'
import { brokerUnits } from './record-fill.ts'
import { mustSweep, mustSweepExternal, sweepOrder } from './sweep.ts'
import { waitBriefly } from './wait-durable.ts'

const PAUSE = 500
const LONGEST_PAUSE = 5000
/** A sweep that has not ended by then is announced; it goes on. */
const STALLED = 10_000

/** Whether anything that is engaged could want an order at this broker gone. */
function isWanted(context: PipelineContext, link: BrokerLink): boolean {
  const elsewhere = (scope: string): boolean => (scope.startsWith('broker:') && scope !== `broker:${link.name}`) || (scope.startsWith('account:') && scope !== `account:${link.account}`)
  return context.kill.engaged.some(({ level, scope }) => (level === 'reduce_only' || atLeast(level, 'cancel_all')) && !elsewhere(scope))
}

const announced = new WeakMap<BrokerLink, Set<string>>()

/** Cancels by the broker's id what no book of ours answers for. Nothing is believed until a listing no longer shows it. */
async function cancelListed(context: PipelineContext, link: BrokerLink, book: AccountBook, order: BrokerOrder, attempt: number): Promise<void> {
  const { brokerOrderId, symbol, side } = order
  const known = announced.get(link) ?? new Set<string>()
  announced.set(link, known)
  if (!known.has(brokerOrderId)) {
    known.add(brokerOrderId)
    const message = `the kill switch cancels order ${brokerOrderId} at ${link.name} (${side} ${order.quantity ?? order.notional ?? ''} ${symbol}), which was not placed here`
    await waitBriefly(context, book.record([{ type: 'anomaly_detected', data: { code: 'EXTERNAL_ORDER_SWEPT', message } }]))
  }
  await cancelExternal(link, order, { tag: context.tag, clock: context.clock, signal: context.signal, timeout: context.timing.submitTimeout, attempt })
}

/** What of one listing, and of our own books, still has to go: each is being cancelled when this returns. */
async function sweepOnce(context: PipelineContext, link: BrokerLink, book: AccountBook, attempt: number): Promise<number> {
  const listing = await listBrokerOrders(link, context.clock, context.timing.submitTimeout, context.signal)
  const ours = [...book.open].filter((orderId) => {
    const order = book.orders.get(orderId) as OrderState
    return order.intent.broker === link.name && mustSweep(context, book, order)
  })
  for (const orderId of ours) void sweepOrder(context, book, orderId)
  const kept = new Map<string, Units>()
  const strangers = listing.filter((listed) => {
    const { clientOrderId, brokerOrderId, symbol, side } = listed
    const order = findOrder(book, link.name, { brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) })
    // Ours and over in our books, yet listed: the listing may be older, or our books wrong. A cancel settles both.
    if (order !== undefined) return isFinished(statusOf(order)) && listed.status !== 'pending_cancel'
    const before = kept.get(`${side} ${symbol}`) ?? 0n
    if (mustSweepExternal(context, link, book, listed, before)) return true
    kept.set(`${side} ${symbol}`, before + brokerUnits(listed.quantity ?? '0') - brokerUnits(listed.filledQuantity))
    return false
  })
  await Promise.allSettled(strangers.map((listed) => cancelListed(context, link, book, listed, attempt)))
  return ours.length + strangers.length
}

/** Sweeps under way, and whether something happened since that a clean listing may be older than. */
const running = new WeakMap<BrokerLink, { again: boolean }>()

/**
 * Lists and cancels until two listings in a row show nothing that has to go, and our books neither (PROTOCOL F1). Calling it
 * while it runs makes it look twice more.
 */
export async function sweepListings(context: PipelineContext, link: BrokerLink): Promise<void> {
  const known = running.get(link)
  if (known !== undefined) {
    known.again = true
    return
  }
  const book = context.books.get(link.account)
  if (book === undefined || !isWanted(context, link)) return
  const run = { again: false }
  running.set(link, run)
  const began = context.clock.monotonic()
  let stalled = false
  let clean = 0
  let pause = PAUSE
  try {
    for (let attempt = 1; clean < 2 && isWanted(context, link) && !context.signal.aborted; attempt += 1) {
      run.again = false
      try {
        const left = await sweepOnce(context, link, book, attempt)
        pause = PAUSE
        clean = left === 0 && !run.again ? clean + 1 : 0
      } catch (error) {
        clean = 0
        pause = Math.min(pause * 2, LONGEST_PAUSE)
        context.logger.warn('the sweep could not list the orders of a broker; it tries again', { broker: link.name, reason: describeError(error) })
      }
      if (!stalled && clean === 0 && context.clock.monotonic() - began > STALLED) {
        stalled = true
        context.alert({ code: 'SWEEP_STALLED', message: `${link.name} still shows orders that the kill switch cancels, or cannot be asked; the sweep goes on` })
      }
      if (clean < 2) await sleep(context.clock, pause, context.signal)
    }
    if (clean === 2) context.logger.info('the sweep is done: two listings show nothing that has to go', { broker: link.name })
  } finally {
    running.delete(link)
  }
}

/** Cancels what must go of our own orders in this tick; then by listings, strangers' orders included. */
export function sweep(context: PipelineContext): void {
  for (const book of context.books.values()) for (const orderId of book.open) void sweepOrder(context, book, orderId)
  for (const link of context.brokers.values()) void sweepListings(context, link)
}
