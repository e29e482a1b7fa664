import { multiply, ONE, type Units } from '../order/decimal.ts'
import type { Ledger } from './ledger.ts'
import { sessionProfit } from './position-book.ts'

/** What profits are measured with; both throw `InputMissing`. */
export interface ProfitPrices {
  /** What one unit of a holding would bring, or cost to cover, now. */
  closing(broker: string, symbol: string, isLong: boolean): Units
  multiplier(broker: string, symbol: string): Units
}

/** A profit with the contract's multiplier, rounded down, so that a loss never looks smaller. */
function scaled(profit: Units, multiplier: Units): Units {
  return multiplier === ONE ? profit : multiply(profit, multiplier, profit < 0n ? 'up' : 'down')
}

/**
 * Profit of the session on everything the account touched in it, on the worse side of the prices: what closing brought, and what is
 * open, as if what was held when the session began had been bought then.
 */
export function accountProfit(ledger: Ledger, prices: ProfitPrices): { readonly session: Units; readonly realised: Units; readonly unrealised: Units } {
  let session = 0n
  let realised = 0n
  let unrealised = 0n
  for (const { broker, position, symbol } of ledger.entries()) {
    // What rested flat all session made no profit in it, and needs neither price nor multiplier.
    if (position.quantity === 0n && position.startQuantity === 0n && position.sessionFlow === 0n) continue
    // A long is worth its bid, a short costs its ask. A flat symbol needs no price.
    const price = position.quantity === 0n ? 0n : prices.closing(broker, symbol, position.quantity > 0n)
    const multiplier = prices.multiplier(broker, symbol)
    const profit = scaled(sessionProfit(position, price), multiplier)
    const open = scaled(multiply(position.quantity, price - position.sessionPrice, 'down'), multiplier)
    session += profit
    unrealised += open
    realised += profit - open
  }
  return { session, realised, unrealised }
}
