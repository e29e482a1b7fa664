import { divide, formatDecimal, multiply, ONE, parseDecimal, type Units } from '@sluice/core'
import type { FakeBooks } from './fake-books.ts'
import { rivalsOf } from './fake-groups.ts'
import { netPriceOf, tradeLegs } from './fake-multi-leg.ts'
import { type FakeOrder, isFinishedOrder, leavesOf } from './fake-order.ts'
import { follow } from './fake-trail.ts'

/** Trades orders against the price book. */
export interface FakeMatching {
  /** Trades so much of a live order, whatever the market says; less when less is left. */
  trade(order: FakeOrder, quantity: Units, price: Units): void
  /** A held exit begins to work. */
  activate(leg: FakeOrder): void
  /** Lets a marketable order fill, in parts, some time from now. What must trade at once and cannot ends. */
  match(order: FakeOrder): void
  /** The auction at the close: orders for it trade now or not at all. */
  close(order: FakeOrder): void
  /** Whether the order could trade in this phase of the market. */
  trades(order: Pick<FakeOrder, 'asset' | 'extendedHours'>): boolean
}

const WORKING: readonly string[] = ['new', 'partially_filled', 'pending_cancel', 'pending_replace']
/** What is not filled at once is cancelled; for `opg` the moment is the opening. */
const AT_ONCE: readonly string[] = ['ioc', 'fok', 'opg']

export function createFakeMatching(books: FakeBooks): FakeMatching {
  const { account, end, later, ledger, stamp, tell, venue } = books
  const filling = new Set<FakeOrder>()

  const trades = ({ asset, extendedHours }: Pick<FakeOrder, 'asset' | 'extendedHours'>): boolean => {
    if (asset.class === 'crypto') return true
    switch (venue.hours.phase()) {
      case 'open': return true
      case 'pre':
      case 'post': return extendedHours
      case 'overnight': return extendedHours && asset.overnight && account.configuration['disable_overnight_trading'] !== true
      case 'closed': return false
    }
  }
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
    const event = complete ? 'fill' : 'partial_fill'
    if (order.orderClass === 'mleg') {
      tradeLegs(books, order, quantity, at)
      tell(order, event, { timestamp: at, price: formatDecimal(price), qty: formatDecimal(quantity) })
      return
    }
    account.book(order.asset, order.side === 'buy' ? quantity : -quantity, price)
    const execution = ledger.add(order, quantity, price, at, books.newId())
    tell(order, event, {
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
  const priceFor = (order: FakeOrder): Units => (order.orderClass === 'mleg' ? netPriceOf(books, order) : venue.priceOf(order.asset.symbol))
  const isMarketable = (order: FakeOrder): boolean => {
    const price = priceFor(order)
    const buys = order.side === 'buy'
    if ((order.type === 'stop' || order.type === 'stop_limit') && !order.triggered) {
      if (order.stopPrice === undefined || (buys ? price < order.stopPrice : price > order.stopPrice)) return false
      order.triggered = true
    }
    if (order.type === 'trailing_stop') return follow(order, price)
    return order.limitPrice === undefined || (buys ? price <= order.limitPrice : price >= order.limitPrice)
  }
  const match = (order: FakeOrder): void => {
    if (!WORKING.includes(order.status) || filling.has(order) || order.timeInForce === 'cls' || !trades(order) || venue.isHalted(order.asset.symbol)) return
    if (!isMarketable(order)) {
      if (AT_ONCE.includes(order.timeInForce)) end(order, 'canceled')
      return
    }
    filling.add(order)
    const parts = order.timeInForce === 'fok' ? 1 : books.fillParts
    const step = order.asset.class !== 'crypto' && (order.quantity ?? 1n) % ONE === 0n ? ONE : 1n
    const part = divide(leavesOf(order, priceFor(order)), parseDecimal(String(parts)), 'down') / step * step
    const next = (left: number): void => {
      later(books.fillDelay, () => {
        // A halt that came meanwhile stops it; its end begins anew.
        if (isFinishedOrder(order) || venue.isHalted(order.asset.symbol)) { filling.delete(order); return }
        const price = priceFor(order)
        trade(order, left <= 1 || part <= 0n ? leavesOf(order, price) : part, price)
        if (left > 1 && part > 0n && !isFinishedOrder(order)) next(left - 1)
        else filling.delete(order)
      })
    }
    next(parts)
  }
  const close = (order: FakeOrder): void => {
    if (!WORKING.includes(order.status)) return
    if (!venue.isHalted(order.asset.symbol) && isMarketable(order)) trade(order, leavesOf(order, priceFor(order)), priceFor(order))
    end(order, 'canceled')
  }
  return { trade, activate, match, close, trades }
}
