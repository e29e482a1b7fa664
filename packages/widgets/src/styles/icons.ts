import type { OrderStatus } from '@sluice/core'
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit'

/** One shape for each family of statuses, so that none depends on colour. */
export type Family = 'pending' | 'approval' | 'working' | 'held' | 'done' | 'ended' | 'refused' | 'unknown'

const families: Readonly<Record<OrderStatus, Family>> = {
  pending_approval: 'approval', pending_new: 'pending', pending_cancel: 'pending', pending_replace: 'pending', new: 'working',
  partially_filled: 'working', filled: 'done', canceled: 'ended', expired: 'ended', denied: 'refused', rejected: 'refused',
  done_for_day: 'held', suspended: 'held', unknown: 'unknown',
}

export function familyOf(status: OrderStatus): Family {
  return families[status]
}

const shapes: Readonly<Record<Family | 'check' | 'pause' | 'play' | 'close' | 'stop' | 'wait' | 'more' | 'save', SVGTemplateResult>> = {
  pending: svg`<circle cx="8" cy="8" r="6" stroke-dasharray="2.2 2.5" />`,
  approval: svg`<rect x="3" y="7" width="10" height="7" rx="1.5" /><path d="M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2" />`,
  working: svg`<circle cx="8" cy="8" r="6" /><path class="solid" d="M8 2a6 6 0 0 1 0 12z" />`,
  held: svg`<circle cx="8" cy="8" r="6" /><path d="M6.5 6v4M9.5 6v4" />`,
  done: svg`<circle class="solid" cx="8" cy="8" r="7" /><path class="cut" d="m5 8.2 2.1 2.1L11 6.2" />`,
  ended: svg`<circle cx="8" cy="8" r="6" /><path d="m4 12 8-8" />`,
  refused: svg`<path d="M8 2 1.8 13.5h12.4z" /><path d="M8 6.5v3M8 11.6v.1" />`,
  unknown: svg`<circle cx="8" cy="8" r="6.5" /><path d="M6.2 6.3a1.85 1.85 0 1 1 2.6 1.9c-.6.3-.8.6-.8 1.1M8 11.5v.1" />`,
  check: svg`<path d="m3 8.4 3.2 3.2L13 4.8" />`,
  pause: svg`<path d="M5.5 3.5v9M10.5 3.5v9" />`,
  play: svg`<path class="solid" d="M5 3v10l8-5z" />`,
  close: svg`<path d="m4 4 8 8M12 4l-8 8" />`,
  stop: svg`<path class="solid" d="M5.1 1.5h5.8l3.6 3.6v5.8l-3.6 3.6H5.1l-3.6-3.6V5.1z" /><path class="cut" d="M5 8h6" />`,
  more: svg`<path d="m5 6 3 3.5L11 6" />`,
  save: svg`<path d="M8 2v8M4.8 7.2 8 10.4l3.2-3.2M2.5 13.5h11" />`,
  wait: svg`<path d="M8 2a6 6 0 1 0 6 6" />`,
}

/** A decorative icon: the words beside it say the same. */
export function icon(name: keyof typeof shapes): TemplateResult {
  return html`<svg class="icon ${name}" viewBox="0 0 16 16" aria-hidden="true">${shapes[name]}</svg>`
}
