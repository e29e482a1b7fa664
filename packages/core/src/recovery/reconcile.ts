import type { BrokerOrder, BrokerSnapshot, Lookup } from '../broker/broker-adapter.ts'
import { atLeast } from '../kill-switch/kill-state.ts'
import { formatDecimal, parseBrokerDecimal } from '../order/decimal.ts'
import type { EventDraft } from '../order/event.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import type { AccountBook } from '../pipeline/account-book.ts'
import { applyBrokerOrder } from '../pipeline/apply-broker-order.ts'
import { findOrder } from '../pipeline/apply-update.ts'
import { honourWish } from '../pipeline/cancel.ts'
import type { BrokerLink, PipelineContext } from '../pipeline/context.ts'
import { engage } from '../pipeline/kill-switch.ts'
import { canonicalNumber, fillDrafts } from '../pipeline/record-fill.ts'
import { provesAbsence, resolveUnknown } from '../pipeline/resolve-unknown.ts'
import { sleep, toIso } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'

const ATTEMPTS = 20
const PAUSE = 250

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

/** Settles one of our orders by the broker's evidence: its listing, else a look-up by our id. */
async function reconcileOrder(context: PipelineContext, link: BrokerLink, book: AccountBook, orderId: string, listed: BrokerOrder | undefined, since: number): Promise<void> {
  const order = current(book, orderId)
  if (order.clientOrderId === undefined || isFinished(statusOf(order)) || book.flights.has(orderId)) return
  const lookup: Lookup = listed !== undefined
    ? { kind: 'found', order: listed }
    : await link.adapter.lookup(order.clientOrderId).catch((error: unknown): Lookup => ({ kind: 'indeterminate', reason: describeError(error) }))
  if (lookup.kind === 'found') return applyBrokerOrder(context, book, orderId, lookup.order)
  const neverAcknowledged = order.requests.some((request) => request.command === 'new')
  if (neverAcknowledged && provesAbsence(link.adapter.capabilities.absence, lookup, since)) {
    const denial = { code: 'NOT_SENT', message: 'the order never reached the broker; retry with the same key to attempt it again' }
    return book.record([{ type: 'order_denied', data: { orderId, denial } }])
  }
  if (!neverAcknowledged) {
    return book.record([{ type: 'anomaly_detected', data: { code: 'ORDER_MISSING', message: 'the broker does not show an order it had accepted', orderId } }])
  }
  const reason = lookup.kind === 'indeterminate' ? lookup.reason : 'the broker does not show the order, which proves nothing yet'
  await book.record([{ type: 'order_unknown', data: { orderId, command: 'new', reason } }])
  void resolveUnknown(context, book, orderId)
}

async function reconcileExecutions(link: BrokerLink, book: AccountBook, snapshot: BrokerSnapshot): Promise<void> {
  if (snapshot.executions.status === 'unavailable') return
  for (const execution of snapshot.executions.value) {
    const { clientOrderId, brokerOrderId } = execution
    const order = findOrder(book, link.name, { brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) })
    if (order === undefined) continue
    const drafts = fillDrafts(book, order, execution)
    if (drafts.length > 0) await book.record(drafts)
  }
}

/** Orders at the broker that no intent of ours explains. With our tag they mean that journal data was lost (PROTOCOL A3). */
async function reportForeign(context: PipelineContext, link: BrokerLink, book: AccountBook, listed: readonly BrokerOrder[]): Promise<void> {
  for (const order of listed) {
    const { clientOrderId, brokerOrderId } = order
    if (link.foreign.has(brokerOrderId)) continue
    if (findOrder(book, link.name, { brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) }) !== undefined) continue
    link.foreign.add(brokerOrderId)
    const lost = clientOrderId?.startsWith(context.tag) === true
    const [code, message] = lost
      ? ['LOST_INTENT', `${link.name} has order ${brokerOrderId} with our tag and no intent in the journal: journal data was lost`]
      : ['EXTERNAL_ORDER', `${link.name} has order ${brokerOrderId} that was not placed here`]
    await book.record([{ type: 'anomaly_detected', data: { code, message } }])
    if (lost) await engage(context, { scope: `account:${book.account}`, level: 'no_new', reason: message, actor: 'reconciliation', trigger: code })
  }
}

interface Difference { readonly symbol: string; readonly ours: bigint; readonly theirs: bigint; readonly averagePrice: string }

