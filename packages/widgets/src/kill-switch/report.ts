import type { KillReport } from '@sluice/core'
import { html, nothing, type TemplateResult } from 'lit'
import { icon } from '../styles/icons.ts'

function count(orders: readonly string[], one: string, many: string): string {
  return `${orders.length} ${orders.length === 1 ? one : many}`
}

/** What the server did when it engaged. What was in flight is listed, not promised away. */
export function reportTemplate({ durable, inFlight, working, unknown }: KillReport): TemplateResult {
  return html`<div class="report" part="report" role="status">
    <p>${icon('check')}<span>The server has stopped. ${count(working, 'working order', 'working orders')} to cancel, ${count(inFlight, 'order', 'orders')} in flight,
      ${unknown.length} of unknown outcome.</span></p>
    ${durable ? nothing : html`<p class="fault">${icon('refused')}<span>It is stopped in memory only: a restart of the server may forget it.</span></p>`}
  </div>`
}
