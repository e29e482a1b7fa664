import type { Clock, Timer, Units } from '@sluice/core'
import { toIso } from '@sluice/core'
import type { FakeAccount } from './fake-account.ts'
import type { FakeBooks, FakeChanges } from './fake-books.ts'
import { makeLegs } from './fake-groups.ts'
import { createFakeLedger, type FakeLedger } from './fake-ledger.ts'
import { createFakeMatching } from './fake-matching.ts'
import { checkMultiLeg, type FakeMultiLegTerms, makeMultiLeg } from './fake-multi-leg.ts'
import { type FakeOrder, type FakeTerms, isFinishedOrder, toWireOrder } from './fake-order.ts'
import { badRequest, unprocessable } from './fake-refusal.ts'
import { replaceOrder } from './fake-replace.ts'
import { bustExecution, correctExecution } from './fake-reversal.ts'
import { checkOrder, intentOf, openOrders } from './fake-rules.ts'
import type { FakeVenue } from './fake-venue.ts'

/** One frame of `trade_updates`. */
type TradeUpdate = Readonly<Record<string, unknown>> & { readonly event: string }

/** The books of one account, and the levers of tests. */
export interface FakeExchange {
  readonly ledger: FakeLedger
  readonly orders: ReadonlyMap<string, FakeOrder>
  byClientOrderId(clientOrderId: string): FakeOrder | undefined
  /** @throws FakeRefusal */
  place(terms: FakeTerms): FakeOrder
  /** @throws FakeRefusal */
  placeMultiLeg(terms: FakeMultiLegTerms): FakeOrder
  /** @throws FakeRefusal */
  cancel(order: FakeOrder): void
  /** @throws FakeRefusal */
  replace(order: FakeOrder, changes: FakeChanges): FakeOrder
  /** Trades so much of a live order, whatever the market says; less when less is left. */
  trade(order: FakeOrder, quantity: Units, price: Units): void
  bust(executionId: string): void
  correct(executionId: string, price: Units, quantity?: Units): void
  /** Sends an event that changes nothing, such as `restated`, `calculated`, `suspended`, `done_for_day`. */
  announce(order: FakeOrder, event: string): void
  reject(order: FakeOrder): void
  expire(order: FakeOrder): void
  /** The next cancel is taken and then refused: too late. */
  refuseNextCancel(): void
  stop(): void
}

export interface FakeExchangeOptions extends Pick<FakeBooks, 'stamp' | 'newId' | 'account' | 'venue' | 'fillDelay' | 'cancelDelay' | 'fillParts' | 'replacedShows'> {
  readonly clock: Clock
  readonly account: FakeAccount
  readonly venue: FakeVenue
  /** From the request to `new`, in ms. */
  readonly acceptDelay: number
  readonly publish: (update: TradeUpdate) => void
}

const DAY = 86_400_000
/** How long an order lives that is good till cancel. */
const LONGEST_LIFE = 90 * DAY

