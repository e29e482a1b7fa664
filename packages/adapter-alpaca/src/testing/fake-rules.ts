import { divide, formatDecimal, ONE, type Units } from '@sluice/core'
import type { FakeAccount } from './fake-account.ts'
import { checkCryptoForm, checkCryptoMoney } from './fake-crypto-rules.ts'
import { checkOptionForm, checkOptionMoney } from './fake-option-rules.ts'
import { type FakeIntent, type FakeOrder, type FakeTerms, isFinishedOrder, leavesOf, reservedBy } from './fake-order.ts'
import { badRequest, forbidden, unprocessable } from './fake-refusal.ts'
import type { FakeVenue } from './fake-venue.ts'

/** What the rules look at. */
export interface FakeRuleView {
  readonly account: FakeAccount
  readonly open: readonly FakeOrder[]
  readonly venue: FakeVenue
  /** What the request says that it does to the position. */
  readonly asked: FakeIntent | undefined
  /** In ms since the epoch. */
  readonly now: number
}

const CENT = ONE / 100n

/** What an order does to the position that is there. */
export function intentOf(account: FakeAccount, { asset, quantity = 1n, side }: Pick<FakeTerms, 'asset' | 'quantity' | 'side'>): FakeIntent {
  const held = account.positionOf(asset.symbol)
  if (side === 'buy') return held < 0n ? 'buy_to_close' : 'buy_to_open'
  return held > 0n && (asset.class !== 'us_option' || quantity <= held) ? 'sell_to_close' : 'sell_to_open'
}

function checkForm(terms: FakeTerms): void {
  const { type, quantity, notional, limitPrice, stopPrice, trailPrice, trailPercent } = terms
  if (quantity === undefined && notional === undefined) throw badRequest('qty or notional is required')
  if (quantity !== undefined && notional !== undefined) throw badRequest('only one of qty or notional is accepted')
  if (type === 'limit' && limitPrice === undefined && terms.orderClass !== 'oco') throw badRequest('limit orders require a limit price')
  if (type === 'stop' && stopPrice === undefined) throw badRequest('stop orders require a stop price')
  if (type === 'stop_limit' && (stopPrice === undefined || limitPrice === undefined)) throw badRequest('stop limit orders require both stop and limit price')
  if (type === 'market' && (limitPrice ?? stopPrice) !== undefined) throw badRequest('market orders require no stop or limit price')
  if (type === 'trailing_stop' && (trailPrice === undefined) === (trailPercent === undefined)) throw badRequest('trailing stop orders must specify one of trail_price or trail_percent')
  if (trailPercent !== undefined && trailPercent < ONE / 10n) throw badRequest('trail_percent must be greater than or equal to 0.1')
  if (notional !== undefined && notional % CENT !== 0n) throw unprocessable('notional value must be limited to 2 decimal places')
}

/** Prices of shares move in cents, below a dollar in hundredths of a cent. */
export function checkPrices(terms: Pick<FakeTerms, 'asset' | 'limitPrice' | 'stopPrice'>): void {
  if (terms.asset.class === 'crypto') return
  for (const [name, price] of [['limit_price', terms.limitPrice], ['stop_price', terms.stopPrice]] as const) {
    if (price === undefined || price % (price >= ONE || terms.asset.class === 'us_option' ? CENT : CENT / 100n) === 0n) continue
    throw unprocessable(`invalid ${name} ${formatDecimal(price)}. sub-penny increment does not fulfill minimum pricing criteria`)
  }
}

function checkShares(terms: FakeTerms, { account, venue }: FakeRuleView): void {
  const { asset, extendedHours, notional, orderClass, quantity, timeInForce, type } = terms
  const fractional = notional !== undefined || (quantity ?? 0n) % ONE !== 0n
  if (fractional && account.configuration['fractional_trading'] === false) throw forbidden('fractional trading is disabled for this account')
  if (fractional && !asset.fractionable) throw forbidden(`asset "${asset.symbol}" is not fractionable`)
  if (fractional && timeInForce !== 'day') throw unprocessable('fractional orders must be DAY orders')
  if (fractional && orderClass !== 'simple') throw unprocessable('fractional orders must be simple orders')
  if ((timeInForce === 'opg' || timeInForce === 'cls') && type !== 'market' && type !== 'limit') throw unprocessable(`${timeInForce} orders must be market or limit orders`)
  if (timeInForce === 'opg' && !venue.hours.takesOpening()) throw forbidden('opg orders must be submitted after 7:00pm and before 9:28am')
  if (timeInForce === 'cls' && !venue.hours.takesClosing()) throw forbidden('cls orders must be submitted after 7:00pm and before 3:50pm')
  if (extendedHours && (type !== 'limit' || (timeInForce !== 'day' && timeInForce !== 'gtc'))) throw badRequest('extended hours order must be DAY or GTC limit orders')
}

function checkAssetClass(terms: FakeTerms, view: FakeRuleView): void {
  const { asset } = terms
  if (asset.class === 'us_option') { checkOptionForm(terms, view); return }
  if (!asset.active) throw unprocessable(`asset ${asset.symbol} is not active`)
  if (!asset.tradable) throw unprocessable(`asset ${asset.symbol} is not tradable`)
  if (asset.class === 'crypto') checkCryptoForm(terms, view)
  else checkShares(terms, view)
}

