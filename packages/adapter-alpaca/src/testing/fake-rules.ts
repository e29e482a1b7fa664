import { divide, formatDecimal, multiply, ONE, parseDecimal, type Units } from '@sluice/core'
import type { FakeAccount } from './fake-account.ts'
import { multiplierOf } from './fake-asset.ts'
import { type FakeOrder, type FakeTerms, isFinishedOrder, leavesOf, reservedBy } from './fake-order.ts'
import { badRequest, forbidden, unprocessable } from './fake-refusal.ts'

/** What the rules look at. */
export interface FakeRuleView {
  readonly account: FakeAccount
  readonly open: readonly FakeOrder[]
  priceOf(symbol: string): Units
  /** The market is open. */
  isOpen(): boolean
}

const CENT = ONE / 100n

function checkForm(terms: FakeTerms): void {
  const { type, quantity, notional, limitPrice, stopPrice, trailPrice, trailPercent } = terms
  if (quantity === undefined && notional === undefined) throw badRequest('qty or notional is required')
  if (quantity !== undefined && notional !== undefined) throw badRequest('only one of qty or notional is accepted')
  const needsLimit = type === 'limit' || type === 'stop_limit'
  const needsStop = type === 'stop' || type === 'stop_limit'
  if (needsLimit && limitPrice === undefined && terms.orderClass !== 'oco') throw badRequest(`${type} orders require limit price`)
  if (needsStop && stopPrice === undefined) throw badRequest(`${type} orders require stop price`)
  if (type === 'market' && (limitPrice ?? stopPrice) !== undefined) throw badRequest('market orders require no stop or limit price')
  if (type === 'trailing_stop' && (trailPrice === undefined) === (trailPercent === undefined)) throw badRequest('trailing stop orders must specify one of trail_percent or trail_price')
}

/** Prices of shares move in cents, below a dollar in hundredths of a cent. */
export function checkPrices(terms: Pick<FakeTerms, 'asset' | 'limitPrice' | 'stopPrice'>): void {
  if (terms.asset.class === 'crypto') return
  for (const [name, price] of [['limit_price', terms.limitPrice], ['stop_price', terms.stopPrice]] as const) {
    if (price === undefined || price % (price >= ONE ? CENT : CENT / 100n) === 0n) continue
    throw unprocessable(`invalid ${name} ${formatDecimal(price)}. sub-penny increment does not fulfill minimum pricing criteria`)
  }
}

function checkAssetClass(terms: FakeTerms): void {
  const { asset, type, timeInForce, quantity, notional, extendedHours } = terms
  if (!asset.tradable) throw unprocessable(`asset ${asset.symbol} is not tradable`)
  const fractional = notional !== undefined || (quantity ?? 0n) % ONE !== 0n
  if (asset.class === 'crypto') {
    if (timeInForce !== 'gtc' && timeInForce !== 'ioc') throw unprocessable('invalid crypto time_in_force')
    if (type !== 'market' && type !== 'limit' && type !== 'stop_limit') throw unprocessable('invalid order type for crypto order')
    const minimum = parseDecimal(asset.minimumOrderSize ?? '0')
    if (quantity !== undefined && quantity < minimum) throw forbidden(`minimal amount of order is ${formatDecimal(minimum)}`)
    return
  }
  if (asset.class === 'us_option') {
    if (fractional) throw unprocessable('options orders must be for a whole quantity')
    if (timeInForce !== 'day') throw unprocessable('order_time_in_force provided not supported for options trading')
    if (type !== 'market' && type !== 'limit') throw unprocessable('invalid order type for options trading')
    if (extendedHours) throw unprocessable('extended_hours is not supported for options trading')
    return
  }
  if (fractional && !asset.fractionable) throw forbidden(`asset "${asset.symbol}" is not fractionable`)
  if (fractional && timeInForce !== 'day') throw unprocessable('fractional orders must be DAY orders')
  if ((timeInForce === 'opg' || timeInForce === 'cls') && type !== 'market' && type !== 'limit') throw unprocessable(`${timeInForce} orders must be market or limit orders`)
  if (extendedHours && (type !== 'limit' || (timeInForce !== 'day' && timeInForce !== 'gtc'))) throw badRequest('extended hours order must be DAY or GTC limit orders')
}

function checkGroup(terms: FakeTerms, price: Units): void {
  const { orderClass, side, takeProfit, stopLoss, timeInForce, extendedHours, type } = terms
  if (orderClass === 'simple') return
  if (timeInForce !== 'day' && timeInForce !== 'gtc') throw unprocessable('complex orders must have a time in force of day or gtc')
  if (extendedHours) throw unprocessable('extended hours are not supported for complex orders')
  if (orderClass === 'oto' ? (takeProfit === undefined) === (stopLoss === undefined) : takeProfit === undefined || stopLoss === undefined) {
    throw unprocessable(`${orderClass} orders require ${orderClass === 'oto' ? 'exactly one of take_profit and stop_loss' : 'take_profit.limit_price and stop_loss.stop_price'}`)
  }
  if (orderClass === 'oco' && type !== 'limit') throw unprocessable('oco orders must be of type limit')
  const exitsSell = orderClass === 'oco' ? side === 'sell' : side === 'buy'
  const base = terms.limitPrice ?? price
  if (stopLoss !== undefined && orderClass !== 'oco' && (exitsSell ? stopLoss.stopPrice > base - CENT : stopLoss.stopPrice < base + CENT)) {
    throw unprocessable(`stop_loss.stop_price must be ${exitsSell ? '<= base_price - 0.01' : '>= base_price + 0.01'}`, { base_price: formatDecimal(base) })
  }
}

