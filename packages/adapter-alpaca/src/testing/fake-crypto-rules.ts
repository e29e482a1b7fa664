import { formatDecimal, multiply, ONE, parseDecimal, type Units } from '@sluice/core'
import type { FakeTerms } from './fake-order.ts'
import { badRequest, forbidden, unprocessable } from './fake-refusal.ts'
import type { FakeRuleView } from './fake-rules.ts'

/** The least that an order for a pair may be worth, in its quote currency. */
const LEAST_VALUE = 10n * ONE

/** What an order for a pair must look like. @throws FakeRefusal */
export function checkCryptoForm({ asset, limitPrice, notional, orderClass, quantity, stopPrice, timeInForce, type }: FakeTerms, { venue }: FakeRuleView): void {
  if (timeInForce !== 'gtc' && timeInForce !== 'ioc') throw unprocessable('invalid crypto time_in_force')
  if (type !== 'market' && type !== 'limit' && type !== 'stop_limit') throw unprocessable('invalid order type for crypto order')
  if (orderClass !== 'simple') throw unprocessable('crypto orders not allowed for advanced order_class: ' + orderClass)
  const least = parseDecimal(asset.minimumOrderSize ?? '0')
  if (quantity !== undefined && quantity < least) throw forbidden(`order qty must be >= minimal qty of order ${formatDecimal(least)}`)
  const value = notional ?? multiply(quantity ?? 0n, limitPrice ?? venue.priceOf(asset.symbol), 'down')
  if (value < LEAST_VALUE) throw forbidden(`cost basis must be >= minimal amount of order ${formatDecimal(LEAST_VALUE)}`)
  const step = (units: Units | undefined, increment: string | undefined, name: string): void => {
    if (units !== undefined && increment !== undefined && units % parseDecimal(increment) !== 0n) throw badRequest(`${name} increment must be ${increment}`)
  }
  step(quantity, asset.tradeIncrement, 'qty')
  step(limitPrice, asset.priceIncrement, 'limit price')
  step(stopPrice, asset.priceIncrement, 'stop price')
}

/** Coins are paid for with money that is there, and sold when they are there: no margin and no short sale. @throws FakeRefusal */
export function checkCryptoMoney({ asset, side }: FakeTerms, { account }: FakeRuleView, needed: Units, reserved: Units, available: Units): void {
  const [base = '', quote = 'USD'] = asset.symbol.split('/')
  const [currency, has] = side === 'buy' ? [quote, account.cash() - reserved] : [base, available]
  const shown = formatDecimal(has < 0n ? 0n : has)
  if (needed <= has) return
  throw forbidden(`insufficient balance for ${currency} (requested: ${formatDecimal(needed)}, available: ${shown})`, {
    balance: shown, symbol: currency, ...(side === 'sell' && { available: shown }),
  })
}
