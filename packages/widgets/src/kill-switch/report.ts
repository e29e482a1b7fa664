import type { KillReport } from '@sluice/core'
import { html, nothing, type TemplateResult } from 'lit'
import { t } from '../language/language.ts'
import { icon } from '../styles/icons.ts'

/** What the server did when it engaged. What was in flight is listed, not promised away. */
export function reportTemplate({ durable, inFlight, working, unknown }: KillReport): TemplateResult {
  return html`<div class="report" part="report" role="status">
    <p>${icon('check')}<span>${t('The server has stopped. Orders to cancel: {0}; in flight: {1}; of unknown outcome: {2}.', working.length, inFlight.length, unknown.length)}</span></p>
    ${durable ? nothing : html`<p class="fault">${icon('refused')}<span>${t('It is stopped in memory only: a restart of the server may forget it.')}</span></p>`}
  </div>`
}