function checkAccount({ account }: FakeRuleView): void {
  const { flags, configuration } = account
  if (flags['status'] !== 'ACTIVE') throw forbidden('account is not active')
  if (flags['account_blocked'] === true || flags['trading_blocked'] === true) throw forbidden('account is blocked from trading')
  if (flags['trade_suspended_by_user'] === true || configuration['suspend_trade'] === true) throw forbidden('new orders are rejected by user request')
}

/** Opposite orders of one symbol that could trade with each other. */
function checkWashTrade(terms: FakeTerms, view: FakeRuleView): void {
  const existing = view.open.find((order) => {
    if (order.asset.symbol !== terms.asset.symbol || order.side === terms.side || order.status === 'held' || order.parent !== undefined) return false
    if (terms.type === 'market' || order.type !== 'limit') return true
    const [buy, sell] = terms.side === 'buy' ? [terms.limitPrice, order.limitPrice] : [order.limitPrice, terms.limitPrice]
    return buy !== undefined && sell !== undefined && buy >= sell
  })
  if (existing === undefined || terms.orderClass !== 'simple') return
  const kind = existing.type === 'limit' ? 'limit' : 'market/stop'
  throw forbidden('potential wash trade detected. use complex orders', { existing_order_id: existing.id, reject_reason: `opposite side ${kind} order exists` })
}

function checkMoney(terms: FakeTerms, view: FakeRuleView): void {
  const { account, open } = view
  const { asset, side } = terms
  const price = view.priceOf(asset.symbol)
  const held = account.positionOf(asset.symbol)
  const reserved = open.reduce((sum, order) => sum + reservedBy(order, view.priceOf(order.asset.symbol)), 0n)
  const opening = { ...terms, status: 'new', filled: 0n, filledValue: 0n } as FakeOrder
  const closesShort = side === 'buy' && held < 0n && (terms.quantity ?? 0n) <= -held
  if (side === 'buy' && !closesShort) {
    const [cost, power] = [reservedBy(opening, price), account.buyingPower((symbol) => view.priceOf(symbol), reserved)]
    if (cost > power) throw forbidden('insufficient buying power', { buying_power: formatDecimal(power), cost_basis: formatDecimal(cost) })
    return
  }
  if (side === 'buy') return
  const selling = open.filter((order) => order.asset.symbol === asset.symbol && order.side === 'sell' && order.parent === undefined)
    .reduce((sum, order) => sum + leavesOf(order, price), 0n)
  const quantity = terms.quantity ?? divide(terms.notional ?? 0n, price, 'up')
  const available = held - selling
  if (quantity <= available) return
  if (held > 0n) {
    throw forbidden(`insufficient qty available for order (requested: ${formatDecimal(quantity)}, available: ${formatDecimal(available < 0n ? 0n : available)})`, {
      available: formatDecimal(available < 0n ? 0n : available), existing_qty: formatDecimal(held), held_for_orders: formatDecimal(selling), symbol: asset.symbol,
    })
  }
  if (!asset.shortable || asset.class !== 'us_equity') throw unprocessable(`asset "${asset.symbol}" cannot be sold short`)
  if (account.flags['shorting_enabled'] !== true || account.configuration['no_shorting'] === true) throw forbidden('account is not allowed to short')
  if (quantity % ONE !== 0n || terms.notional !== undefined) throw unprocessable('fractional orders cannot be sold short')
  const power = account.buyingPower((symbol) => view.priceOf(symbol), reserved)
  const cost = multiply(multiply(quantity, price, 'up'), multiplierOf(asset), 'up')
  if (cost > power) throw forbidden('insufficient buying power', { buying_power: formatDecimal(power), cost_basis: formatDecimal(cost) })
}

/**
 * Everything Alpaca looks at before it takes an order, in its order.
 * @throws FakeRefusal
 */
export function checkOrder(terms: FakeTerms, view: FakeRuleView): void {
  checkAccount(view)
  checkForm(terms)
  checkAssetClass(terms)
  checkPrices(terms)
  checkGroup(terms, view.priceOf(terms.asset.symbol))
  checkWashTrade(terms, view)
  checkMoney(terms, view)
}

/** Orders that count against new ones. */
export function openOrders(orders: Iterable<FakeOrder>): FakeOrder[] {
  return [...orders].filter((order) => !isFinishedOrder(order))
}
