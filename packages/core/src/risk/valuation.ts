import type { Instrument } from '../broker/broker-adapter.ts'
import { maximum, multiply, ONE, parseDecimal, type Units } from '../order/decimal.ts'
import { InputMissing } from './input-missing.ts'
import type { OrderCandidate } from './order-candidate.ts'

const ONE_PERCENT = ONE / 100n

/** The two sides of a market. */
interface Prices { readonly bid: Units; readonly ask: Units }

/** Where a buy without a limit is triggered at worst: a trailing stop starts its trail beyond the ask. */
function triggerOf({ terms, stopPrice }: OrderCandidate, ask: Units): Units {
  if (terms.trailAmount !== undefined) return ask + parseDecimal(terms.trailAmount)
  if (terms.trailPercent !== undefined) return ask + multiply(ask, parseDecimal(terms.trailPercent), 'up') / 100n + 1n
  return maximum(ask, stopPrice ?? ask)
}

/** The worst price an order may trade at: its limit or the market, whichever moves more money; a buy without a limit may slip. */
export function worstPriceAt(order: OrderCandidate, { bid, ask }: Prices, slippagePercent: bigint): Units {
  if (order.side !== 'buy') return maximum(bid, order.limitPrice ?? bid)
  if (order.limitPrice !== undefined) return maximum(order.limitPrice, ask)
  const reference = triggerOf(order, ask)
  return reference + multiply(reference, slippagePercent * ONE_PERCENT, 'up')
}

/** Money that a quantity moves at a price, with the contract's multiplier; rounded up. */
export function moneyOf(quantity: Units, price: Units, multiplier: Units): Units {
  return multiplier === ONE ? multiply(quantity, price, 'up') : multiply(multiply(quantity, price, 'up'), multiplier, 'up')
}

/** Nothing converts money: what is added up must be of one currency, the account's where that is known. Answers that currency. */
export function requireSameMoney({ symbol, currency }: Instrument, known: string = currency): string {
  if (currency !== known) throw new InputMissing(`rate:${currency}/${known}`, `${symbol} trades in ${currency}, the account counts in ${known}, and nothing converts between them`)
  return known
}
