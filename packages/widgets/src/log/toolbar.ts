import { html, nothing, type TemplateResult } from 'lit'
import { t } from '../language/language.ts'
import { icon } from '../styles/icons.ts'
import type { RowQuery, StatusFilter } from './row-view.ts'

const filters: Readonly<Record<StatusFilter, string>> = { all: 'All', open: 'Open', filled: 'Filled', ended: 'Ended', problems: 'Problems' }

export interface ToolbarOptions {
  readonly query: RowQuery
  readonly paused: boolean
  readonly search: (event: Event) => void
  readonly filter: (event: Event) => void
  readonly exportRows: () => void
  readonly togglePause: () => void
}

/** What a person can do with the table as a whole. */
export function toolbarTemplate({ query, paused, search, filter, exportRows, togglePause }: ToolbarOptions): TemplateResult {
  return html`<div class="tools" part="toolbar" role="group" aria-label=${t('Orders')}>
    <input class="search" part="search" type="search" aria-label=${t('Search orders')} placeholder=${t('Search')} .value=${query.search} @input=${search} autocomplete="off" spellcheck="false" />
    <select class="filter" part="filter" aria-label=${t('Show')} .value=${query.status} @change=${filter}>
      ${Object.entries(filters).map(([value, label]) => html`<option value=${value} ?selected=${value === query.status}>${t(label)}</option>`)}
    </select>
    <button type="button" part="export-button" title=${t('Save the rows shown as CSV')} @click=${exportRows}>${icon('save')} CSV</button>
    <button type="button" part="pause-button" aria-pressed=${paused ? 'true' : 'false'} @click=${togglePause}>
      ${icon(paused ? 'play' : 'pause')} ${paused ? t('Resume') : t('Pause')}</button>
  </div>`
}

/** What is there instead of rows. */
export function emptyTemplate(title: string, text: string, busy = false): TemplateResult {
  return html`<div class="empty" part="empty" aria-busy=${busy ? 'true' : 'false'}><strong>${title}</strong>${text === '' ? nothing : html`<span>${text}</span>`}
    ${busy ? html`<span class="ghosts" aria-hidden="true"><i></i><i></i><i></i></span>` : nothing}</div>`
}
