import type { RowSource } from '../orders/order-book.ts'
import { isFinished, type OrderRow } from '../orders/order-row.ts'
import { now } from '../runtime/timing.ts'
import { familyOf } from '../styles/icons.ts'
import { type LogColumn, reasonOf, sortKey } from './columns.ts'

/** Which statuses are shown. */
export type StatusFilter = 'all' | 'open' | 'filled' | 'ended' | 'problems'

export interface RowQuery {
  readonly search: string
  readonly status: StatusFilter
  readonly sort: { readonly column: LogColumn; readonly descending: boolean } | undefined
}

/** Which rows are in, and where, is found anew at most this often, in milliseconds; what they show is always current. */
const PACE = 400

function passes(row: OrderRow, status: StatusFilter): boolean {
  switch (status) {
    case 'all': return true
    case 'open': return !isFinished(row.status)
    case 'filled': return row.status === 'filled'
    case 'ended': return row.status === 'canceled' || row.status === 'expired'
    case 'problems': return ['refused', 'unknown', 'approval'].includes(familyOf(row.status)) || row.refusal !== undefined
  }
}

function textOf(row: OrderRow): string {
  return `${row.symbol} ${row.id} ${row.side} ${row.status} ${row.type} ${row.broker} ${row.account} ${row.strategy ?? ''} ${reasonOf(row)} ${row.idempotencyKey}`.toLowerCase().replaceAll('_', ' ')
}

/** The rows that a person wants to see, in the order in which they want them: a filter and a sort over all that is known. */
export class RowView implements RowSource {
  #source: RowSource = { size: 0, at: () => undefined }
  #query: RowQuery = { search: '', status: 'all', sort: undefined }
  #rows: OrderRow[] = []
  #made = Number.NEGATIVE_INFINITY
  #outdated = true

  /** Whether rows are shown as they came: nothing is filtered or sorted. */
  get isPlain(): boolean {
    const { search, status, sort } = this.#query
    return search === '' && status === 'all' && sort === undefined
  }

  get query(): RowQuery {
    return this.#query
  }

  get size(): number {
    return this.isPlain ? this.#source.size : this.#rows.length
  }

  at(position: number): OrderRow | undefined {
    if (this.isPlain) return this.#source.at(position)
    const row = this.#rows[position]
    return row === undefined ? undefined : (this.#source.get?.(row.id) ?? row)
  }

  set(query: Partial<RowQuery>): void {
    this.#query = { ...this.#query, ...query }
    this.#made = Number.NEGATIVE_INFINITY
    this.#outdated = true
  }

  /** Says that rows have changed, came or went. Returns after how many milliseconds to look again; 0: nothing waits. */
  take(source: RowSource, changed: boolean): number {
    if (source !== this.#source) this.#made = Number.NEGATIVE_INFINITY
    this.#outdated ||= changed || source !== this.#source
    this.#source = source
    if (this.isPlain || !this.#outdated) return 0
    const wait = this.#made + PACE - now()
    if (wait > 0) return wait
    this.#make()
    return 0
  }

  #make(): void {
    const { search, status, sort } = this.#query
    const words = search.toLowerCase().split(/\s+/).filter((word) => word !== '')
    const rows: OrderRow[] = []
    for (let position = 0; position < this.#source.size; position += 1) {
      const row = this.#source.at(position)
      if (row === undefined || !passes(row, status)) continue
      if (words.length > 0) {
        const text = textOf(row)
        if (!words.every((word) => text.includes(word))) continue
      }
      rows.push(row)
    }
    this.#rows = sort === undefined ? rows : sorted(rows, sort)
    this.#made = now()
    this.#outdated = false
  }
}

/** Equal rows stay as they came, the newest first. */
function sorted(rows: readonly OrderRow[], { column, descending }: NonNullable<RowQuery['sort']>): OrderRow[] {
  const keyed = rows.map((row) => ({ row, key: sortKey(column, row) }))
  const sign = descending ? -1 : 1
  keyed.sort((left, right) => (left.key === right.key ? 0 : left.key < right.key ? -sign : sign))
  return keyed.map(({ row }) => row)
}
