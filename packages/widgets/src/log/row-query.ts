import type { RowSource } from '../orders/order-book.ts'
import type { OrderRow } from '../orders/order-row.ts'
import type { LogColumn } from './columns.ts'

/** Which statuses are shown. */
export type StatusFilter = 'all' | 'open' | 'filled' | 'ended' | 'problems'

export interface RowQuery {
  readonly search: string
  readonly status: StatusFilter
  readonly sort: { readonly column: LogColumn; readonly descending: boolean } | undefined
}

/** The rows to show out of all that are known. */
export interface ShownRows extends RowSource {
  readonly query: RowQuery
  /** Whether rows are shown as they came: nothing is filtered or sorted. */
  readonly isPlain: boolean
  /** Says that rows have changed, came or went. Returns after how many milliseconds to look again; 0: nothing waits. */
  take(source: RowSource, changed: boolean): number
}

/** All rows as they came. */
export class AllRows implements ShownRows {
  readonly query: RowQuery = { search: '', status: 'all', sort: undefined }
  readonly isPlain = true
  #source: RowSource = { size: 0, at: () => undefined }

  get size(): number {
    return this.#source.size
  }

  at(position: number): OrderRow | undefined {
    return this.#source.at(position)
  }

  take(source: RowSource): number {
    this.#source = source
    return 0
  }
}
