import { type CSSResultGroup, html, nothing, type TemplateResult } from 'lit'
import { t } from '../language/language.ts'
import { connectionTemplate, connectionWords } from '../parts/connection.ts'
import { after, now } from '../runtime/timing.ts'
import type { StoreChange } from '../store/execution-store.ts'
import { base } from '../styles/base.ts'
import { statusColors } from '../styles/status.ts'
import { tokens } from '../styles/tokens.ts'
import { connectionLineStyles } from '../styles/connection-line.ts'
import { StoreElement } from './store-element.ts'

/**
 * Whether the page is connected, since when what is shown may be old, and when the next attempt begins.
 *
 * @csspart line - The whole widget.
 * @csspart connection - The state, in shape, words and colour.
 * @csspart retry-button - Connects at once.
 */
export class SluiceConnectionStatus extends StoreElement {
  static override readonly styles: CSSResultGroup = [tokens, base, statusColors, connectionLineStyles]

  #cancelTick: (() => void) | undefined

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#cancelTick?.()
  }

  protected override storeChanged(change: StoreChange): void {
    if (change.connection) this.requestUpdate()
  }

  override render(): TemplateResult {
    const { connection } = this
    const { retryAt, phase } = connection
    const seconds = retryAt === undefined ? 0 : Math.max(0, Math.ceil((retryAt - now()) / 1000))
    this.#cancelTick?.()
    if (seconds > 0) {
      this.#cancelTick = after(1000, () => {
        this.requestUpdate()
      })
    }
    return html`<div class="line" part="line">${connectionTemplate(connection)}
      ${seconds > 0 ? html`<span class="quiet number">${t('next try in {0} s', seconds)}</span>` : nothing}
      ${phase === 'live' || phase === 'connecting' || this.source.store === undefined ? nothing : html`<button type="button" part="retry-button" @click=${this.#onRetry}>${t('Connect now')}</button>`}
      <span class="hidden-text" role="status">${connectionWords(connection)}</span></div>`
  }

  readonly #onRetry = (): void => {
    this.source.store?.restart()
  }
}
