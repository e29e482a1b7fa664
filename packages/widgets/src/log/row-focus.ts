import type { ReactiveElement } from 'lit'
import type { RowSource } from '../orders/order-book.ts'
import type { LogView } from './log-view.ts'

/** Moves the focus between rows, of which most are not in the document. */
export class RowFocus {
  readonly #host: ReactiveElement
  readonly #window: LogView
  #wanted: string | undefined

  constructor(host: ReactiveElement, window: LogView) {
    this.#host = host
    this.#window = window
  }

  /** The row that has the focus, or something in it. */
  get #current(): string | undefined {
    return this.#host.shadowRoot?.activeElement?.closest<HTMLElement>('[data-order]')?.dataset['order']
  }

  /** Focuses a row after the next render. */
  to(id: string): void {
    this.#wanted = id
    this.#host.requestUpdate()
  }

  /** After a render. */
  restore(): void {
    const id = this.#wanted
    if (id === undefined) return
    const row = [...this.#host.renderRoot.querySelectorAll<HTMLElement>('[data-order]')].find((candidate) => candidate.dataset['order'] === id)
    if (row === undefined) return
    this.#wanted = undefined
    row.focus({ preventScroll: true })
  }

  /** Moves for an arrow key. Returns the row that any other key is meant for. */
  key(event: KeyboardEvent, rows: RowSource): string | undefined {
    const target = event.composedPath()[0] as Element
    const current = this.#current
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key]
    // Buttons answer to their own keys.
    if (step === undefined) return target.matches('button') && event.key !== 'Delete' && event.key !== 'Escape' ? undefined : current
    event.preventDefault()
    const { newer } = this.#window
    let position = newer - 1
    if (current === undefined) position = newer
    else {
      for (let index = 0; index < rows.size; index += 1) {
        if (rows.at(index)?.id !== current) continue
        position = Math.min(rows.size - 1, Math.max(newer, index + step))
        break
      }
    }
    const row = rows.at(Math.max(newer, position))
    if (row === undefined) return undefined
    this.#window.reveal(position - newer)
    this.to(row.id)
    return undefined
  }
}
