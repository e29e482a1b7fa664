import type { ReplaceRequest } from '@sluice/core'
import { html, nothing, type TemplateResult } from 'lit'
import { isPositiveDecimal } from '../ticket/rules.ts'
import { t } from '../language/language.ts'
import type { OrderRow } from '../orders/order-row.ts'

type Field = 'quantity' | 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent'

const labels: Readonly<Record<Field, string>> = { quantity: 'Quantity', limitPrice: 'Limit price', stopPrice: 'Stop price', trailAmount: 'Trail', trailPercent: 'Trail, percent' }

const fields = Object.keys(labels) as readonly Field[]

/** What a form with the new terms asks for: only what differs. Undefined when a field is no decimal or nothing differs. */
export function changesOf(row: OrderRow, read: (field: string) => string | undefined): ReplaceRequest | undefined {
  const changes: Partial<Record<Field, string>> = {}
  for (const field of fields) {
    const value = read(field)?.trim()
    if (row[field] === undefined || value === undefined || value === row[field]) continue
    if (!isPositiveDecimal(value)) return undefined
    changes[field] = value
  }
  return Object.keys(changes).length === 0 ? undefined : changes
}

export interface AmendFormOptions {
  readonly row: OrderRow
  readonly busy: boolean
  readonly fault: string | undefined
  readonly submit: (event: SubmitEvent) => void
  readonly close: () => void
}

/** New terms for a live order. The guards judge them on the server; until the broker answers the order keeps the old ones. */
export function amendFormTemplate({ row, busy, fault, submit, close }: AmendFormOptions): TemplateResult {
  return html`<form class="amend" part="amend-form" aria-label=${t('Amend the order')} @submit=${submit} novalidate>
    ${fields.map((field) => (row[field] === undefined ? nothing : html`<div><label for=${`amend-${field}`}>${t(labels[field])}</label>
      <input id=${`amend-${field}`} name=${field} class="number" inputmode="decimal" autocomplete="off" .value=${row[field]} ?readonly=${busy} aria-describedby="amend-fault" /></div>`))}
    <p id="amend-fault" class="fault" role="alert">${fault ?? ''}</p>
    <div class="buttons"><button type="button" @click=${close}>${t('Keep as it is')}</button>
      <button type="submit" class="primary" part="amend-submit" aria-disabled=${busy}>${busy ? t('Sending…') : t('Amend')}</button></div>
  </form>`
}
