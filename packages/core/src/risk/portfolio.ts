import { maximum, type Units } from '../order/decimal.ts'
import type { Ledger } from './ledger.ts'
import type { OrderCandidate } from './order-candidate.ts'
import { moneyOf } from './valuation.ts'

/** What an account could come to hold at worst, in money. */
export interface Portfolio {
  /** Sum over all holdings of the larger of what they could be worth long and short. */
  readonly gross: Units
  /** Longs and shorts against each other, on the worse side. */
  readonly net: Units
  /** The part of `gross` in the order's own symbol, over all brokers. */
  readonly symbol: Units
}

/** Prices and multipliers of holdings; they throw `InputMissing`. */
export interface PortfolioPrices {
  /** What one unit costs now. */
  ask(broker: string, symbol: string): Units
  multiplier(broker: string, symbol: string): Units
  /** The worst price of the order. */
  worst(order: OrderCandidate): Units
}

interface Sums { gross: Units; long: Units; short: Units; symbol: Units }

/** One holding: `up` if every buy fills, `down` if every sell does. What the order adds beyond that counts at its own price. */
function add(sums: Sums, name: string, symbol: string, up: Units, down: Units, order: OrderCandidate | undefined, prices: PortfolioPrices): void {
  const mine = order?.broker === name && order.symbol === symbol ? order : undefined
  // `up` is never below `down`.
  const before = maximum(up, -down)
  if (before === 0n && mine === undefined) return
  const multiplier = prices.multiplier(name, symbol)
  // What is not held yet needs no price but the order's own.
  const ask = before === 0n ? 0n : prices.ask(name, symbol)
  let gross = moneyOf(before, ask, multiplier)
  let long = up * ask
  let short = down * ask
  if (mine !== undefined) {
    const buying = mine.side === 'buy'
    const after = maximum(before, mine.quantity + (buying ? up : -down))
    const worst = prices.worst(mine)
    gross += moneyOf(after - before, worst, multiplier)
    if (buying) long += mine.quantity * worst
    else short -= mine.quantity * worst
  }
  sums.gross += gross
  sums.long += long * multiplier
  sums.short += short * multiplier
  if (order !== undefined && order.symbol === symbol) sums.symbol += gross
}

const CUBE = 1_000_000_000_000_000_000n

/** The worst case of the account, with the order on top of it and without what the order holds already. */
export function portfolioOf(ledger: Ledger, order: OrderCandidate | undefined, prices: PortfolioPrices): Portfolio {
  const sums: Sums = { gross: 0n, long: 0n, short: 0n, symbol: 0n }
  let seen = order === undefined
  for (const { broker, symbol } of ledger.entries()) {
    const { position, workingBuy, workingSell } = ledger.exposure(broker, symbol, order?.orderId)
    if (broker === order?.broker && symbol === order.symbol) seen = true
    add(sums, broker, symbol, position.quantity + workingBuy, position.quantity - workingSell, order, prices)
  }
  if (!seen && order !== undefined) add(sums, order.broker, order.symbol, 0n, 0n, order, prices)
  const exact = maximum(sums.long, -sums.short)
  return { gross: sums.gross, net: (exact + CUBE - 1n) / CUBE, symbol: sums.symbol }
}
