import { type Clock, divide, formatDecimal, multiply, ONE, parseDecimal, type Timer, type Units } from '@sluice/core'
import type { FakeAccount } from './fake-account.ts'
import type { FakeAsset } from './fake-asset.ts'
import type { FakeBooks, FakeChanges } from './fake-books.ts'
import { makeLegs, rivalsOf } from './fake-groups.ts'
import { createFakeLedger, type FakeLedger } from './fake-ledger.ts'
import { type FakeOrder, type FakeTerms, isFinishedOrder, leavesOf, toWireOrder } from './fake-order.ts'
import { badRequest, unprocessable } from './fake-refusal.ts'
import { replaceOrder } from './fake-replace.ts'
import { bustExecution, correctExecution } from './fake-reversal.ts'
import { checkOrder, openOrders } from './fake-rules.ts'
import { follow } from './fake-trail.ts'

/** One frame of `trade_updates`. */
type TradeUpdate = Readonly<Record<string, unknown>> & { readonly event: string }

/** The books and the matching of the fake, and its levers for tests. */
export interface FakeExchange {
  readonly ledger: FakeLedger
  readonly orders: ReadonlyMap<string, FakeOrder>
  byClientOrderId(clientOrderId: string): FakeOrder | undefined
  assetOf(symbolOrId: string): FakeAsset | undefined
  priceOf(symbol: string): Units
  setPrice(symbol: string, price: Units): void
  isOpen(): boolean
  /** Opens or closes the market; closing ends day orders. */
  setOpen(open: boolean): void
  /** @throws FakeRefusal */
  place(terms: FakeTerms): FakeOrder
  /** @throws FakeRefusal */
  cancel(order: FakeOrder): void
  /** @throws FakeRefusal */
  replace(order: FakeOrder, changes: FakeChanges): FakeOrder
  /** Trades so much of a live order, whatever the market says; less when less is left. */
  trade(order: FakeOrder, quantity: Units, price: Units): void
  bust(executionId: string): void
  correct(executionId: string, price: Units): void
  /** Sends an event that changes nothing, such as `restated`, `calculated`, `suspended`, `done_for_day`. */
  announce(order: FakeOrder, event: string): void
  reject(order: FakeOrder): void
  expire(order: FakeOrder): void
  /** The next cancel is taken and then refused: too late. */
  refuseNextCancel(): void
  stop(): void
}

export interface FakeExchangeOptions {
  readonly clock: Clock
  readonly stamp: () => string
  readonly newId: () => string
  readonly account: FakeAccount
  readonly assets: ReadonlyMap<string, { readonly asset: FakeAsset; price: Units }>
  /** From the request to `new`, to each fill, and to the end of a cancel or replace, in ms. */
  readonly acceptDelay: number
  readonly fillDelay: number
  readonly cancelDelay: number
  /** In how many trades a marketable order fills. */
  readonly fillParts: number
  readonly publish: (update: TradeUpdate) => void
}

