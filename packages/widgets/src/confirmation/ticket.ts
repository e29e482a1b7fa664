import type { OrderRequest, OrderTerms, Preflight } from '@sluice/core'
import { html, type TemplateResult } from 'lit'
import { formatNumber, formatPrice } from '../format/numbers.ts'
import { formatDate } from '../format/times.ts'
import { amountOf, priceOf, sideText, timeInForceText, typeText } from '../format/words.ts'
import { t } from '../language/language.ts'

type Row = readonly [label: string, value: string | undefined]

function price(value: string | undefined): string | undefined {
  return value === undefined ? undefined : formatPrice(value)
}

function stopLossOf({ stopLoss }: OrderRequest): string | undefined {
  if (stopLoss === undefined) return undefined
  return stopLoss.limitPrice === undefined ? formatPrice(stopLoss.stopPrice) : t('{0}, limit {1}', formatPrice(stopLoss.stopPrice), formatPrice(stopLoss.limitPrice))
}

/** Every field that will be sent, and what the server says it may cost. */
function rowsOf(request: OrderRequest, account: string, preflight: Preflight | undefined): readonly Row[] {
  const terms: Partial<OrderTerms> = request
  return [
    ['Type', typeText(request.type)],
    ['Limit price', price(terms.limitPrice)],
    ['Stop price', price(terms.stopPrice)],
    ['Trail', terms.trailPercent === undefined ? price(terms.trailAmount) : `${formatNumber(terms.trailPercent)} %`],
    ['Time in force', timeInForceText(request.timeInForce)],
    ['Expires', request.expireAt === undefined ? undefined : formatDate(request.expireAt)],
    ['Session', request.extendedHours === true ? t('Extended hours too') : t('Regular hours')],
    ['Group', request.orderClass],
    ['Take profit', price(request.takeProfit?.limitPrice)],
    ['Stop loss', stopLossOf(request)],
    ['Strategy', request.strategy],
    ['Account', account],
    ['Broker', preflight?.broker],
    ['Worth at most', price(preflight?.estimatedValue)],
  ]
}

/** The order in one line: what a person must not misread. */
export function headline(request: OrderRequest): TemplateResult {
  return html`<span class="side ${request.side}">${sideText(request.side)}</span> <span class="number">${amountOf(request)}</span> <span>${request.symbol}</span>`
}

/** How and for how long it may trade. */
export function subtitle(request: OrderRequest): string {
  const price = request.type === 'market' ? '' : ` · ${priceOf(request)}`
  return `${typeText(request.type)}${price} · ${timeInForceText(request.timeInForce)}`
}

export function headlineText(request: OrderRequest): string {
  return `${sideText(request.side)} ${amountOf(request)} ${request.symbol}`
}

export function ticketTemplate(request: OrderRequest, account: string, preflight: Preflight | undefined): TemplateResult {
  const rows = rowsOf(request, account, preflight).filter((row): row is readonly [string, string] => row[1] !== undefined)
  return html`<dl class="ticket" part="ticket">
    ${rows.map(([label, value]) => html`<div><dt>${t(label)}</dt><dd class="number">${value}</dd></div>`)}
  </dl>`
}
