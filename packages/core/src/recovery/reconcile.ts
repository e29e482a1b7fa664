import type { BrokerOrder, BrokerSnapshot } from '../broker/broker-adapter.ts'
import { endedUnsent, isExternal, type OrderState } from '../order/order.ts'
import type { AccountBook } from '../pipeline/book/account-book.ts'
import { acceptance } from '../pipeline/facts/apply-update.ts'
import { bindExternal } from '../pipeline/facts/bind-external.ts'
import { bindLeg } from '../pipeline/facts/bind-leg.ts'
import { honourWish } from '../pipeline/cancel/cancel.ts'
import type { BrokerLink, PipelineContext } from '../pipeline/context.ts'
import { withOrder } from '../pipeline/look-up/recall.ts'
import { fillDrafts } from '../pipeline/facts/record-fill.ts'
import { fromIso, sleep, toIso } from '../runtime/clock.ts'
import { takeExternalTrades } from './external-trades.ts'
import { isOpenQuestion, reconcileOrder } from './reconcile-order.ts'
import { denounceDifferences, describeDifferences, openPositions, type PositionDifference, positionDifferences } from './reconcile-positions.ts'

const ATTEMPTS = 20
const PAUSE = 250
const REVIEW_PAUSE = 2000

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

/** Takes in the listed trades; answers the orders that are known at the broker only since one of them. */
async function reconcileExecutions(context: PipelineContext, link: BrokerLink, book: AccountBook, snapshot: BrokerSnapshot): Promise<readonly string[]> {
  if (snapshot.executions.status === 'unavailable') return []
  link.hasListedTrades = true
  const bound: string[] = []
  for (const execution of snapshot.executions.value) {
    const { clientOrderId, brokerOrderId } = execution
    await withOrder(context, book, link.name, { brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) }, (order) => {
      const fills = order === undefined ? [] : fillDrafts(book, order, execution)
      // What was taken for never sent has traded: it is there, and may trade on.
      const drafts = order !== undefined && fills.length > 0 && endedUnsent(order) ? [...acceptance(order, brokerOrderId), ...fills] : fills
      if (order !== undefined && order.brokerOrderId === undefined && drafts.length > 0) bound.push(order.id)
      return drafts.length > 0 ? book.record(drafts) : undefined
    })
  }
  return bound
}

type Listing = readonly BrokerOrder[]

const findListed = (listed: Listing, { clientOrderId, brokerOrderId }: OrderState): BrokerOrder | undefined =>
  listed.find((entry) => (entry.clientOrderId !== undefined && entry.clientOrderId === clientOrderId) || entry.brokerOrderId === brokerOrderId)

/** Exits of our orders become ours; what no intent of ours explains is taken in as placed elsewhere, as soon as that is certain. */
async function bindListed(context: PipelineContext, link: BrokerLink, book: AccountBook, listed: Listing): Promise<void> {
  for (const brokerOrderId of link.strangers.keys()) if (!listed.some((order) => order.brokerOrderId === brokerOrderId)) link.strangers.delete(brokerOrderId)
  for (const order of listed) await bindExternal(context, link, book, order)
}

/** Exits whose entry is known here. Answers those that are new. */
async function bindLegs(context: PipelineContext, link: BrokerLink, book: AccountBook, listed: Listing): Promise<readonly string[]> {
  const before = new Set(book.open)
  for (const order of listed) if (order.leg !== undefined) await bindLeg(context, link, book, order)
  return [...book.open].filter((orderId) => !before.has(orderId))
}

/** Orders of the books that are open at this broker, by who placed them. */
const openAt = (link: BrokerLink, book: AccountBook, external: boolean): readonly OrderState[] =>
  [...book.open].map((orderId) => current(book, orderId)).filter((order) => order.intent.broker === link.name && isExternal(order) === external)

/** An order that changed so recently is left to its updates while they flow, in ms. */
const RECENT = 5000
/** Orders that one look of a review asks for by themselves; the next look goes on with the others. */
const LOOKUPS = 25

/** Where a review goes on asking for orders that are not listed. */
const asked = new WeakMap<BrokerLink, string>()