function checkGroup(terms: FakeTerms, { account, venue }: FakeRuleView): void {
  const { orderClass, side, takeProfit, stopLoss, timeInForce, extendedHours, type } = terms
  if (orderClass === 'simple') return
  if (timeInForce !== 'day' && timeInForce !== 'gtc') throw unprocessable('complex orders must have a time in force of day or gtc')
  if (extendedHours) throw unprocessable('extended hours are not supported for complex orders')
  if (orderClass === 'oto' ? (takeProfit === undefined) === (stopLoss === undefined) : takeProfit === undefined || stopLoss === undefined) {
    throw unprocessable(`${orderClass} orders require ${orderClass === 'oto' ? 'exactly one of take_profit and stop_loss' : 'take_profit.limit_price and stop_loss.stop_price'}`)
  }
  if (orderClass === 'oco' && type !== 'limit') throw unprocessable('oco orders must be of type limit')
  const held = account.positionOf(terms.asset.symbol)
  const closes = side === 'buy' ? held < 0n : held > 0n
  if (orderClass === 'bracket' && closes) throw forbidden('bracket orders must be entry orders')
  if (orderClass === 'oco' && !closes) throw forbidden('oco orders must be exit orders')
  const exitsSell = orderClass === 'oco' ? side === 'sell' : side === 'buy'
  if (takeProfit !== undefined && stopLoss !== undefined && (exitsSell ? takeProfit.limitPrice <= stopLoss.stopPrice : takeProfit.limitPrice >= stopLoss.stopPrice)) {
    throw unprocessable(`take_profit.limit_price must be ${exitsSell ? '>' : '<'} stop_loss.stop_price`)
  }
  const base = terms.limitPrice ?? venue.priceOf(terms.asset.symbol)
  if (stopLoss !== undefined && orderClass !== 'oco' && (exitsSell ? stopLoss.stopPrice > base - CENT : stopLoss.stopPrice < base + CENT)) {
    throw unprocessable(`stop_loss.stop_price must be ${exitsSell ? '<= base_price - 0.01' : '>= base_price + 0.01'}`, { base_price: formatDecimal(base) })
  }
}

/** @throws FakeRefusal */
export function checkAccount({ account }: FakeRuleView): void {
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

/** Money that open orders hold back. */
export function reservedOf({ open, venue }: Pick<FakeRuleView, 'open' | 'venue'>): Units {
  return open.reduce((sum, order) => sum + reservedBy(order, venue.priceOf(order.asset.symbol)), 0n)
}

/** What of a holding open orders sell already. */
export function heldBy(open: readonly FakeOrder[], symbol: string, price: Units): Units {
  return open.filter((order) => order.asset.symbol === symbol && order.side === 'sell' && (order.parent === undefined || order.orderClass === 'mleg'))
    .reduce((sum, order) => sum + leavesOf(order, price), 0n)
}

function checkMoney(terms: FakeTerms, view: FakeRuleView): void {
  const { account, open, venue } = view
  const { asset, side } = terms
  const price = venue.priceOf(asset.symbol)
  const held = account.positionOf(asset.symbol)
  const reserved = reservedOf(view)
  const quantity = terms.quantity ?? divide(terms.notional ?? 0n, price, 'up')
  const selling = heldBy(open, asset.symbol, price)
  const available = held - selling
  // A short sale of so much as a buy would be; opening orders alone need money.
  const needed = reservedBy({ ...terms, status: 'new', filled: 0n, filledValue: 0n } as FakeOrder, price)
  if (asset.class === 'us_option') { checkOptionMoney(terms, view, needed, reserved); return }
  if (asset.class === 'crypto') { checkCryptoMoney(terms, view, side === 'buy' ? needed : quantity, reserved, available); return }
  if (side === 'sell' && quantity <= available) return
  if (side === 'sell' && held > 0n) {
    throw forbidden(`insufficient qty available for order (requested: ${formatDecimal(quantity)}, available: ${formatDecimal(available < 0n ? 0n : available)})`, {
      available: formatDecimal(available < 0n ? 0n : available), existing_qty: formatDecimal(held), held_for_orders: formatDecimal(selling), symbol: asset.symbol,
    })
  }
  if (side === 'sell') {
    if (!asset.shortable) throw unprocessable(`asset "${asset.symbol}" cannot be sold short`)
    if (account.flags['shorting_enabled'] !== true || account.configuration['no_shorting'] === true) throw forbidden('account is not allowed to short')
    if (quantity % ONE !== 0n || terms.notional !== undefined) throw unprocessable('fractional orders cannot be sold short')
    if (open.some((order) => order.asset.symbol === asset.symbol && order.intent === 'buy_to_open' && order.status !== 'held')) throw forbidden('cannot open a short sell while a long buy order is open')
  }
  const closesShort = side === 'buy' && held < 0n && quantity <= -held
  const power = account.buyingPower((symbol) => venue.priceOf(symbol), reserved)
  if (!closesShort && needed > power) throw forbidden('insufficient buying power', { buying_power: formatDecimal(power), cost_basis: formatDecimal(needed) })
}

/**
 * Everything Alpaca looks at before it takes an order, in its order.
 * @throws FakeRefusal
 */
export function checkOrder(terms: FakeTerms, view: FakeRuleView): void {
  checkAccount(view)
  checkForm(terms)
  checkAssetClass(terms, view)
  checkPrices(terms)
  checkGroup(terms, view)
  checkWashTrade(terms, view)
  const inferred = intentOf(view.account, terms)
  if (view.asked !== undefined && view.asked !== inferred) throw unprocessable(`position intent mismatch, inferred: ${inferred}, specified: ${view.asked}`)
  checkMoney(terms, view)
}

/** Orders that count against new ones. */
export function openOrders(orders: Iterable<FakeOrder>): FakeOrder[] {
  return [...orders].filter((order) => !isFinishedOrder(order))
}
