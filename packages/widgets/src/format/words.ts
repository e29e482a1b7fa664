import type { KillLevel, OrderStatus, OrderTerms, OrderType, Side, TimeInForce } from '@sluice/core'
import { formatNumber, formatPrice } from './numbers.ts'

export const sideWords: Readonly<Record<Side, string>> = { buy: 'Buy', sell: 'Sell', sell_short: 'Sell short' }

export const typeWords: Readonly<Record<OrderType, string>> = {
  market: 'Market', limit: 'Limit', stop: 'Stop', stop_limit: 'Stop limit', trailing_stop: 'Trailing stop',
}

export const timeInForceWords: Readonly<Record<TimeInForce, string>> = {
  day: 'Day', gtc: 'Good till canceled', gtd: 'Good till date', ioc: 'Immediate or cancel', fok: 'Fill or kill',
  opg: 'At the opening', cls: 'At the close',
}

export const statusWords: Readonly<Record<OrderStatus, string>> = {
  pending_approval: 'Needs approval', pending_new: 'Sending', new: 'Working', partially_filled: 'Part filled', filled: 'Filled',
  pending_cancel: 'Canceling', pending_replace: 'Replacing', canceled: 'Canceled', denied: 'Denied', rejected: 'Rejected',
  expired: 'Expired', done_for_day: 'Done for day', suspended: 'Suspended', unknown: 'Unknown',
}

export const levelWords: Readonly<Record<KillLevel, string>> = {
  reduce_only: 'Reduce only', no_new: 'No new orders', cancel_all: 'No new orders, working orders canceled',
  flatten: 'No new orders, positions closed',
}

/** `max-position` as people read it: `Max position`. */
export function humanName(name: string): string {
  const words = name.replaceAll(/[-_]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

type Amount = Pick<OrderTerms, 'quantity' | 'notional'>

/** How much an order is for: units, or money to spend. */
export function amountOf(terms: Amount): string {
  if (terms.quantity !== undefined) return formatNumber(terms.quantity)
  return terms.notional === undefined ? '' : `${formatPrice(terms.notional)} worth`
}

type Prices = Pick<OrderTerms, 'type' | 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent'>

/** The price of an order in one short phrase. */
export function priceOf(terms: Prices): string {
  const limit = formatPrice(terms.limitPrice ?? '')
  const stop = formatPrice(terms.stopPrice ?? '')
  switch (terms.type) {
    case 'market': return 'Market'
    case 'limit': return limit
    case 'stop': return `Stop ${stop}`
    case 'stop_limit': return `Stop ${stop}, limit ${limit}`
    case 'trailing_stop': return `Trail ${terms.trailPercent === undefined ? formatPrice(terms.trailAmount ?? '') : `${formatNumber(terms.trailPercent)} %`}`
  }
}
