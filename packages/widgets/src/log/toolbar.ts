import { html, nothing, type TemplateResult } from 'lit'
import { plain } from '../format/plain.ts'
import { t } from '../language/language.ts'
import type { Connection } from '../store/connection.ts'
import { icon } from '../styles/icons.ts'
import type { RowQuery, ShownRows, StatusFilter } from './row-query.ts'

const filters: readonly StatusFilter[] = ['all', 'open', 'filled', 'ended', 'problems']

export interface ToolbarOptions {
  readonly query: RowQuery
  readonly paused: boolean
  readonly search: (event: Event) => void
  /** A key in the search field. */
  readonly key: (event: KeyboardEvent) => void
  readonly filter: (event: Event) => void
  readonly exportRows: () => void
  readonly togglePause: () => void
}

/** What a person can do with the table as a whole. */
export function toolbarTemplate({ query, paused, search, key, filter, exportRows, togglePause }: ToolbarOptions): TemplateResult {
  return html`<div class="tools" part="toolbar" role="group" aria-label=${t('Orders')}>
    <input class="search" part="search" type="search" aria-label=${t('Search orders')} placeholder=${t('Search')} .value=${query.search} @input=${search} @keydown=${key} autocomplete="off" spellcheck="false" />
    <select class="filter" part="filter" aria-label=${t('Show')} .value=${query.status} @change=${filter}>
      ${filters.map((value) => html`<option value=${value} ?selected=${value === query.status}>${t(plain(value))}</option>`)}
    </select>
    <button type="button" part="export-button" title=${t('Save the rows shown as CSV')} @click=${exportRows}>${icon('save')} CSV</button>
    <button type="button" part="pause-button" aria-pressed=${paused} @click=${togglePause}>
      ${icon(paused ? 'play' : 'pause')} ${paused ? t('Resume') : t('Pause')}</button>
  </div>`
}

/** How many orders there are, or how many changes a pause has missed. */
export function countTemplate(shown: ShownRows, all: number, open: number, missed: number | undefined): TemplateResult | string {
  if (missed !== undefined) return html`<span class="paused">${missed === 0 ? t('Paused') : t('Paused, {0} changes since', missed)}</span>`
  return shown.isPlain ? t('{0} open, {1} in all', open, all) : t('{0} of {1} shown', shown.size, all)
}

function empty(title: string, text: string, busy = false): TemplateResult {
  return html`<div class="empty" part="empty" aria-busy=${busy}><strong>${title}</strong>${text === '' ? nothing : html`<span>${text}</span>`}
    ${busy ? html`<span class="ghosts" aria-hidden="true"><i></i><i></i><i></i></span>` : nothing}</div>`
}

/** What is there instead of rows. */
export function emptyTemplate({ phase, asOf }: Connection, hasSource: boolean, hasRows: boolean): TemplateResult {
  if (!hasSource) return empty(t('Not connected'), t('Put this widget inside a provider, or give it an endpoint.'))
  if (phase === 'denied') return empty(t('No access'), t('There is nothing to show here.'))
  if (asOf === undefined) return phase === 'connecting' ? empty(t('Loading orders…'), '', true) : empty(t('No orders loaded'), '')
  if (hasRows) return empty(t('No order matches'), t('Change the search or the filter.'))
  return empty(t('No orders yet'), t('They appear here the moment they are placed.'))
}
