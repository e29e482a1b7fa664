import type { DecisionRecord } from '@sluice/core'
import { html, nothing, type TemplateResult } from 'lit'
import { measured } from '../format/measured.ts'
import { formatAverage, formatNumber, formatPrice } from '../format/numbers.ts'
import { formatDate, formatTime } from '../format/times.ts'
import { guardName } from '../format/reasons.ts'
import { amountOf, priceOf, sideText, timeInForceText, tradedText, typeText } from '../format/words.ts'
import { t } from '../language/language.ts'
import { reasonOf } from '../log/columns.ts'
import { isFinished, type OrderRow } from '../orders/order-row.ts'
import { statusTemplate } from '../parts/status.ts'
import { icon } from '../styles/icons.ts'
import { amendFormTemplate, type AmendFormOptions } from './amend-form.ts'
import type { OrderDetails, OrderHistory } from './order-details.ts'

export interface DetailsOptions {
  readonly row: OrderRow
  readonly details: OrderDetails
  readonly timeZone: string | undefined
  readonly canCommand: boolean
  readonly canceling: boolean
  /** The form with new terms, when it is open. */
  readonly amend: Pick<AmendFormOptions, 'busy' | 'fault' | 'submit' | 'close'> | undefined
  readonly openAmend: () => void
  readonly cancel: () => void
  readonly close: () => void
}

const verdicts = { allow: 'passed', reject: 'denied', challenge: 'asks for a code' } as const
const shapes = { allow: 'check', reject: 'refused', challenge: 'approval' } as const

function decisionTemplate(decision: DecisionRecord): TemplateResult {
  return html`<li class="check ${decision.verdict}">${icon(shapes[decision.verdict])}<span class="name">${guardName(decision.guard)}<span class="hidden-text">: ${t(verdicts[decision.verdict])}</span></span>
    <span class="number value">${measured(decision)}</span></li>`
}

function decisionsTemplate({ decisions }: OrderHistory): TemplateResult {
  return html`<section aria-label=${t('Checks')}><h4>${t('Checks')}</h4>
    ${decisions.length === 0 ? html`<p class="quiet">${t('None recorded.')}</p>` : html`<ul class="decisions" tabindex="0" aria-label=${t('Results of the checks')}>${decisions.map(decisionTemplate)}</ul>`}</section>`
}

function fillsTemplate({ fills }: OrderHistory, timeZone: string | undefined): TemplateResult {
  return html`<section aria-label=${t('Fills')}><h4>${t('Fills')}</h4>
    ${fills.length === 0 ? html`<p class="quiet">${t('Nothing has traded.')}</p>` : html`<ul class="fills" tabindex="0" aria-label=${t('Fills')}>${fills.map((fill) => html`<li class=${fill.busted ? 'busted' : ''}>
      <time class="quiet number" datetime=${fill.time}>${formatTime(fill.time, timeZone)}</time> <span class="number">${tradedText(fill.lastQuantity, formatPrice(fill.lastPrice))}</span>
      ${fill.busted ? html`<span class="quiet">${t('taken back')}</span>` : nothing} <span class="code">${fill.executionId}</span></li>`)}</ul>`}</section>`
}

function factsTemplate(row: OrderRow): TemplateResult {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Type', typeText(row.type)], ['Price', priceOf(row)], ['Time in force', timeInForceText(row.timeInForce)],
    ['Filled', row.averagePrice === undefined ? formatNumber(row.filledQuantity) : tradedText(row.filledQuantity, formatAverage(row.averagePrice))],
    ['Open', row.leavesQuantity === undefined ? undefined : formatNumber(row.leavesQuantity)],
    ['Account', row.account], ['Strategy', row.strategy], ['Broker', row.broker], ['Placed', formatDate(row.createdAt)], ['Updated', formatDate(row.updatedAt)], ['Order', row.id], ['Key', row.idempotencyKey],
  ]
  return html`<dl class="facts">${facts.map(([label, value]) => (value === undefined ? nothing : html`<div><dt>${t(label)}</dt><dd class="number">${value}</dd></div>`))}</dl>`
}

function historyTemplate({ history, fault }: OrderDetails, timeZone: string | undefined): TemplateResult {
  if (fault !== undefined) return html`<p class="notice danger-text" part="notice">${icon('refused')}<span>${fault.message}</span></p>`
  if (history === undefined) return html`<div class="progress" aria-hidden="true"></div>`
  return html`${decisionsTemplate(history)}${fillsTemplate(history, timeZone)}`
}

/** Whether new terms can be asked for now. */
export function canAmend({ status }: OrderRow, canCommand: boolean): boolean {
  return canCommand && !isFinished(status) && !['pending_approval', 'pending_new', 'pending_cancel', 'pending_replace', 'unknown'].includes(status)
}

/** Everything about one order: its terms, what each guard saw, its fills, and what can still be done about it. */
export function detailsTemplate(options: DetailsOptions): TemplateResult {
  const { row, details, timeZone, canCommand, canceling, amend, openAmend, cancel, close } = options
  const reason = reasonOf(row)
  const live = canCommand && !isFinished(row.status)
  return html`<aside class="details" part="details" role="region" aria-label=${t('Details')} tabindex="-1">
    <header><h3><span class="side ${row.side}">${sideText(row.side)}</span> <span class="number">${amountOf(row)}</span> ${row.symbol}</h3>${statusTemplate(row.status)}
      <span class="push tools">
        ${canAmend(row, canCommand) && amend === undefined ? html`<button type="button" part="amend-button" @click=${openAmend}>${t('Amend')}</button>` : nothing}
        ${live ? html`<button type="button" part="details-cancel-button" aria-disabled=${canceling} @click=${cancel}>${t('Cancel this order')}</button>` : nothing}
        <button type="button" class="bare" part="close-details-button" aria-label=${t('Close the details')} title=${t('Close the details')} @click=${close}>${icon('close')}</button></span>
    </header>
    ${reason === '' ? nothing : html`<p class="quiet reason">${reason}</p>`}
    ${amend === undefined ? nothing : amendFormTemplate({ row, ...amend })}
    <div class="panes">${factsTemplate(row)}${historyTemplate(details, timeZone)}</div>
  </aside>`
}
