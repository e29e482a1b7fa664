import { absolute, formatDecimal, ONE, type Units } from '../../order/decimal.ts'
import { toIso } from '../../runtime/clock.ts'
import type { AccountValues, BrokerPosition, BrokerSnapshot, SnapshotPart } from '../broker-adapter.ts'
import { buyingPower } from './order-rules.ts'
import type { SimulatedBook } from './simulated-book.ts'
import type { SimulatedMarket } from './simulated-market.ts'
import { toBrokerOrder } from './simulated-order.ts'
import type { SimulatedSettings } from './simulated-options.ts'

/** Everything the broker knows at this moment. */
export function takeSnapshot(book: SimulatedBook, market: SimulatedMarket, settings: SimulatedSettings, since: number, asOf: number): BrokerSnapshot {
  return {
    asOf,
    openOrders: present([...book.orders.working(), ...book.orders.held()].map(toBrokerOrder)),
    executions: present(book.executionsAfter(since)),
    positions: present(positionsOf(book)),
    account: present(accountValues(book, market, settings)),
    cursor: String(book.executionCount()),
  }
}

export function unavailableSnapshot(asOf: number, reason: string): BrokerSnapshot {
  const part = { status: 'unavailable', reason } as const
  return { asOf, openOrders: part, executions: part, positions: part, account: part }
}

function present<Value>(value: Value): SnapshotPart<Value> {
  return { status: 'present', value }
}

function positionsOf(book: SimulatedBook): BrokerPosition[] {
  return [...book.holdings.all()].map(([symbol, { quantity, cost }]) => ({
    symbol, quantity: formatDecimal(quantity), averagePrice: formatDecimal(absolute(cost) / absolute(quantity)),
  }))
}

/** Positions count at the middle of bid and ask. */
function accountValues(book: SimulatedBook, market: SimulatedMarket, settings: SimulatedSettings): AccountValues {
  const cash = book.holdings.cash()
  let equity = cash
  for (const [symbol, { quantity, cost }] of book.holdings.all()) {
    const prices = market.prices(symbol, book.time())
    equity += prices === undefined ? cost : (quantity * (prices.bid + prices.ask)) / 2n
  }
  const power = buyingPower({ cash, ...book.holdings.cost(), held: book.commitments.held() }, settings.leverage)
  return {
    equity: money(equity), cash: money(cash), buyingPower: money(power > 0n ? power : 0n), currency: settings.currency, time: toIso(book.time()),
  }
}

/** From 1e18 to 1e9. */
function money(scaled: bigint): string {
  const units: Units = scaled / ONE
  return formatDecimal(units)
}