export function createFakeExchange(options: FakeExchangeOptions): FakeExchange {
  const { clock, newId, publish, stamp, venue } = options
  const orders = new Map<string, FakeOrder>()
  const clientIds = new Map<string, FakeOrder>()
  const ledger = createFakeLedger()
  const timers = new Set<Timer>()
  let cancelRefusals = 0

  const later = (delay: number, work: () => void): void => {
    const timer = clock.setTimer(() => { timers.delete(timer); work() }, delay, true)
    timers.add(timer)
  }
  const tell = (order: FakeOrder, event: string, extra: Readonly<Record<string, unknown>> = {}): void => {
    const at = stamp()
    order.updatedAt = at
    publish({ event, execution_id: newId(), order: toWireOrder(order, order.orderClass === 'mleg'), timestamp: at, event_id: newId(), at, ...extra })
  }
  const end = (order: FakeOrder, status: 'canceled' | 'expired' | 'rejected'): void => {
    if (isFinishedOrder(order)) return
    order.status = status
    const at = stamp()
    if (status === 'canceled') order.canceledAt = at
    else if (status === 'expired') order.expiredAt = at
    else order.failedAt = at
    // The legs of a multi-leg order have no life of their own.
    if (order.orderClass === 'mleg') for (const leg of order.legs) Object.assign(leg, { status, updatedAt: at })
    tell(order, status)
    if (order.orderClass !== 'mleg') for (const leg of order.legs) end(leg, 'canceled')
  }
  const make = (terms: FakeTerms, status: FakeOrder['status'], parent?: FakeOrder): FakeOrder => {
    const at = stamp()
    const ends = venue.hours.nextClose() + (terms.timeInForce === 'gtc' ? LONGEST_LIFE : 0)
    const order: FakeOrder = {
      ...terms, id: newId(), createdAt: at, updatedAt: at, expiresAt: toIso(ends), status, filled: 0n, filledValue: 0n, legs: [], visibleFrom: 0, triggered: false,
      ...(parent && { parent }),
    }
    orders.set(order.id, order)
    clientIds.set(order.clientOrderId, order)
    return order
  }
  const books: FakeBooks = { ...options, clientIds, end, later, ledger, make, orders, stamp, tell }
  const matching = createFakeMatching(books)
  const start = (order: FakeOrder): void => {
    later(options.acceptDelay, () => {
      if (order.status !== 'pending_new') return
      order.status = 'new'
      for (const leg of order.orderClass === 'mleg' ? order.legs : []) leg.status = 'new'
      tell(order, 'new')
      if (order.orderClass === 'oco') for (const leg of order.legs) matching.activate(leg)
      matching.match(order)
    })
  }
  /** Takes an order into the books; where its market is closed it waits. */
  const admit = (order: FakeOrder): FakeOrder => {
    const queued = !matching.trades(order)
    order.status = queued ? 'accepted' : 'pending_new'
    tell(order, queued ? 'accepted' : 'pending_new')
    if (!queued) start(order)
    return order
  }
  const refuseTwin = (clientOrderId: string): void => { if (clientIds.has(clientOrderId)) throw badRequest('client_order_id must be unique') }
  const open = (): FakeOrder[] => openOrders(orders.values())

  venue.onMove((symbol) => {
    for (const order of open()) if (order.asset.symbol === symbol || order.legs.some(({ asset }) => asset.symbol === symbol)) matching.match(order)
  })
  venue.hours.onChange((from, to) => {
    const isClose = from === 'open'
    const isNight = (from === 'post' || isClose) && (to === 'closed' || to === 'overnight')
    for (const order of open()) {
      if (order.asset.class === 'crypto' || (order.parent !== undefined && order.orderClass === 'mleg')) continue
      if (isClose && order.timeInForce === 'cls') { matching.close(order); continue }
      const isDone = order.timeInForce === 'day' ? isNight || (isClose && !order.extendedHours) : isClose && order.timeInForce === 'gtc' && toIso(clock.now()) >= order.expiresAt
      if (isDone && (order.parent === undefined || order.parent.orderClass === 'mleg')) end(order, 'expired')
      else if (order.status === 'accepted' && matching.trades(order)) {
        order.status = 'pending_new'
        start(order)
      } else matching.match(order)
    }
  })

  return {
    ledger, orders,
    trade: (order, quantity, price) => { matching.trade(order, quantity, price) },
    byClientOrderId: (id) => clientIds.get(id),
    place: (asked) => {
      refuseTwin(asked.clientOrderId)
      const terms = { ...asked, intent: asked.intent ?? intentOf(options.account, asked) }
      checkOrder(terms, { account: options.account, open: open(), venue, asked: asked.intent, now: clock.now() })
      const order = make(terms.orderClass === 'oco' && terms.limitPrice === undefined ? { ...terms, limitPrice: terms.takeProfit?.limitPrice } : terms, 'pending_new')
      order.legs = makeLegs(order, { newId, make: (leg, parent) => make(leg, 'held', parent) })
      return admit(order)
    },
    placeMultiLeg: (terms) => {
      refuseTwin(terms.clientOrderId)
      checkMultiLeg(terms, { account: options.account, open: open(), venue, asked: undefined, now: clock.now() })
      return admit(makeMultiLeg(books, terms))
    },
    cancel: (order) => {
      if (isFinishedOrder(order)) throw unprocessable(`order is already in "${order.status}" state`)
      if (order.status === 'pending_cancel') throw unprocessable('order pending cancel')
      const before = order.status
      order.status = 'pending_cancel'
      tell(order, 'pending_cancel')
      const refuse = cancelRefusals > 0
      if (refuse) cancelRefusals -= 1
      later(options.cancelDelay, () => {
        if (isFinishedOrder(order)) return
        if (!refuse) { end(order, 'canceled'); return }
        order.status = order.filled > 0n ? 'partially_filled' : before === 'pending_new' ? 'new' : before
        tell(order, 'order_cancel_rejected', { reason: 'TOO_LATE_TO_CANCEL' })
      })
    },
    replace: (order, changes) => {
      if (isFinishedOrder(order)) throw unprocessable('unable to replace order, order is not open')
      return replaceOrder(books, matching, order, changes)
    },
    bust: (id) => { bustExecution(books, id) },
    correct: (id, price, quantity) => { correctExecution(books, id, price, quantity) },
    announce: (order, event) => {
      if (event === 'suspended' || event === 'done_for_day') order.status = event
      else if (event === 'new') order.status = order.filled > 0n ? 'partially_filled' : 'new'
      tell(order, event)
    },
    reject: (order) => { end(order, 'rejected') },
    expire: (order) => { end(order, 'expired') },
    refuseNextCancel: () => { cancelRefusals += 1 },
    stop: () => { for (const timer of timers) timer.cancel() },
  }
}
