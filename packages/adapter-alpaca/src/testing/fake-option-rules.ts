import { formatDecimal, multiply, ONE, parseDecimal, type Units } from '@sluice/core'
import { formatDate } from '../iso-time.ts'
import type { FakeAccount } from './fake-account.ts'
import type { FakeTerms } from './fake-order.ts'
import { forbidden, unprocessable } from './fake-refusal.ts'
import type { FakeRuleView } from './fake-rules.ts'

const HUNDRED = 100n * ONE

/** `AAPL260116C00190000` in its parts. */
function contractOf(symbol: string): { readonly underlying: string; readonly expires: string; readonly call: boolean; readonly strike: Units } {
  const [, underlying = '', year = '', month = '', day = '', right = '', strike = '0'] = /^([A-Z]+)(\d\d)(\d\d)(\d\d)([CP])(\d{8})$/.exec(symbol) ?? []
  return { underlying, expires: `20${year}-${month}-${day}`, call: right === 'C', strike: parseDecimal(String(Number(strike))) / 1000n }
}

export function underlyingOf(symbol: string): string {
  return contractOf(symbol).underlying
}

/** What the account may do with options: what was approved, or less where its owner wants so. */
function levelOf({ configuration, flags }: FakeAccount): number {
  return Math.min(Number(flags['options_approved_level']), Number(flags['options_trading_level']), Number(configuration['max_options_trading_level'] ?? 3))
}

/** @throws FakeRefusal */
export function checkLevel(account: FakeAccount, needed: number, message: string): void {
  if (levelOf(account) < 1) throw forbidden('account not authorized to trade options')
  if (levelOf(account) < needed) throw forbidden(message)
}

/** What an order for one contract must look like. @throws FakeRefusal */
export function checkOptionForm({ asset, extendedHours, notional, orderClass, quantity, timeInForce, type }: FakeTerms, { now, venue }: FakeRuleView): void {
  if (!asset.active) throw unprocessable(`contract "${asset.symbol}" is not active`)
  if (!asset.tradable) throw unprocessable(`contract "${asset.symbol}" is not tradable`)
  if (venue.hours.followsCalendar && contractOf(asset.symbol).expires < formatDate(now)) throw unprocessable(`contract "${asset.symbol}" is expired`)
  if (orderClass !== 'simple') throw unprocessable('complex orders not supported for options trading')
  if (notional !== undefined) throw unprocessable('notional orders are not supported for options trading')
  if ((quantity ?? 0n) % ONE !== 0n) throw unprocessable('qty must be integer for options trading')
  if (timeInForce !== 'day') throw unprocessable('order_time_in_force provided not supported for options trading')
  if (type !== 'market' && type !== 'limit') throw unprocessable('invalid order type for options trading')
  if (extendedHours) throw unprocessable('extended hours is not supported for options trading')
  if (type === 'market' && venue.hours.phase() !== 'open') throw unprocessable('options market orders are only allowed during market hours')
}

/** The level of the account, and what stands behind what is sold to open. `cost`: of a purchase, at its worst. @throws FakeRefusal */
export function checkOptionMoney({ asset, intent, quantity = 0n }: FakeTerms, { account, venue }: FakeRuleView, cost: Units, reserved: Units): void {
  const insufficient = (required: Units): void => {
    const available = account.cash() - reserved
    if (required > available) throw forbidden(`insufficient options buying power (required: ${formatDecimal(required)}, available: ${formatDecimal(available < 0n ? 0n : available)})`)
  }
  switch (intent) {
    case undefined:
    case 'buy_to_close':
    case 'sell_to_close': checkLevel(account, 1, ''); return
    case 'buy_to_open':
      checkLevel(account, 2, 'account not eligible to trade long option contracts')
      insufficient(cost)
      return
    case 'sell_to_open': {
      checkLevel(account, 1, '')
      const { call, strike, underlying } = contractOf(asset.symbol)
      if (!call) { insufficient(multiply(multiply(strike, quantity, 'up'), HUNDRED, 'up')); return }
      const [required, available] = [multiply(quantity, HUNDRED, 'up'), account.positionOf(underlying)]
      if (available >= required) return
      if (available <= 0n) throw forbidden('account not eligible to trade uncovered option contracts')
      throw forbidden(`insufficient underlying qty available for covered call (required: ${formatDecimal(required)}, available: ${formatDecimal(available)})`, {
        required_qty: formatDecimal(required), available_qty: formatDecimal(available), symbol: asset.symbol, underlying_asset_id: venue.assetOf(underlying)?.id ?? '',
      })
    }
  }
}
