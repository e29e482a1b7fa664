import type { BrokerOrder } from '../../broker/broker-adapter.ts'
import { atLeast, killEntriesFor, sweepsExternal } from '../../kill-switch/kill-state.ts'
import { isExternal, isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { sleep } from '../../runtime/clock.ts'
import { describeError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { announceSwept } from './announce-swept.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'
import { bindExternal } from '../facts/bind-external.ts'
import { cancelEverything } from './cancel-everything.ts'
import { cancelExternal, listBrokerOrders } from '../facts/external-order.ts'
import { findOrder, withOrder } from '../look-up/recall.ts'
import { mustSweep, sweepOrder } from './sweep.ts'
import { waitBriefly } from '../wait-durable.ts'

const PAUSE = 500
const LONGEST_PAUSE = 5000
/** A sweep that has not ended by then is announced; it goes on. */
const STALLED = 10_000

/** Whether anything that is engaged could want an order at this broker gone. */
function isWanted(context: PipelineContext, link: BrokerLink): boolean {
  const elsewhere = (scope: string): boolean => (scope.startsWith('broker:') && scope !== `broker:${link.name}`) || (scope.startsWith('account:') && scope !== `account:${link.account}`)
  return context.kill.engaged.some(({ level, scope }) => (level === 'reduce_only' || atLeast(level, 'cancel_all')) && !elsewhere(scope))
}

/** Cancels by the broker's id what no book of ours answers for. Nothing is believed until a listing no longer shows it. */
async function cancelListed(context: PipelineContext, link: BrokerLink, book: AccountBook, order: BrokerOrder, attempt: number): Promise<void> {
  const { brokerOrderId, symbol, side } = order
  await announceSwept(context, link, book, brokerOrderId, `${side} ${order.quantity ?? order.notional ?? ''} ${symbol}`)
  await cancelExternal(link, order, { tag: context.tag, clock: context.clock, signal: context.signal, timeout: context.timing.submitTimeout, attempt })
}

/** Whose a listed order is. One that is nobody's is taken into the books; undefined when that cannot be said yet. */
async function ownerOf(context: PipelineContext, link: BrokerLink, book: AccountBook, listed: BrokerOrder): Promise<OrderState | undefined> {
  const { clientOrderId, brokerOrderId } = listed
  const reference = { brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) }
  // A journal that has failed keeps nothing from being cancelled: memory has the order in the tick in which it is bound.
  await waitBriefly(context, bindExternal(context, link, book, listed))
  const named = findOrder(book, link.name, reference)
  if (named !== undefined) return named
  let owner: OrderState | undefined
  await waitBriefly(context, withOrder(context, book, link.name, reference, (order) => { owner = order }))
  return owner
}

/** Whether everything of an account, or of a symbol, has to go, whoever it belongs to: nobody has to be found out for that. */
function clears(context: PipelineContext, link: BrokerLink, { symbol }: BrokerOrder): boolean {
  return killEntriesFor(context.kill, { broker: link.name, account: link.account, symbol }).some((entry) => sweepsExternal(entry) && atLeast(entry.level, 'cancel_all'))
}

/** Whether a listed order has to go, and by this listing: the others go by their own books. */
function isStray(context: PipelineContext, link: BrokerLink, book: AccountBook, listed: BrokerOrder, owner: OrderState | undefined): boolean {
  if (owner === undefined) return clears(context, link, listed)
  // Over in our books, yet listed: the listing may be older, or our books wrong. A cancel settles both.
  if (isFinished(statusOf(owner))) return listed.status !== 'pending_cancel'
  return isExternal(owner) && mustSweep(context, book, owner)
}

/** What of one listing, and of our own books, still has to go: each is being cancelled when this returns. */
async function sweepOnce(context: PipelineContext, link: BrokerLink, book: AccountBook, attempt: number): Promise<number> {
  const listing = await listBrokerOrders(link, context.clock, context.timing.submitTimeout, context.signal)
  const ours = [...book.open].filter((orderId) => {
    const order = book.orders.get(orderId) as OrderState
    return order.intent.broker === link.name && !isExternal(order) && mustSweep(context, book, order)
  })
  for (const orderId of ours) void sweepOrder(context, book, orderId)
  const strays: BrokerOrder[] = []
  let nobodys = 0
  for (const listed of listing) {
    const owner = await ownerOf(context, link, book, listed)
    if (isStray(context, link, book, listed, owner)) strays.push(listed)
    else if (owner === undefined) nobodys += 1
  }
  await Promise.allSettled(strays.map((listed) => cancelListed(context, link, book, listed, attempt)))
  return ours.length + strays.length + nobodys
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
  void cancelEverything(context, link, book)
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
  for (const link of context.brokers.values()) void sweepListings(context, link)
  for (const book of context.books.values()) for (const orderId of book.open) void sweepOrder(context, book, orderId)
}
