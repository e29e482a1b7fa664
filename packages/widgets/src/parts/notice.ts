import { html, type TemplateResult } from 'lit'
import { icon } from '../styles/icons.ts'

/** What went wrong, said at once. */
export function alertNotice(text: string): TemplateResult {
  return html`<p class="notice danger-text" part="notice" role="alert">${icon('refused')}<span>${text}</span></p>`
}
