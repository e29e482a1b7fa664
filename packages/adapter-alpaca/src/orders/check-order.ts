import { type OrderTerms, parseDecimal, type ReplaceRequest } from '@sluice/core'

const OPTION = /^[A-Z]{1,6}\d{6}[CP]\d{8}$/
const LONGEST_ID = 128

export type AssetClass = 'equity' | 'crypto' | 'option'

/** What a symbol names: pairs have a slash, options the form of OCC. */
export function assetClassOf(symbol: string): AssetClass {
  return symbol.includes('/') ? 'crypto' : OPTION.test(symbol) ? 'option' : 'equity'
}

const decimals = (text: string): number => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0)
const isWhole = (quantity: string | undefined): boolean => quantity === undefined || decimals(quantity) === 0

/** Prices of a dollar and more have two decimals, smaller ones four. */
function isPriced(price: string | undefined): boolean {
  return price === undefined || decimals(price) <= (price.startsWith('0') ? 4 : 2)
}

/** A rule that Alpaca enforces, and what to say when an order breaks it. */
type Rule = readonly [holds: boolean, message: string]

function commonRules(clientOrderId: string, terms: OrderTerms): Rule[] {
  const { extendedHours, orderClass, takeProfit, timeInForce, type } = terms
  const patient = timeInForce === 'day' || timeInForce === 'gtc'
  return [
    [/^[A-Za-z0-9._:-]+$/.test(clientOrderId) && clientOrderId.length <= LONGEST_ID, `a client order id has at most ${LONGEST_ID} letters, digits and -`],
    [timeInForce !== 'gtd', 'Alpaca has no orders good till a date'],
    [!extendedHours || (type === 'limit' && patient && orderClass === undefined), 'outside regular hours only simple limit orders trade, for the day or good till cancel'],
    [orderClass === undefined || patient, 'groups are for the day or good till cancel'],
    [orderClass !== 'oco' || (type === 'limit' && (takeProfit === undefined || takeProfit.limitPrice === terms.limitPrice)), 'an OCO is a limit order whose limit is its takeProfit'],
    [orderClass === undefined || terms.notional === undefined, 'groups are sized by quantity'],
  ]
}

function equityRules({ limitPrice, notional, orderClass, quantity, side, stopLoss, stopPrice, takeProfit, timeInForce, type }: OrderTerms): Rule[] {
  const fractional = notional !== undefined || !isWhole(quantity)
  return [
    [[limitPrice, stopPrice, takeProfit?.limitPrice, stopLoss?.stopPrice, stopLoss?.limitPrice].every(isPriced), 'prices move in cents, below a dollar in hundredths of a cent'],
    [(timeInForce !== 'opg' && timeInForce !== 'cls') || type === 'market' || type === 'limit', 'at the opening and the close only market and limit orders trade'],
    [!fractional || timeInForce === 'day', 'orders by money or for parts of a share are for the day'],
    [!fractional || side !== 'sell_short', 'parts of a share cannot be sold short'],
    [!fractional || type !== 'trailing_stop', 'a trailing stop is for whole shares'],
    [!fractional || orderClass === undefined, 'groups are for whole shares'],
    [notional === undefined || decimals(notional) <= 2, 'money has two decimals'],
    [type !== 'trailing_stop' || timeInForce === 'day' || timeInForce === 'gtc', 'a trailing stop is for the day or good till cancel'],
  ]
}

function cryptoRules({ extendedHours, orderClass, side, timeInForce, type }: OrderTerms): Rule[] {
  return [
    [timeInForce === 'gtc' || timeInForce === 'ioc', 'crypto orders are good till cancel or immediate or cancel'],
    [type === 'market' || type === 'limit' || type === 'stop_limit', 'crypto orders are market, limit or stop limit'],
    [side !== 'sell_short', 'crypto cannot be sold short'],
    [orderClass === undefined && !extendedHours, 'crypto trades around the clock and one by one'],
  ]
}

function optionRules({ extendedHours, limitPrice, notional, orderClass, quantity, timeInForce, type }: OrderTerms): Rule[] {
  return [
    [notional === undefined && isWhole(quantity), 'options trade in whole contracts'],
    [timeInForce === 'day', 'option orders are for the day'],
    [type === 'market' || type === 'limit', 'option orders are market or limit'],
    [limitPrice === undefined || decimals(limitPrice) <= 2, 'options are priced in cents'],
    [orderClass === undefined && !extendedHours, 'options trade in regular hours and one by one'],
  ]
}

const RULES = { equity: equityRules, crypto: cryptoRules, option: optionRules } as const

/** Why Alpaca would refuse the order; undefined when nothing speaks against it. */
export function checkOrder(clientOrderId: string, terms: OrderTerms): string | undefined {
  const rules = [...commonRules(clientOrderId, terms), ...RULES[assetClassOf(terms.symbol)](terms)]
  return rules.find(([holds]) => !holds)?.[1]
}

/** The same for a replace. `filledQuantity`: what the live order has traded, as far as it is known. */
export function checkReplace(clientOrderId: string, terms: OrderTerms, changes: ReplaceRequest, filledQuantity: string): string | undefined {
  if (terms.notional !== undefined) return 'orders by money cannot be changed'
  // Whether Alpaca counts what was traded into the new quantity is written down nowhere. A wrong guess would trade too much.
  if (changes.quantity !== undefined && parseDecimal(filledQuantity) > 0n) return 'the quantity of an order that has traded in part cannot be changed: cancel it and place the rest'
  return checkOrder(clientOrderId, terms)
}
