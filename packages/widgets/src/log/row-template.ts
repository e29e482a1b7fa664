import { html, nothing, type TemplateResult } from 'lit'
import { measured } from '../confirmation/checks.ts'
import { formatAverage, formatNumber } from '../format/numbers.ts'
import { formatTime } from '../format/times.ts'
import { amountOf, priceOf, sideWords } from '../format/words.ts'
import { isFinished, type OrderRow } from '../orders/order-row.ts'
import { sideTemplate, statusTemplate } from '../parts/status.ts'
import { icon } from '../styles/icons.ts'

export interface RowOptions {
  /** Position in the table, the header being 1. */
  readonly rowIndex: number
  readonly timeZone: string | undefined
  readonly cancel: (event: Event) => void
  /** A cancel that this page asked for is on its way. */
  readonly canceling: boolean
}

/** Filled quantity and average price, or why there is none. */
function detailOf(row: OrderRow): TemplateResult | string | typeof nothing {
  const reason = row.denial ?? row.rejection
  if (reason !== undefined && isFinished(row.status)) {
    const text = [reason.message, row.denial === undefined ? '' : measured(row.denial)].filter((part) => part !== '').join(': ')
    return html`<span class="reason" title=${`${text} (${reason.code})`}>${text}</span>`
  }
  if (row.averagePrice !== undefined) {
    return html`<span class="number">${formatNumber(row.filledQuantity)} @ ${formatAverage(row.averagePrice)}</span>`
  }
  return row.refusal === undefined ? nothing : html`<span class="reason" title=${row.refusal}>${row.refusal}</span>`
}

function cancelCell(row: OrderRow, { cancel, canceling }: RowOptions): TemplateResult | typeof nothing {
  if (isFinished(row.status)) return nothing
  const busy = canceling || row.status === 'pending_cancel'
  return html`<button type="button" class="cancel" part="cancel-button" data-order=${row.id} aria-disabled=${busy ? 'true' : 'false'}
    aria-label=${`Cancel: ${sideWords[row.side]} ${amountOf(row)} ${row.symbol}`} title="Cancel this order" @click=${cancel}>${icon('close')}</button>`
}

export function rowTemplate(row: OrderRow, options: RowOptions): TemplateResult {
  return html`<div role="row" class="row" part="row" aria-rowindex=${options.rowIndex}>
    <span role="cell" class="cell time number"><time datetime=${row.createdAt}>${formatTime(row.createdAt, options.timeZone)}</time></span>
    <span role="cell" class="cell symbol">${row.symbol}</span>
    <span role="cell" class="cell sided">${sideTemplate(row.side)}</span>
    <span role="cell" class="cell number end quantity">${amountOf(row)}</span>
    <span role="cell" class="cell number end price">${priceOf(row)}</span>
    <span role="cell" class="cell state">${statusTemplate(row.status)}</span>
    <span role="cell" class="cell detail">${detailOf(row)}</span>
    <span role="cell" class="cell act">${cancelCell(row, options)}</span>
  </div>`
}

const columns = ['Time', 'Symbol', 'Side', 'Quantity', 'Price', 'Status', 'Filled', 'Cancel'] as const
const aligned: ReadonlySet<string> = new Set(['Quantity', 'Price'])

export const COLUMN_COUNT: number = columns.length

export function headerTemplate(): TemplateResult {
  return html`<div role="rowgroup" class="columns" part="columns"><div role="row" class="row" aria-rowindex="1">
    ${columns.map((name) => html`<span role="columnheader" class="cell ${aligned.has(name) ? 'end' : ''}">${name === 'Cancel' ? html`<span class="hidden-text">${name}</span>` : name}</span>`)}
  </div></div>`
}
