import { formatDecimal, ONE, parseDecimal, type Units } from '../../order/decimal.ts'
import type { OrderTerms } from '../../order/request.ts'
import { fromIso } from '../../runtime/clock.ts'
import { isSymbol } from './simulated-market.ts'
import type { SimulatedSettings } from './simulated-options.ts'
import { numbersOf } from './simulated-order.ts'
import { isImmediate } from './execution-rules.ts'

/** The broker's no. */
export interface Refusal {
  readonly kind: 'refused'
  readonly code: string
  readonly message: string
}

export function refuse(code: string, message: string): Refusal {
  return { kind: 'refused', code, message }
}

/** What is wrong with the terms alone, whatever the account holds; undefined when nothing is. */
export function checkTerms(terms: OrderTerms, time: number, settings: SimulatedSettings): Refusal | undefined {
  if (!isSymbol(terms.symbol)) return refuse('SYMBOL_UNKNOWN', `no symbol ${terms.symbol}`)
  return checkKind(terms, settings) ?? checkGroup(terms, settings) ?? checkNumbers(terms, settings) ?? checkTime(terms, time)
    ?? (terms.side === 'sell_short' && !settings.shortSelling ? refuse('SHORT_SELLING_NOT_ALLOWED', 'this account may not sell short') : undefined)
}

function checkKind(terms: OrderTerms, settings: SimulatedSettings): Refusal | undefined {
  const { type, timeInForce, notional } = terms
  const hasStop = type === 'stop' || type === 'stop_limit' || type === 'trailing_stop'
  if (notional !== undefined && (settings.lot >= ONE || hasStop || terms.orderClass !== undefined)) return refuse('NOTIONAL_UNSUPPORTED', 'money goes with market and limit orders by fractions')
  return isImmediate({ terms }) && hasStop ? refuse('TIME_IN_FORCE_UNSUPPORTED', `a stop order cannot be ${timeInForce}`) : undefined
}

function checkGroup(terms: OrderTerms, settings: SimulatedSettings): Refusal | undefined {
  const { orderClass, type, timeInForce, limitPrice, takeProfit, stopLoss } = terms
  if (orderClass === undefined) return undefined
  if (isImmediate({ terms })) return refuse('TIME_IN_FORCE_UNSUPPORTED', `a group cannot be ${timeInForce}`)
  if (orderClass === 'oco' && (type !== 'limit' || limitPrice !== takeProfit?.limitPrice)) return refuse('GROUP_INVALID', 'an OCO is a limit order whose limit is its takeProfit')
  const prices = [takeProfit?.limitPrice, stopLoss?.stopPrice, stopLoss?.limitPrice].flatMap((text) => (text === undefined ? [] : [parseDecimal(text)]))
  return prices.every((price) => price > 0n && price % settings.tick === 0n) ? undefined : refuse('PRICE_INVALID', `prices must be multiples of ${formatDecimal(settings.tick)}`)
}

function checkNumbers(terms: OrderTerms, settings: SimulatedSettings): Refusal | undefined {
  const { quantity, money, limit, stop } = numbersOf(terms)
  if (money === undefined ? quantity <= 0n || quantity % settings.lot !== 0n : money <= 0n) return refuse('QUANTITY_INVALID', `the quantity must be a multiple of ${formatDecimal(settings.lot)}`)
  const isPrice = (price: Units | undefined): boolean => price === undefined || (price > 0n && price % settings.tick === 0n)
  return isPrice(limit) && isPrice(stop) ? undefined : refuse('PRICE_INVALID', `prices must be multiples of ${formatDecimal(settings.tick)}`)
}

function checkTime(terms: OrderTerms, time: number): Refusal | undefined {
  if (terms.timeInForce !== 'gtd') return undefined
  return fromIso(terms.expireAt ?? '') > time ? undefined : refuse('EXPIRY_INVALID', 'a gtd order must end in the future')
}

/** Money that may still be bound, scaled 1e18: leverage × equity at cost − what positions cost − what working orders hold. */
export function buyingPower(account: { readonly cash: bigint; readonly net: bigint; readonly gross: bigint; readonly held: bigint }, leverage: Units): bigint {
  return (leverage * (account.cash + account.net)) / ONE - account.gross - account.held
}
