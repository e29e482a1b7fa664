import type { ReactiveController, ReactiveElement } from 'lit'
import type { OrderBook, RowSource } from '../orders/order-book.ts'
import type { OrderRow } from '../orders/order-row.ts'
import { onNextFrame } from '../runtime/timing.ts'
import { rowWindow } from './row-window.ts'
import { sweepMarkers } from './sweep-markers.ts'

/** The rows of the window. `start` is the position of the first one below the header. */
export interface VisibleRows {
  readonly start: number
  readonly rows: readonly OrderRow[]
}

const ROW_HEIGHT = 32
const HEADER_HEIGHT = 29

/**
 * Where a log is scrolled to, and which rows that needs. New rows come in at the top; while a person reads further down, points
 * at the rows or has focus in one, they are held back instead: nobody may cancel an order that slid under the pointer.
 */
export class LogView implements ReactiveController {
  readonly #host: ReactiveElement
  #rowHeight = ROW_HEIGHT
  #height = 0
  #scrollTop = 0
  #pointed = false
  #appended: number | undefined
  #last: VisibleRows = { start: 0, rows: [] }
  /** What the rendered rows were then: they are written in place. */
  #revisions: readonly number[] = []
  #lastSize = 0
  #placed: { readonly height?: number; readonly top?: number } = {}
  #observer: ResizeObserver | undefined
  #cancelMeasure: (() => void) | undefined
  #sight: IntersectionObserver | undefined
  #inSight = true
  /** How many of the newest rows are held back. */
  newer = 0

  constructor(host: ReactiveElement) {
    this.#host = host
    host.addController(this)
  }

  hostUpdated(): void {
    const scroller = this.#scroller
    if (this.#observer !== undefined || scroller === null) return
    // Not at once: what is drawn for the new size would be observed again.
    this.#observer = new ResizeObserver(() => {
      this.#cancelMeasure?.()
      this.#cancelMeasure = onNextFrame(this.#measure)
    })
    this.#observer.observe(scroller)
    this.#sight = new IntersectionObserver((entries) => {
      this.#inSight = entries.at(-1)?.isIntersecting === true
      if (this.#inSight) this.#host.requestUpdate()
    })
    this.#sight.observe(scroller)
  }

  hostDisconnected(): void {
    this.#observer?.disconnect()
    this.#observer = undefined
    this.#sight?.disconnect()
    this.#inSight = true
    this.#cancelMeasure?.()
    this.#pointed = false
  }

  /** The rows to render now. */
  visible(rows: RowSource): VisibleRows {
    this.newer = Math.min(this.newer, rows.size)
    const count = rows.size - this.newer
    const { start, end } = rowWindow({ scrollTop: this.#scrollTop, height: this.#height, rowHeight: this.#rowHeight, count })
    const found: OrderRow[] = []
    for (let position = start; position < end; position += 1) {
      const row = rows.at(position + this.newer)
      if (row !== undefined) found.push(row)
    }
    this.#last = { start, rows: found }
    this.#revisions = found.map((row) => row.revision)
    this.#lastSize = rows.size
    return this.#last
  }

  /** Whether what should be on the screen differs from what was rendered; never while the log itself is scrolled out of it. */
  isAffected(rows: RowSource): boolean {
    if (!this.#inSight) return false
    const { start } = this.#last
    return rows.size !== this.#lastSize || this.#revisions.some((revision, index) => rows.at(start + this.newer + index)?.revision !== revision)
  }

  /** Counts the rows that came in at the top, and holds them back where the others must stand still. */
  rowsChanged(book: OrderBook | undefined, plain: boolean): void {
    const appended = book?.appended ?? 0
    const added = appended - (this.#appended ?? appended)
    this.#appended = appended
    if (added > 0 && plain && this.#lastSize > 0 && this.#stands) this.newer += added
  }

  /** Brings a row into view. */
  reveal(position: number): void {
    const scroller = this.#scroller
    if (scroller === null) return
    const top = position * this.#rowHeight
    const visible = this.#height - HEADER_HEIGHT - this.#rowHeight
    if (top < scroller.scrollTop) scroller.scrollTop = top
    else if (top > scroller.scrollTop + visible) scroller.scrollTop = top - visible
    this.#scrollTop = scroller.scrollTop
  }

  /** After a render: the height of all rows and the shift of the rendered ones. */
  place(count: number): void {
    const rows = this.#host.renderRoot.querySelector<HTMLElement>('.rows')
    const shift = this.#host.renderRoot.querySelector<HTMLElement>('.shift')
    if (rows === null || shift === null) return
    sweepMarkers(shift, this.#last.rows.length)
    const [height, top] = [(count - this.newer) * this.#rowHeight, this.#last.start * this.#rowHeight]
    if (this.#placed.height === height && this.#placed.top === top) return
    this.#placed = { height, top }
    rows.style.height = `${height}px`
    shift.style.transform = `translateY(${top}px)`
  }

  /** Shows the newest rows. */
  readonly toTop = (): void => {
    this.newer = 0
    this.#scroller?.scrollTo({ top: 0 })
    this.#host.requestUpdate()
  }

  readonly onScroll = (): void => {
    this.#scrollTop = this.#scroller?.scrollTop ?? 0
    this.#release()
    this.#host.requestUpdate()
  }

  readonly onEnter = (): void => {
    this.#pointed = true
  }

  readonly onLeave = (): void => {
    this.#pointed = false
    this.#release()
  }

  /** Focus left a row. */
  readonly onBlur = (): void => {
    queueMicrotask(this.#release)
  }

  readonly #release = (): void => {
    if (this.newer === 0 || this.#stands) return
    this.newer = 0
    this.#host.requestUpdate()
  }

  /** Whether the rows must stay where they are. */
  get #stands(): boolean {
    const focused = this.#host.shadowRoot?.activeElement ?? null
    return this.#pointed || this.#scrollTop >= this.#rowHeight / 2 || focused?.closest('.rows') !== null && focused !== null
  }

  get #scroller(): HTMLElement | null {
    return this.#host.renderRoot.querySelector('.scroller')
  }

  readonly #measure = (): void => {
    const row = this.#host.renderRoot.querySelector<HTMLElement>('.rows .row')
    const height = row?.offsetHeight ?? Number.parseFloat(getComputedStyle(this.#host).getPropertyValue('--sluice-row-height'))
    this.#rowHeight = height > 0 ? height : ROW_HEIGHT
    this.#height = this.#scroller?.clientHeight ?? 0
    this.#host.requestUpdate()
  }
}
