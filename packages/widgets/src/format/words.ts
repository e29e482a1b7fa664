import type { KillLevel, OrderStatus, OrderTerms, OrderType, Side, TimeInForce } from '@sluice/core'
import { t } from '../language/language.ts'
import { formatNumber, formatPrice } from './numbers.ts'

const sideWords: Readonly<Record<Side, string>> = { buy: 'Buy', sell: 'Sell', sell_short: 'Sell short' }

const typeWords: Readonly<Record<OrderType, string>> = {
  market: 'Market', limit: 'Limit', stop: 'Stop', stop_limit: 'Stop limit', trailing_stop: 'Trailing stop',
}

const timeInForceWords: Readonly<Record<TimeInForce, string>> = {
  day: 'Day', gtc: 'Good till canceled', gtd: 'Good till date', ioc: 'Immediate or cancel', fok: 'Fill or kill',
  opg: 'At the opening', cls: 'At the close',
}

const statusWords: Readonly<Record<OrderStatus, string>> = {
  pending_approval: 'Needs approval', pending_new: 'Sending', new: 'Working', partially_filled: 'Part filled', filled: 'Filled',
  pending_cancel: 'Canceling', pending_replace: 'Replacing', canceled: 'Canceled', denied: 'Denied', rejected: 'Rejected',
  expired: 'Expired', done_for_day: 'Done for day', suspended: 'Suspended', unknown: 'Unknown',
}

const levelWords: Readonly<Record<KillLevel, string>> = {
  reduce_only: 'Reduce only', no_new: 'No new orders', cancel_all: 'No new orders, working orders canceled',
  flatten: 'No new orders, positions closed',
}

export const sideText = (side: Side): string => t(sideWords[side])
export const typeText = (type: OrderType): string => t(typeWords[type])
export const timeInForceText = (timeInForce: TimeInForce): string => t(timeInForceWords[timeInForce])
export const statusText = (status: OrderStatus): string => t(statusWords[status])
export const levelText = (level: KillLevel): string => t(levelWords[level])

type Amount = Pick<OrderTerms, 'quantity' | 'notional'>

/** How much an order is for: units, or money to spend. */
export function amountOf(terms: Amount): string {
  if (terms.quantity !== undefined) return formatNumber(terms.quantity)
  return terms.notional === undefined ? '' : t('{0} worth', formatPrice(terms.notional))
}

type Prices = Pick<OrderTerms, 'type' | 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent'>

/** The price of an order in one short phrase. */
export function priceOf(terms: Prices): string {
  const limit = formatPrice(terms.limitPrice ?? '')
  const stop = formatPrice(terms.stopPrice ?? '')
  switch (terms.type) {
    case 'market': return t('Market')
    case 'limit': return limit
    case 'stop': return t('Stop {0}', stop)
    case 'stop_limit': return t('Stop {0}, limit {1}', stop, limit)
    case 'trailing_stop': return t('Trail {0}', terms.trailPercent === undefined ? formatPrice(terms.trailAmount ?? '') : `${formatNumber(terms.trailPercent)} %`)
  }
}
