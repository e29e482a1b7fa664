import { html, nothing, type TemplateResult } from 'lit'
import { measured } from '../format/measured.ts'
import { formatAverage, formatNumber } from '../format/numbers.ts'
import { formatTime } from '../format/times.ts'
import { reasonText } from '../format/reasons.ts'
import { statusText } from '../format/words.ts'
import { t } from '../language/language.ts'
import type { OrderRow } from '../orders/order-row.ts'
import { familyOf, icon } from '../styles/icons.ts'
import type { Fault, Phase } from './phase.ts'

const sentences: Partial<Readonly<Record<OrderRow['status'], string>>> = {
  new: 'The broker has accepted the order. It is working.',
  partially_filled: 'The broker has accepted the order. A part of it has traded.',
  filled: 'The whole order has traded.',
  pending_new: 'The order is written down and on its way to the broker.',
  pending_cancel: 'The order is being canceled.',
  canceled: 'The order was canceled.',
  expired: 'The order has expired.',
  denied: 'The guards have denied the order. Nothing was sent to the broker.',
  rejected: 'The broker has rejected the order.',
}

function reasonOf(row: OrderRow): TemplateResult | typeof nothing {
  const reason = row.denial ?? row.rejection
  if (reason === undefined) return nothing
  return html`<p class="reason">${row.denial === undefined ? reason.message : reasonText(row.denial)} <span class="number">${row.denial === undefined ? nothing : measured(row.denial)}</span>
    <span class="code">${reason.code}</span></p>`
}

function fillsOf(row: OrderRow): TemplateResult | typeof nothing {
  if (row.averagePrice === undefined) return nothing
  const filled = formatNumber(row.filledQuantity)
  const total = row.quantity === undefined ? filled : t('{0} of {1}', filled, formatNumber(row.quantity))
  return html`<p class="fills number">${t('{0} at {1} on average', total, formatAverage(row.averagePrice))}</p>`
}

/** What became of the order; it goes on changing while the dialog is open. */
export function outcomeTemplate(row: OrderRow): TemplateResult {
  const family = familyOf(row.status)
  return html`<div class="outcome ${family}" part="outcome">
    <span class="emblem status ${family}">${icon(family)}</span>
    <h3 class="status ${family}">${statusText(row.status)}</h3>
    <p>${t(sentences[row.status] ?? '')}</p>
    ${fillsOf(row)} ${reasonOf(row)}
    <p class="quiet">${t('Order')} <span class="code">${row.id}</span>, <time datetime=${row.updatedAt}>${formatTime(row.updatedAt)}</time></p>
  </div>`
}

export function unknownTemplate({ looking, missing }: Extract<Phase, { kind: 'unknown' }>): TemplateResult {
  return html`<div class="outcome unknown" part="outcome">
    <span class="emblem status unknown">${icon('unknown')}</span>
    <h3 class="status unknown">${t('Outcome unknown')}</h3>
    <p><strong>${t('The order may have been accepted.')}</strong> ${t('The answer was lost on its way back. Do not place it anew: check again.')}</p>
    <p class="quiet">${looking ? t('Asking the server…') : missing === true ? t('The server does not have it so far. It may still arrive.') : t('This dialog changes by itself as soon as the server says what became of it.')}</p>
  </div>`
}

export function absentTemplate(): TemplateResult {
  return html`<div class="outcome ended" part="outcome">
    <span class="emblem status ended">${icon('ended')}</span>
    <h3 class="status ended">${t('Not sent')}</h3>
    <p>${t('The order never reached the server, which takes it no more. You can start anew.')}</p>
  </div>`
}

export function failedTemplate(fault: Fault): TemplateResult {
  return html`<div class="outcome refused" part="outcome">
    <span class="emblem status refused">${icon('refused')}</span>
    <h3 class="status refused">${t('Not placed')}</h3>
    <p>${fault.message} <span class="code">${fault.code}</span></p>
  </div>`
}