export function createFakeExchange(options: FakeExchangeOptions): FakeExchange {
  const { account, assets, clock, newId, publish, stamp } = options
  const orders = new Map<string, FakeOrder>()
  const clientIds = new Map<string, FakeOrder>()
  const ledger = createFakeLedger()
  const timers = new Set<Timer>()
  const filling = new Set<FakeOrder>()
  let open = true
  let cancelRefusals = 0

  const later = (delay: number, work: () => void): void => {
    const timer = clock.setTimer(() => { timers.delete(timer); work() }, delay, true)
    timers.add(timer)
  }
  const priceOf = (symbol: string): Units => assets.get(symbol)?.price ?? 0n
  const tell = (order: FakeOrder, event: string, extra: Readonly<Record<string, unknown>> = {}): void => {
    const at = stamp()
    order.updatedAt = at
    publish({ event, execution_id: newId(), order: toWireOrder(order), timestamp: at, event_id: newId(), at, ...extra })
  }
  const end = (order: FakeOrder, status: 'canceled' | 'expired' | 'rejected'): void => {
    if (isFinishedOrder(order)) return
    order.status = status
    const at = stamp()
    if (status === 'canceled') order.canceledAt = at
    else if (status === 'expired') order.expiredAt = at
    else order.failedAt = at
    tell(order, status)
    for (const leg of order.legs) end(leg, 'canceled')
  }
  const isWorking = (order: FakeOrder): boolean => order.status === 'new' || order.status === 'partially_filled' || order.status === 'pending_cancel' || order.status === 'pending_replace'

  const trade = (order: FakeOrder, wanted: Units, price: Units): void => {
    if (isFinishedOrder(order) || order.status === 'held') return
    const quantity = wanted < leavesOf(order, price) ? wanted : leavesOf(order, price)
    if (quantity <= 0n) return
    order.filled += quantity
    order.filledValue += multiply(quantity, price, 'up')
    const complete = leavesOf(order, price) <= 0n
    if (complete) order.status = 'filled'
    else if (order.status !== 'pending_cancel' && order.status !== 'pending_replace') order.status = 'partially_filled'
    const at = stamp()
    if (complete) order.filledAt = at
    const signed = order.side === 'buy' ? quantity : -quantity
    account.book(order.asset, signed, price)
    const execution = ledger.add(order, quantity, price, at, newId())
    tell(order, complete ? 'fill' : 'partial_fill', {
      execution_id: execution.id, timestamp: at, price: execution.price, qty: execution.quantity, position_qty: formatDecimal(account.positionOf(order.asset.symbol)),
    })
    if (!complete) return
    for (const rival of rivalsOf(order)) end(rival, 'canceled')
    if (order.orderClass !== 'oco') for (const leg of order.legs) activate(leg)
  }
  const activate = (leg: FakeOrder): void => {
    if (leg.status !== 'held') return
    leg.status = 'new'
    tell(leg, 'new')
    match(leg)
  }
  const isMarketable = (order: FakeOrder): boolean => {
    const price = priceOf(order.asset.symbol)
    const buys = order.side === 'buy'
    if ((order.type === 'stop' || order.type === 'stop_limit') && !order.triggered) {
      if (order.stopPrice === undefined || (buys ? price < order.stopPrice : price > order.stopPrice)) return false
      order.triggered = true
    }
    if (order.type === 'trailing_stop') return follow(order, price)
    return order.limitPrice === undefined || (buys ? price <= order.limitPrice : price >= order.limitPrice)
  }
  /** Lets a marketable order fill, in parts, some time from now. */
  const match = (order: FakeOrder): void => {
    if (!isWorking(order) || filling.has(order) || (!open && order.asset.class !== 'crypto')) return
    if (!isMarketable(order)) {
      if (order.timeInForce === 'ioc' || order.timeInForce === 'fok') end(order, 'canceled')
      return
    }
    filling.add(order)
    const step = order.asset.class === 'us_option' || (order.quantity ?? 1n) % ONE === 0n ? ONE : 1n
    const total = leavesOf(order, priceOf(order.asset.symbol))
    const part = divide(total, parseDecimal(String(options.fillParts)), 'down') / step * step
    const next = (left: number): void => {
      later(options.fillDelay, () => {
        const price = priceOf(order.asset.symbol)
        if (!isFinishedOrder(order)) trade(order, left <= 1 || part <= 0n ? leavesOf(order, price) : part, price)
        if (left > 1 && part > 0n && !isFinishedOrder(order)) next(left - 1)
        else filling.delete(order)
      })
    }
    next(options.fillParts)
  }
  const make = (terms: FakeTerms, status: FakeOrder['status'], parent?: FakeOrder): FakeOrder => {
    const at = stamp()
    const order: FakeOrder = {
      ...terms, id: newId(), createdAt: at, updatedAt: at, status, filled: 0n, filledValue: 0n, legs: [], visibleFrom: 0, triggered: false, ...(parent && { parent }),
    }
    orders.set(order.id, order)
    clientIds.set(order.clientOrderId, order)
    return order
  }
  const start = (order: FakeOrder): void => {
    later(options.acceptDelay, () => {
      if (order.status !== 'pending_new') return
      order.status = 'new'
      tell(order, 'new')
      if (order.orderClass === 'oco') for (const leg of order.legs) activate(leg)
      match(order)
    })
  }
  const refuseFinished = (order: FakeOrder): void => {
    if (isFinishedOrder(order)) throw unprocessable(`order is already in "${order.status}" state`)
  }
  const books: FakeBooks = { account, cancelDelay: options.cancelDelay, clientIds, end, later, ledger, make, match, orders, stamp, tell }

  return {
    ledger, orders, trade, priceOf, isOpen: () => open,
    byClientOrderId: (id) => clientIds.get(id),
    assetOf: (key) => assets.get(key)?.asset ?? [...assets.values()].find(({ asset }) => asset.id === key || asset.symbol.replace('/', '') === key)?.asset,
    setPrice: (symbol, price) => {
      const entry = assets.get(symbol)
      if (entry === undefined) throw new RangeError(`the fake does not trade ${symbol}`)
      entry.price = price
      for (const order of openOrders(orders.values())) if (order.asset.symbol === symbol) match(order)
    },
    setOpen: (isOpen) => {
      open = isOpen
      for (const order of openOrders(orders.values())) {
        if (order.asset.class === 'crypto') continue
        if (!isOpen) {
          if (order.timeInForce === 'day' && order.parent === undefined) end(order, 'expired')
        } else if (order.status === 'accepted') {
          order.status = 'pending_new'
          start(order)
        } else match(order)
      }
    },
    place: (terms) => {
      if (clientIds.has(terms.clientOrderId)) throw badRequest('client_order_id must be unique')
      checkOrder(terms, { account, open: openOrders(orders.values()), priceOf, isOpen: () => open })
      const limited = terms.orderClass === 'oco' && terms.limitPrice === undefined ? { ...terms, limitPrice: terms.takeProfit?.limitPrice } : terms
      const queued = !open && terms.asset.class !== 'crypto'
      const order = make(limited, queued ? 'accepted' : 'pending_new')
      order.legs = makeLegs(order, { newId, make: (leg, parent) => make(leg, 'held', parent) })
      tell(order, queued ? 'accepted' : 'pending_new')
      if (!queued) start(order)
      return order
    },
    cancel: (order) => {
      refuseFinished(order)
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
      refuseFinished(order)
      return replaceOrder(books, order, changes)
    },
    bust: (id) => { bustExecution(books, id) },
    correct: (id, price) => { correctExecution(books, id, price) },
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

