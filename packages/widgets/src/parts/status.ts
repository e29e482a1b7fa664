import type { OrderStatus, Side } from '@sluice/core'
import { html, type TemplateResult } from 'lit'
import { sideText, statusText } from '../format/words.ts'
import { familyOf, icon } from '../styles/icons.ts'

/** A status in shape, words and colour. */
export function statusTemplate(status: OrderStatus): TemplateResult {
  const family = familyOf(status)
  return html`<span class="status ${family}" part="status">${icon(family)}<span>${statusText(status)}</span></span>`
}

export function sideTemplate(side: Side): TemplateResult {
  return html`<span class="side ${side}" part="side">${sideText(side)}</span>`
}