/** Which of our own orders a comparison settles. At a start, or after a gap, all of them: nothing is known of what was said meanwhile. */
function toSettle(context: PipelineContext, link: BrokerLink, book: AccountBook, listed: Listing, running: boolean): readonly OrderState[] {
  const own = openAt(link, book, false)
  if (!running) return own
  const now = context.clock.now()
  const isQuiet = ({ updatedAt }: OrderState): boolean => Math.abs(now - fromIso(updatedAt)) >= RECENT
  const missing = own.filter((order) => findListed(listed, order) === undefined && isQuiet(order)).toSorted((left, right) => (left.id < right.id ? -1 : 1))
  const last = asked.get(link) ?? ''
  const turn = [...missing.filter(({ id }) => id > last), ...missing.filter(({ id }) => id <= last)].slice(0, LOOKUPS)
  asked.set(link, turn.at(-1)?.id ?? '')
  return [...own.filter((order) => findListed(listed, order) !== undefined), ...turn]
}

async function reconcileOrders(context: PipelineContext, link: BrokerLink, book: AccountBook, listed: Listing, since: number, running: boolean): Promise<void> {
  await bindLegs(context, link, book, listed)
  for (const order of toSettle(context, link, book, listed, running)) await reconcileOrder(context, link, book, order.id, findListed(listed, order), since)
  // An entry may have been found only now; what is nobody's after that was placed elsewhere.
  for (const orderId of await bindLegs(context, link, book, listed)) await reconcileOrder(context, link, book, orderId, findListed(listed, current(book, orderId)), since)
  await bindListed(context, link, book, listed)
  for (const order of openAt(link, book, true)) {
    const found = findListed(listed, order)
    if (found !== undefined) await reconcileOrder(context, link, book, order.id, found, since)
  }
}

/** Orders of others that are listed no more: after the executions, which may tell how they ended. */
async function endExternal(context: PipelineContext, link: BrokerLink, book: AccountBook, listed: Listing, since: number): Promise<void> {
  for (const order of openAt(link, book, true)) {
    if (findListed(listed, order) === undefined) await reconcileOrder(context, link, book, order.id, undefined, since)
  }
}

/** A cancel that was under way when the process died or the stream broke is still wanted. */
async function resumeCancels(context: PipelineContext, link: BrokerLink, book: AccountBook): Promise<void> {
  for (const orderId of book.open) {
    const order = current(book, orderId)
    if (order.intent.broker !== link.name || !order.requests.some((request) => request.command === 'cancel')) continue
    book.cancelWishes.set(orderId, { actor: 'recovery', reason: 'resumed' })
    // Until the broker is known to have it there is nothing to cancel: the wish goes out on its first word.
    if (order.brokerOrderId === undefined && !link.adapter.capabilities.cancelByClientOrderId) continue
    await book.record([{ type: 'order_cancel_refused', data: { orderId, code: 'INTERRUPTED', message: 'the cancel was interrupted and is sent again' } }])
    honourWish(context, book, orderId)
  }
}

/** How long after the last answer can have come a difference may wait for orders that are still looked up, in ms. */
const PATIENCE = 2000

/**
 * Whether orders on their way, or of unknown outcome, may be what the positions differ by: a trade of theirs need not have been told. Not for
 * long: an order that stays unknown must not keep a difference unsaid.
 */
function mayBeTold(context: PipelineContext, link: BrokerLink, book: AccountBook, differences: readonly PositionDifference[], since: number): boolean {
  const within = context.timing.submitTimeout + (link.adapter.capabilities.absence?.visibilityLag ?? 0) + PATIENCE
  if (differences.length === 0 || context.clock.monotonic() - since > within) return false
  const open = openAt(link, book, false).filter((order) => isOpenQuestion(book, order))
  return differences.every(({ symbol }) => open.some(({ terms }) => terms.symbol === symbol))
}

/** What a broker that can tell it does not tell now, in a word. */
function hiddenPart(link: BrokerLink, { openOrders, positions }: BrokerSnapshot): string | undefined {
  if (openOrders.status === 'unavailable' && link.hasListedOrders) return `open orders: ${openOrders.reason}`
  return positions.status === 'unavailable' && link.adapter.capabilities.positions ? `positions: ${positions.reason}` : undefined
}

/** Whether the trade that explains a difference may be one that the broker does not list now, though it can. */
const mayBeUnlisted = (link: BrokerLink, { executions }: BrokerSnapshot): string | undefined =>
  (executions.status === 'unavailable' && link.adapter.capabilities.executions ? `trades: ${executions.reason}` : undefined)

