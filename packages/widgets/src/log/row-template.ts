import { html, nothing, type TemplateResult } from 'lit'
import { amountOf, sideText } from '../format/words.ts'
import { t } from '../language/language.ts'
import { isFinished, type OrderRow } from '../orders/order-row.ts'
import { sideTemplate, statusTemplate } from '../parts/status.ts'
import { icon } from '../styles/icons.ts'
import { type LogColumn, reasonOf } from './columns.ts'
import type { RowQuery } from './row-query.ts'

export interface RowOptions {
  readonly columns: readonly LogColumn[]
  /** Position in the table, the header being 1. */
  readonly rowIndex: number
  readonly timeZone: string | undefined
  /** A cancel that this page asked for is on its way. */
  readonly canceling: boolean
  /** Its details are shown. */
  readonly open: boolean
  readonly canCommand: boolean
}

/** The classes `side` and `status` colour what is in the cell. */
const classOf = ({ name }: LogColumn): string => (name === 'side' || name === 'status' ? `${name}-cell` : name)

function cellContent(column: LogColumn, row: OrderRow, timeZone: string | undefined): TemplateResult | string {
  switch (column.name) {
    case 'status': return statusTemplate(row.status)
    case 'side': return sideTemplate(row.side)
    case 'filled': {
      const reason = reasonOf(row)
      return reason === '' || row.averagePrice !== undefined ? column.text(row, timeZone) : html`<span class="reason" title=${reason}>${reason}</span>`
    }
    default: return column.text(row, timeZone)
  }
}

function actions(row: OrderRow, { canceling, open, canCommand }: RowOptions): TemplateResult {
  const order = `${sideText(row.side)} ${amountOf(row)} ${row.symbol}`
  const busy = canceling || row.status === 'pending_cancel'
  return html`${isFinished(row.status) || !canCommand ? nothing : html`<button type="button" class="cancel bare" part="cancel-button" data-act="cancel" tabindex="-1"
      aria-disabled=${busy} aria-label=${`${t('Cancel')}: ${order}`} title=${t('Cancel this order')}>${icon('close')}</button>`}
    <button type="button" class="more bare" part="details-button" data-act="details" tabindex="-1" aria-expanded=${open}
      aria-label=${`${t('Details')}: ${order}`} title=${t('Details')}>${icon('more')}</button>`
}

/** The cells of one row. Clicks and keys are heard on the table: a row costs no listeners. */
export function rowTemplate(row: OrderRow, options: RowOptions): TemplateResult {
  const { columns, rowIndex, timeZone, open } = options
  return html`<div role="row" class="row ${open ? 'open' : ''}" part="row" aria-rowindex=${rowIndex} data-order=${row.id} tabindex="-1">
    ${columns.map((column) => html`<span role="cell" class="cell ${classOf(column)} ${column.align ?? ''}" part="cell cell-${column.name}">${cellContent(column, row, timeZone)}</span>`)}
    <span role="cell" class="cell act">${actions(row, options)}</span>
  </div>`
}

function ariaSort(column: LogColumn, sort: RowQuery['sort']): 'ascending' | 'descending' | 'none' {
  if (sort?.column.name !== column.name) return 'none'
  return sort.descending ? 'descending' : 'ascending'
}

export function headerTemplate(columns: readonly LogColumn[], sort: RowQuery['sort'], onSort: (event: Event) => void): TemplateResult {
  return html`<div role="rowgroup" class="columns" part="columns"><div role="row" class="row" aria-rowindex="1">
    ${columns.map((column) => {
      const state = ariaSort(column, sort)
      return html`<span role="columnheader" class="cell ${classOf(column)} ${column.align ?? ''}" aria-sort=${state}><button type="button" class="sort" data-column=${column.name} @click=${onSort}>
        <span>${t(column.label)}</span>${state === 'none' ? nothing : html`<span class="arrow" aria-hidden="true">${state === 'ascending' ? '↑' : '↓'}</span>`}</button></span>`
    })}
    <span role="columnheader" class="cell act"><span class="hidden-text">${t('Actions')}</span></span>
  </div></div>`
}
