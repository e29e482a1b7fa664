import type { KillEntry, KillLevel, KillReport, KillScope, KillStatus } from '@sluice/core'
import { type CSSResultGroup, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit'
import { faultOf } from '../confirmation/fault.ts'
import type { Fault } from '../confirmation/phase.ts'
import { formatClock, formatDate } from '../format/times.ts'
import { levelText } from '../format/words.ts'
import { faultText } from '../kill-switch/fault-text.ts'
import { killStyles } from '../styles/kill-switch.ts'
import type { ReleaseForm } from '../kill-switch/release-form.ts'
import { reportTemplate } from '../kill-switch/report.ts'
import { t } from '../language/language.ts'
import { alertNotice } from '../parts/notice.ts'
import { panelTemplate } from '../parts/panel.ts'
import type { ExecutionStore, StoreChange } from '../store/execution-store.ts'
import { Chunk } from '../runtime/chunk.ts'
import { base } from '../styles/base.ts'
import { icon } from '../styles/icons.ts'
import { statusColors } from '../styles/status.ts'
import { tokens } from '../styles/tokens.ts'
import { StoreElement } from './store-element.ts'

/** What a release needs; stopping needs none of it. */
const releaseChunk = new Chunk(() => import('../kill-switch/release-form.ts'))

/**
 * Stops trading in one click, and lets a human with a reason and a code start it again. Shows only what the server has
 * acknowledged.
 *
 * @slot heading - The title; default `Kill switch`.
 * @csspart panel - The whole widget.
 * @csspart header - The line with title and connection.
 * @csspart state - What is in force.
 * @csspart engage-button - Stops trading.
 * @csspart release-button - Opens the form, and releases.
 * @csspart report - What the server did when it engaged.
 */
export class SluiceKillSwitch extends StoreElement {
  static override readonly properties: PropertyDeclarations = {
    scope: { type: String },
    level: { type: String },
    reason: { type: String },
  }

  static override readonly styles: CSSResultGroup = [tokens, base, statusColors, killStyles]

  /** What the button stops; default `global`. */
  declare scope: KillScope
  /** How far it goes; default `cancel_all`. */
  declare level: KillLevel
  /** The reason that is recorded with the click. */
  declare reason: string

  #busy = false
  #fault: Fault | undefined
  #report: KillReport | undefined
  #release: ReleaseForm | undefined

  constructor() {
    super()
    this.scope = 'global'
    this.level = 'cancel_all'
    this.reason = 'Engaged by hand from the web page'
  }

  protected override storeChanged(change: StoreChange): void {
    if (change.killSwitch || change.connection) this.requestUpdate()
  }

  override render(): TemplateResult {
    const status = this.source.store?.killSwitch
    const entry = status?.engaged.find((engaged) => engaged.scope === this.scope)
    const body = html`<div class="body">
        <div class="state" part="state" role="status">${this.#stateTemplate(status)}</div>
        <button type="button" class="large ${entry === undefined ? 'danger' : 'again'} engage" part="engage-button" ?disabled=${this.onServer} aria-disabled=${this.#busy || this.onServer} @click=${this.#onEngage}>
          ${icon('stop')} ${this.#engageLabel(entry)}</button>
      </div>
      ${this.#report === undefined ? nothing : reportTemplate(this.#report)}
      ${this.#fault === undefined ? nothing : alertNotice(faultText(this.#fault))} ${this.incompleteNotice()}
      ${this.#entriesTemplate(status)}`
    // It can be used whatever the connection is like.
    return panelTemplate({ title: t('Kill switch'), connection: this.connection, notice: nothing, kind: entry === undefined ? '' : 'engaged', body })
  }

  override updated(): void {
    this.#release?.updated()
  }

  #engageLabel(entry: KillEntry | undefined): string {
    if (this.#busy) return t('Stopping…')
    if (entry !== undefined) return t('Stop again')
    return this.scope === 'global' ? t('Stop all trading') : t('Stop {0}', this.scope)
  }

  #stateTemplate(status: KillStatus | undefined): TemplateResult {
    if (status === undefined) return html`<span class="status unknown">${icon('unknown')}<span>${t('State not known')}</span></span><p class="quiet">${this.onServer ? nothing : t('You can stop trading all the same.')}</p>`
    if (status.engaged.length === 0) {
      // Good news only while it is known: somebody may have stopped trading since.
      const { phase, asOf } = this.connection
      const tone = phase === 'live' || phase === 'connecting' ? 'done' : 'unknown'
      const since = tone === 'done' || asOf === undefined ? t('Nothing is stopped.') : t('What you see was true at {0}.', formatClock(asOf))
      return html`<span class="status ${tone}">${icon(tone)}<span>${t('Trading is allowed')}</span></span><p class="quiet">${since}</p>`
    }
    const everything = status.engaged.some((entry) => entry.scope === 'global')
    return html`<span class="status refused">${icon('stop')}<span>${everything ? t('Trading is stopped') : t('Partly stopped')}</span></span>
      <p class="quiet">${t('Stops in force: {0}', status.engaged.length)}</p>`
  }

  #entriesTemplate(status: KillStatus | undefined): TemplateResult | typeof nothing {
    if (status === undefined || status.engaged.length === 0) return nothing
    return html`<ul class="entries">${status.engaged.map((entry) => html`<li>
      <div class="entry"><p><strong>${entry.scope === 'global' ? t('Everything') : entry.scope}</strong>: ${levelText(entry.level)}</p>
      <p class="quiet">${entry.reason} · ${entry.actor} · <time datetime=${entry.since}>${formatDate(entry.since)}</time></p></div>
      ${this.#release?.template(entry.scope) ?? html`<button type="button" part="release-button" data-scope=${entry.scope} @click=${this.#onOpen}>${t('Release…')}</button>`}
    </li>`)}</ul>`
  }

  readonly #onOpen = (event: Event): void => {
    this.#fault = undefined
    void this.#open((event.currentTarget as HTMLElement).dataset['scope'] as KillScope)
  }

  async #open(scope: KillScope): Promise<void> {
    const part = await this.fetch(releaseChunk)
    if (part === undefined) return
    this.#release ??= new part.ReleaseForm(this, () => this.source.store, () => {
      this.#report = undefined
    })
    this.#release.open(scope)
  }

  readonly #onEngage = (): void => {
    const { store } = this.source
    if (store !== undefined && !this.#busy) void this.#engage(store)
  }

  async #engage(store: ExecutionStore): Promise<void> {
    this.#busy = true
    this.#fault = undefined
    this.#report = undefined
    this.requestUpdate()
    try {
      this.#report = await store.engage({ scope: this.scope, level: this.level, reason: this.reason })
    } catch (error) {
      this.#fault = faultOf(error)
    }
    this.#busy = false
    this.requestUpdate()
  }
}
