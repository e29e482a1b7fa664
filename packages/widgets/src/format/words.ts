import type { KillLevel, OrderStatus, OrderTerms, OrderType, Side, TimeInForce } from '@sluice/core'
import { t } from '../language/language.ts'
import { formatNumber, formatPrice } from './numbers.ts'
import { plain } from './plain.ts'

/** Where a word of the API is not what people say; the others are said as they are written. */
const sayings: Readonly<Record<string, string>> = {
  gtc: 'Good till canceled', gtd: 'Good till date', ioc: 'Immediate or cancel', fok: 'Fill or kill', opg: 'At the opening', cls: 'At the close',
  pending_approval: 'Needs approval', pending_new: 'Sending', new: 'Working', partially_filled: 'Part filled', pending_cancel: 'Canceling', pending_replace: 'Replacing',
  no_new: 'No new orders', cancel_all: 'No new orders, working orders canceled', flatten: 'No new orders, positions closed',
} satisfies Partial<Record<TimeInForce | OrderStatus | KillLevel, string>>

const wordText = (word: string): string => t(sayings[word] ?? plain(word))

export const sideText: (side: Side) => string = wordText
export const typeText: (type: OrderType) => string = wordText
export const timeInForceText: (timeInForce: TimeInForce) => string = wordText
export const statusText: (status: OrderStatus) => string = wordText
export const levelText: (level: KillLevel) => string = wordText

type Amount = Pick<OrderTerms, 'quantity' | 'notional'>

/** How much an order is for: units, or money to spend. */
export function amountOf(terms: Amount): string {
  if (terms.quantity !== undefined) return formatNumber(terms.quantity)
  return terms.notional === undefined ? '' : t('{0} worth', formatPrice(terms.notional))
}

/** What has traded, in words where they run from right to left: of two numbers beside a sign nobody knows which is the price. */
export function tradedText(quantity: string, price: string): string {
  return t('{0} @ {1}', formatNumber(quantity), price)
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
