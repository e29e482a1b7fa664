import { type CSSResultGroup, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { SluiceCancelRequestEvent } from '../events/events.ts'
import { logStyles } from '../log/log-styles.ts'
import { LogView } from '../log/log-view.ts'
import { COLUMN_COUNT, headerTemplate, rowTemplate } from '../log/row-template.ts'
import type { RowSource } from '../orders/order-book.ts'
import { Announcer } from '../parts/announcer.ts'
import { connectionNotice, connectionTemplate, connectionWords } from '../parts/connection.ts'
import type { StoreChange } from '../store/execution-store.ts'
import { base } from '../styles/base.ts'
import { icon } from '../styles/icons.ts'
import { statusColors } from '../styles/status.ts'
import { tokens } from '../styles/tokens.ts'
import { StoreElement } from './store-element.ts'

const nothingKnown: RowSource = { size: 0, at: () => undefined }

/**
 * A live log of orders, the newest first: what was asked, where it stands, what has traded.
 *
 * @fires sluice-cancel-request - Before an order is canceled; cancelable.
 * @slot heading - The title; default `Orders`.
 * @csspart panel - The whole widget.
 * @csspart header - The line with title, connection and buttons.
 * @csspart connection - The state of the connection.
 * @csspart pause-button - Freezes and resumes the view.
 * @csspart notice - Why nothing new is shown.
 * @csspart table - The scrolling region.
 * @csspart columns - The column headers.
 * @csspart row - One order.
 * @csspart status - The status of an order.
 * @csspart side - The side of an order.
 * @csspart cancel-button - Cancels an order.
 * @cssproperty --sluice-log-height - Height of the widget; default 420px.
 * @cssproperty --sluice-row-height - Height of a row, in pixels; default 32px.
 */
export class SluiceOrderExecutionStatus extends StoreElement {
  static override readonly properties: PropertyDeclarations = {
    timeZone: { type: String, attribute: 'time-zone' },
    paused: { type: Boolean, reflect: true },
  }

  static override readonly styles: CSSResultGroup = [tokens, base, statusColors, logStyles]

  /** IANA name of the zone in which times are shown; default the viewer's. */
  declare timeZone: string | undefined
  /** The view stands still; what arrives meanwhile is kept. */
  declare paused: boolean

  readonly #announcer = new Announcer(this)
  readonly #view = new LogView(this)
  readonly #canceling = new Set<string>()
  #frozen: RowSource | undefined
  #missed = 0
  /** The order whose cancel the server did not confirm. */
  #unconfirmed: string | undefined

  constructor() {
    super()
    this.paused = false
  }

  get #rows(): RowSource {
    return this.#frozen ?? this.source.store?.orders ?? nothingKnown
  }

  protected override storeChanged(change: StoreChange): void {
    this.#announcer.count(change.transitions)
    if (change.connection) this.#announcer.say(connectionWords(this.connection))
    if (change.orders) this.#view.rowsChanged(this.source.store?.orders)
    if (this.paused) for (const count of change.transitions.values()) this.#missed += count
    // What nobody can see changing needs no work.
    if (change.connection || this.paused || this.#view.isAffected(this.#rows)) this.requestUpdate()
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed)
    if (!changed.has('paused')) return
    this.#frozen = this.paused ? this.source.store?.orders.freeze() : undefined
    this.#missed = 0
  }

  override render(): TemplateResult {
    const rows = this.#rows
    const { connection } = this
    return html`<section class="panel" part="panel" aria-labelledby="title">
      <header class="header" part="header">
        <h2 class="title" id="title"><slot name="heading">Orders</slot></h2>
        ${connectionTemplate(connection)}
        <span class="quiet number push">${this.#countText(rows)}</span>
        <button type="button" part="pause-button" aria-pressed=${this.paused ? 'true' : 'false'} @click=${this.#togglePause}>
          ${icon(this.paused ? 'play' : 'pause')} ${this.paused ? 'Resume' : 'Pause'}</button>
      </header>
      ${connectionNotice(connection)}
      ${this.#unconfirmed === undefined ? nothing : html`<p class="notice danger-text" part="notice" role="alert">${icon('refused')}<span>The server has not
        confirmed the cancel of ${this.#unconfirmed}. Look at the order, and try again if it is still open.</span></p>`}
      <div class="frame">
        ${this.#view.newer === 0 ? nothing : html`<button type="button" class="newer" @click=${this.#view.toTop}>${this.#view.newer} new</button>`}
        <div class="scroller" part="table" role="region" aria-label="Orders, scrollable" tabindex="0"
          @scroll=${this.#view.onScroll} @pointerenter=${this.#view.onEnter} @pointerleave=${this.#view.onLeave} @focusout=${this.#view.onBlur}>
          <div role="table" aria-label="Orders" aria-rowcount=${rows.size + 1} aria-colcount=${COLUMN_COUNT}>
            ${headerTemplate()}
            <div role="rowgroup" class="rows"><div role="presentation" class="shift">${this.#visibleRows(rows)}</div></div>
          </div>
          ${rows.size === 0 ? this.#emptyTemplate() : nothing}
        </div>
      </div>
      <p class="hidden-text" role="status">${this.#announcer.text}</p>
    </section>`
  }

  override updated(): void {
    this.#view.place(this.#rows.size)
  }

  #visibleRows(rows: RowSource): unknown {
    const visible = this.#view.visible(rows)
    return repeat(
      visible.rows,
      (row) => row.id,
      (row, index) => rowTemplate(row, {
        rowIndex: visible.start + this.#view.newer + index + 2,
        timeZone: this.timeZone,
        canceling: this.#canceling.has(row.id),
        cancel: this.#onCancel,
      }),
    )
  }

  #countText(rows: RowSource): TemplateResult {
    if (this.paused) return html`<span class="paused">Paused${this.#missed === 0 ? '' : `, ${this.#missed} changes since`}</span>`
    return html`${this.source.store?.orders.open ?? 0} open, ${rows.size} in all`
  }

  #emptyTemplate(): TemplateResult {
    const { phase, asOf } = this.connection
    if (this.source.store === undefined) return html`<div class="empty"><strong>Not connected</strong>Put this widget inside a provider, or give it an endpoint.</div>`
    if (phase === 'denied') return html`<div class="empty"><strong>No access</strong>There is nothing to show here.</div>`
    if (asOf === undefined) return html`<div class="empty" aria-busy=${phase === 'connecting' ? 'true' : 'false'}><strong>${phase === 'connecting' ? 'Loading orders…' : 'No orders loaded'}</strong></div>`
    return html`<div class="empty"><strong>No orders yet</strong>They appear here the moment they are placed.</div>`
  }

  readonly #togglePause = (): void => {
    this.paused = !this.paused
  }

  readonly #onCancel = (event: Event): void => {
    const id = (event.currentTarget as HTMLElement).dataset['order']
    const { store } = this.source
    if (id === undefined || this.#canceling.has(id) || store === undefined) return
    if (!this.dispatchEvent(new SluiceCancelRequestEvent(id))) return
    this.#canceling.add(id)
    this.#unconfirmed = undefined
    this.requestUpdate()
    void this.#cancel(id)
  }

  async #cancel(id: string): Promise<void> {
    try {
      await this.source.store?.cancelOrder(id)
    } catch {
      this.#unconfirmed = this.source.store?.orders.get(id)?.symbol ?? id
    } finally {
      this.#canceling.delete(id)
      this.requestUpdate()
    }
  }
}