interface Comparison {
  /** How long to wait before looking again at what differs, in ms. */
  readonly pause: number
  /** With updates flowing: what is under way is left to them, and a list that cannot be had is none. */
  readonly running: boolean
}

/**
 * Compares our books with the broker's: orders, executions, positions, account values. Never sends anything but cancels that
 * were asked for before. Doing it twice changes nothing the second time.
 */
async function compareBooks(context: PipelineContext, link: BrokerLink, book: AccountBook, { pause, running }: Comparison): Promise<void> {
  const since = context.clock.monotonic()
  const cursor = `opened:${link.name}`
  const opening = (await context.journal.cursor(cursor)) === undefined
  let before: string | undefined
  for (let attempt = 1; !context.signal.aborted; attempt += 1) {
    const { updates } = link
    const snapshot = await link.adapter.snapshot(await context.journal.cursor(`broker:${link.name}`))
    const listed = snapshot.openOrders.status === 'present' ? snapshot.openOrders.value : []
    const isListed = snapshot.openOrders.status === 'present'
    link.hasListedOrders ||= isListed
    // A broker that lists its orders and cannot now may have some that nobody here knows of, and one that tells positions may hold any:
    // until it does, nothing was compared.
    let hidden = running ? undefined : hiddenPart(link, snapshot)
    if (hidden !== undefined && attempt > 1) {
      if (attempt >= ATTEMPTS) throw new Error(`${link.name} does not tell its ${hidden}`)
      await sleep(context.clock, pause, context.signal)
      continue
    }
    if (!running || isListed) await reconcileOrders(context, link, book, listed, since, running)
    const bound = await reconcileExecutions(context, link, book, snapshot)
    // That it has traded says whose it is at the broker, not what has become of it.
    for (const orderId of bound) await reconcileOrder(context, link, book, orderId, undefined, since)
    if (isListed) await endExternal(context, link, book, listed, since)
    if (snapshot.account.status === 'present') link.accountValues = { values: snapshot.account.value, askedAt: snapshot.asOf, arrived: context.clock.monotonic() }
    if (!opening) await takeExternalTrades(context, link, book, snapshot)
    const differences = positionDifferences(link, book, snapshot)
    const seen = describeDifferences(differences)
    if (!running && !opening && differences.length > 0) hidden ??= mayBeUnlisted(link, snapshot)
    // Something moved while we looked: what differs may only be late. It counts when a second look at quiet books shows it again.
    const isQuiet = link.updates === updates && link.strangers.size === 0
    const isSettled = differences.length === 0 && link.strangers.size === 0
    // Also a flat account is opened only when two looks show it (PROTOCOL D3); the second needs no pause.
    if (mayBeTold(context, link, book, differences, since)) {
      before = undefined
      attempt -= 1
      await sleep(context.clock, pause, context.signal)
      continue
    }
    const isFirstLook = opening && before === undefined
    if (hidden === undefined && ((isSettled && !opening) || (isQuiet && seen === before))) {
      if (!opening) await denounceDifferences(context, link, book, differences)
      else if (snapshot.positions.status === 'present') await openPositions(context, link, book, differences, { cursor, time: toIso(context.clock.now()) })
      return running ? undefined : resumeCancels(context, link, book)
    }
    if (attempt >= ATTEMPTS) throw new Error(hidden === undefined ? `the books of ${link.name} do not come to rest (${seen})` : `${link.name} does not tell its ${hidden}`)
    before = isQuiet ? seen : undefined
    if (hidden !== undefined || !(isSettled && isFirstLook)) await sleep(context.clock, pause, context.signal)
  }
}

/** At a start and after a gap: nothing is known of what was said meanwhile. */
export function reconcile(context: PipelineContext, link: BrokerLink, book: AccountBook): Promise<void> {
  return compareBooks(context, link, book, { pause: PAUSE, running: false })
}

/** In between: an update may be on its way while the broker is asked, so that a difference has to stand longer. */
export function reviewBooks(context: PipelineContext, link: BrokerLink, book: AccountBook): Promise<void> {
  return compareBooks(context, link, book, { pause: REVIEW_PAUSE, running: true })
}
