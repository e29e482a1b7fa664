import { type CSSResultGroup, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit'
import { guard } from 'lit/directives/guard.js'
import { repeat } from 'lit/directives/repeat.js'
import type { DetailsPanel } from '../details/details-panel.ts'
import { wording, t } from '../language/language.ts'
import { columnsOf, DEFAULT_COLUMNS, leastOf, type LogColumn, type LogColumns } from '../log/columns.ts'
import { DrawPace } from '../log/draw-pace.ts'
import { logStyles } from '../styles/log.ts'
import { LogView } from '../log/log-view.ts'
import { OrderCommands } from '../log/order-commands.ts'
import { RowFocus } from '../log/row-focus.ts'
import { headerTemplate, rowTemplate } from '../log/row-template.ts'
import { AllRows, type ShownRows, type StatusFilter } from '../log/row-query.ts'
import type { RowView } from '../log/row-view.ts'
import { countTemplate, emptyTemplate, toolbarTemplate } from '../log/toolbar.ts'
import type { RowSource } from '../orders/order-book.ts'
import { Announcer } from '../parts/announcer.ts'
import { alertNotice } from '../parts/notice.ts'
import { panelTemplate } from '../parts/panel.ts'
import { connectionTemplate, connectionWords } from '../parts/connection.ts'
import { Chunk } from '../runtime/chunk.ts'
import { after } from '../runtime/timing.ts'
import type { StoreChange } from '../store/execution-store.ts'
import { base } from '../styles/base.ts'
import { statusColors } from '../styles/status.ts'
import { tokens } from '../styles/tokens.ts'
import { StoreElement } from './store-element.ts'

/** What most pages need late or never. */
const detailsChunk = new Chunk(() => import('../details/details-panel.ts'))
const toolsChunk = new Chunk(() => import('../log/log-tools.ts'))

const nothingKnown: RowSource = { size: 0, at: () => undefined }

/**
 * A live log and blotter of orders, the newest first: what was asked, where it stands, what has traded, and what can be done
 * about it. In the table, arrow keys move between rows, Enter opens the details, F2 amends, Delete cancels.
 *
 * @fires sluice-cancel-request - Before an order is canceled; cancelable.
 * @fires sluice-amend-request - Before an order is amended; cancelable.
 * @fires sluice-export - Before the rows are saved as a file; cancelable.
 * @slot heading - The title; default `Orders`.
 * @csspart panel - The whole widget.
 * @csspart header - The line with title, connection and tools.
 * @csspart connection - The state of the connection.
 * @csspart toolbar - Search, filter, export and pause.
 * @csspart search - The search field.
 * @csspart filter - Chooses which statuses are shown.
 * @csspart export-button - Saves the rows shown as CSV.
 * @csspart pause-button - Freezes and resumes the view.
 * @csspart notice - Why nothing new is shown.
 * @csspart table - The scrolling region.
 * @csspart columns - The column headers.
 * @csspart row - One order.
 * @csspart cell - One cell; also `cell-NAME` with the name of its column.
 * @csspart status - The status of an order.
 * @csspart side - The side of an order.
 * @csspart cancel-button - Cancels an order.
 * @csspart details-button - Opens the details of an order.
 * @csspart newer-button - Shows the orders that were held back.
 * @csspart empty - What is there instead of rows.
 * @csspart details - The details of one order.
 * @csspart details-cancel-button - Cancels the order of the details.
 * @csspart close-details-button - Closes the details.
 * @csspart amend-button - Opens the form with new terms.
 * @csspart amend-form - The form with new terms.
 * @csspart amend-submit - Sends the new terms.
 * @cssproperty --sluice-log-height - Height of the widget; default 420px.
 * @cssproperty --sluice-row-height - Height of a row, in pixels; default 32px, 26px when compact.
 */
export class SluiceOrderExecutionStatus extends StoreElement {
  static override readonly properties: PropertyDeclarations = {
    timeZone: { type: String, attribute: 'time-zone' },
    paused: { type: Boolean, reflect: true },
    columns: { type: String },
  }

  static override readonly styles: CSSResultGroup = [tokens, base, statusColors, logStyles]

  /** IANA name of the zone in which times are shown; default the viewer's. */
  declare timeZone: string | undefined
  /** The view stands still; what arrives meanwhile is kept. */
  declare paused: boolean
  /** The columns to show: names separated by spaces, or a list of names and columns of the host's own. */
  declare columns: LogColumns | undefined

  readonly #announcer = new Announcer(this)
  readonly #window = new LogView(this)
  #view: ShownRows = new AllRows()
  /** The view, once somebody has searched, filtered or sorted. */
  #arranged: RowView | undefined
  /** The order whose details are open. */
  #opened: string | undefined
  #details: DetailsPanel | undefined
  readonly #focus = new RowFocus(this, this.#window)
  readonly #say = (text: string): void => {
    this.#announcer.say(text)
  }

  readonly #commands: OrderCommands = new OrderCommands(this, () => this.source.store, this.#say)

  readonly #pace = new DrawPace(() => {
    this.requestUpdate()
  })

  #frozen: RowSource | undefined
  #missed = 0
  #changed = true
  #cancelLook: (() => void) | undefined
  #chosen: readonly LogColumn[] = columnsOf(DEFAULT_COLUMNS)
  #laid: readonly LogColumn[] | undefined

  constructor() {
    super()
    this.paused = false
  }

  get #rows(): RowSource {
    return this.#frozen ?? this.source.store?.orders ?? nothingKnown
  }

  protected override storeChanged(change: StoreChange): void {
    this.#announcer.count(change.transitions)
    if (change.connection) this.#say(connectionWords(this.connection))
    if (change.orders) this.#window.rowsChanged(this.source.store?.orders, this.#view.isPlain)
    this.#changed ||= change.orders
    if (this.paused) for (const count of change.transitions.values()) this.#missed += count
    this.#look()
    // What nobody can see changing needs no work.
    if (change.connection) this.requestUpdate()
    else this.#pace.frame(this.paused || this.#opened !== undefined || this.#window.isAffected(this.#view))
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#cancelLook?.()
    this.#pace.stop()
    this.#opened = undefined
    this.#details?.reset()
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed)
    if (changed.has('columns')) this.#chosen = columnsOf(this.columns)
    if (changed.has('paused')) {
      this.#frozen = this.paused ? this.source.store?.orders.freeze() : undefined
      this.#missed = 0
    }
    this.#look()
  }

  /** Filters and sorts what has changed, now or a little later. */
  #look(): void {
    const wait = this.#view.take(this.#rows, this.#changed)
    this.#changed = false
    if (wait === 0) return
    this.#cancelLook?.()
    this.#cancelLook = after(wait, () => {
      this.requestUpdate()
    })
  }

  override render(): TemplateResult {
    const { connection, paused } = this
    const { unconfirmed } = this.#commands
    const head = html`${connectionTemplate(connection)}
        <span class="quiet number push">${countTemplate(this.#view, this.#rows.size, this.source.store?.orders.open ?? 0, paused ? this.#missed : undefined)}</span>
        ${toolbarTemplate({ query: this.#view.query, paused, search: this.#onSearch, key: this.#onSearchKey, filter: this.#onFilter, exportRows: this.#onExport, togglePause: this.#togglePause })}`
    const body = html`${unconfirmed === undefined ? nothing : alertNotice(t('The server has not confirmed the cancel of {0}. Look at the order, and try again if it is still open.', unconfirmed))} ${this.incompleteNotice()}
      ${this.#tableTemplate()} ${this.#detailsTemplate()}
      <p class="hidden-text" role="status">${this.#announcer.text}</p>`
    return panelTemplate({ title: t('Orders'), connection, head, body })
  }

  override updated(): void {
    this.#window.place(this.#view.size)
    this.#focus.restore()
    this.#details?.updated()
    if (this.#laid === this.#chosen) return
    this.#laid = this.#chosen
    const table = this.renderRoot.querySelector<HTMLElement>('[role=table]')
    const tracks = this.#chosen.map((column) => column.width ?? 'minmax(96px, 1fr)')
    table?.style.setProperty('--_columns', `${tracks.join(' ')} 66px`)
    // Room for every column at its least: what does not fit is scrolled to.
    table?.style.setProperty('--_least', `${leastOf(tracks)}px`)
  }

  #tableTemplate(): TemplateResult {
    const { newer } = this.#window
    return html`<div class="frame">
      ${newer === 0 ? nothing : html`<button type="button" class="newer" part="newer-button" @click=${this.#window.toTop}>${t('{0} new', newer)}</button>`}
      <div class="scroller" part="table" role="region" aria-label=${t('Orders, scrollable')} tabindex="0" @keydown=${this.#onKeydown} @click=${this.#onClick}
        @scroll=${this.#window.onScroll} @pointerenter=${this.#window.onEnter} @pointerleave=${this.#window.onLeave} @focusout=${this.#window.onBlur}>
        <div role="table" aria-label=${t('Orders')} aria-rowcount=${this.#view.size + 1} aria-colcount=${this.#chosen.length + 1}>
          ${guard([this.#chosen, this.#view.query, wording()], () => headerTemplate(this.#chosen, this.#view.query.sort, this.#onSort))}
          <div role="rowgroup" class="rows"><div role="presentation" class="shift">${this.#visibleRows()}</div></div>
        </div>
        ${this.#view.size === 0 ? emptyTemplate(this.connection, this.onServer || this.source.store !== undefined, this.#rows.size > 0) : nothing}
      </div>
    </div>`
  }

  #visibleRows(): unknown {
    const visible = this.#window.visible(this.#view)
    const { timeZone } = this
    const canCommand = this.source.store?.canCommand === true
    const locale = wording()
    const first = visible.start + this.#window.newer + 2
    return repeat(visible.rows, (row) => row.id, (row, index) => {
      const rowIndex = first + index
      const canceling = this.#commands.isCanceling(row.id)
      const open = row.id === this.#opened
      // Most rows are as they were in the frame before.
      return guard([row.revision, rowIndex, canceling, open, this.#chosen, timeZone, canCommand, locale], () => rowTemplate(row, { columns: this.#chosen, rowIndex, timeZone, canceling, open, canCommand }))
    })
  }

  #detailsTemplate(): TemplateResult | typeof nothing {
    const row = this.#opened === undefined ? undefined : this.source.store?.orders.get(this.#opened)
    return row === undefined ? nothing : this.#details?.template(row, this.timeZone) ?? html`<div class="progress" aria-hidden="true"></div>`
  }

  async #arrange(change: (view: RowView) => void): Promise<void> {
    const tools = await this.fetch(toolsChunk)
    if (tools === undefined) return
    this.#arranged ??= new tools.RowView(this.#rows)
    this.#view = this.#arranged
    change(this.#arranged)
    this.#window.toTop()
  }

  readonly #onSearch = ({ target }: Event): void => {
    const { value } = target as HTMLInputElement
    void this.#arrange((view) => { view.set({ search: value }) })
  }

  readonly #onFilter = ({ target }: Event): void => {
    const { value } = target as HTMLSelectElement
    void this.#arrange((view) => { view.set({ status: value as StatusFilter }) })
  }

  readonly #onSort = (event: Event): void => {
    const name = (event.currentTarget as HTMLElement).dataset['column']
    const column = this.#chosen.find((candidate) => candidate.name === name)
    if (column !== undefined) void this.#arrange((view) => { view.sortBy(column) })
  }

  readonly #onExport = (): void => void this.fetch(toolsChunk).then((tools) => tools?.saveRows(this, this.#view, this.#chosen))

  readonly #togglePause = (): void => void (this.paused = !this.paused)

  readonly #onCloseDetails = (): void => {
    const id = this.#opened
    this.#opened = undefined
    this.#details?.reset()
    if (id !== undefined) this.#focus.to(id)
    this.requestUpdate()
  }

  #toggleDetails(id: string): void {
    if (this.#opened === id) this.#onCloseDetails()
    else void this.#openDetails(id)
  }

  async #openDetails(id: string, amend = false): Promise<void> {
    this.#opened = id
    this.#details?.reset()
    const part = await this.fetch(detailsChunk)
    if (part === undefined) this.#opened = undefined
    else this.#details ??= new part.DetailsPanel({
      host: this, close: this.#onCloseDetails, store: () => this.source.store, say: this.#say, commands: this.#commands,
    })
    const row = amend ? this.source.store?.orders.get(id) : undefined
    if (row !== undefined) this.#details?.amend(row)
  }

  readonly #onClick = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLElement>('[data-act]')
    const id = button?.closest<HTMLElement>('[data-order]')?.dataset['order']
    if (id === undefined) return
    if (button?.dataset['act'] === 'cancel') this.#commands.cancel(id)
    else this.#toggleDetails(id)
  }

  /** From what was searched into what was found. */
  readonly #onSearchKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') this.#onKeydown(event)
  }

  readonly #onKeydown = (event: KeyboardEvent): void => {
    const id = this.#focus.key(event, this.#view)
    if (id === undefined || event.repeat) return
    if (event.key === 'Enter') this.#toggleDetails(id)
    if (event.key === 'F2') void this.#openDetails(id, true)
    if (event.key === 'Delete') this.#commands.cancel(id)
    if (event.key === 'Escape' && this.#opened !== undefined) this.#onCloseDetails()
  }
}