function positionDifferences(link: BrokerLink, book: AccountBook, snapshot: BrokerSnapshot): readonly Difference[] {
  if (snapshot.positions.status === 'unavailable') return []
  const theirs = new Map(snapshot.positions.value.map((position) => [position.symbol, position]))
  const symbols = new Set(theirs.keys())
  for (const entry of book.ledger.entries()) if (entry.broker === link.name) symbols.add(entry.symbol)
  return [...symbols].flatMap((symbol) => {
    const stated = theirs.get(symbol)
    const ours = book.ledger.exposure(link.name, symbol).position.quantity
    const quantity = stated === undefined ? 0n : (parseBrokerDecimal(stated.quantity)?.units ?? 0n)
    return ours === quantity ? [] : [{ symbol, ours, theirs: quantity, averagePrice: stated === undefined ? '0' : canonicalNumber(stated.averagePrice) }]
  })
}

/** The positions an account begins with, or a difference that neither orders nor executions explain (PROTOCOL D3, D4). */
async function settlePositions(context: PipelineContext, link: BrokerLink, book: AccountBook, differences: readonly Difference[], opening: boolean): Promise<void> {
  if (differences.length === 0) return
  if (opening) {
    return book.record(differences.map(({ symbol, theirs, averagePrice }): EventDraft => ({
      type: 'position_changed', data: { broker: link.name, symbol, quantity: formatDecimal(theirs), averagePrice, source: 'opening' },
    })))
  }
  const scope = `account:${book.account}` as const
  if (context.kill.engaged.some((entry) => entry.scope === scope && atLeast(entry.level, 'reduce_only'))) return
  const text = differences.map(({ symbol, ours, theirs }) => `${symbol}: ${formatDecimal(ours)} here, ${formatDecimal(theirs)} there`).join('; ')
  await book.record([{ type: 'anomaly_detected', data: { code: 'POSITION_MISMATCH', message: `positions differ from ${link.name}: ${text}` } }])
  await engage(context, { scope, level: 'reduce_only', reason: `positions differ from ${link.name}: ${text}`, actor: 'reconciliation', trigger: 'POSITION_MISMATCH' })
}

/**
 * Compares our books with the broker's: orders, executions, positions, account values. Never sends anything but cancels that
 * were asked for before. Doing it twice changes nothing the second time.
 */
export async function reconcile(context: PipelineContext, link: BrokerLink, book: AccountBook): Promise<void> {
  const since = context.clock.now()
  const opened = `opened:${link.name}`
  const opening = (await context.journal.cursor(opened)) === undefined
  for (let attempt = 1; ; attempt += 1) {
    const cursor = await context.journal.cursor(`broker:${link.name}`)
    const updates = link.updates
    const snapshot = await link.adapter.snapshot(cursor)
    const listed = snapshot.openOrders.status === 'present' ? snapshot.openOrders.value : []
    for (const orderId of book.open) {
      const order = current(book, orderId)
      if (order.intent.broker !== link.name) continue
      const found = listed.find((entry) => (entry.clientOrderId !== undefined && entry.clientOrderId === order.clientOrderId) || entry.brokerOrderId === order.brokerOrderId)
      await reconcileOrder(context, link, book, orderId, found, since)
    }
    await reconcileExecutions(link, book, snapshot)
    if (snapshot.account.status === 'present') link.accountValues = snapshot.account.value
    const differences = positionDifferences(link, book, snapshot)
    // Something moved while we looked: what differs may only be late. Look again on quiet books.
    if (differences.length > 0 && link.updates !== updates && attempt < ATTEMPTS) {
      await sleep(context.clock, PAUSE, context.signal)
      continue
    }
    await reportForeign(context, link, book, listed)
    await settlePositions(context, link, book, differences, opening)
    if (opening) await context.journal.saveCursor(opened, toIso(since))
    break
  }
  for (const orderId of book.open) {
    const order = current(book, orderId)
    // A cancel that was under way when the process died or the stream broke is still wanted.
    if (order.intent.broker !== link.name || !order.requests.some((request) => request.command === 'cancel')) continue
    await book.record([{ type: 'order_cancel_refused', data: { orderId, code: 'INTERRUPTED', message: 'the cancel was interrupted and is sent again' } }])
    book.cancelWishes.set(orderId, { actor: 'recovery', reason: 'resumed' })
    honourWish(context, book, orderId)
  }
}
