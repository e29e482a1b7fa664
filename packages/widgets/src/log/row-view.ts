import type { RowSource } from '../orders/order-book.ts'
import { isFinished, type OrderRow } from '../orders/order-row.ts'
import { now } from '../runtime/timing.ts'
import { familyOf } from '../styles/icons.ts'
import { compareDecimals } from '../format/compare-decimals.ts'
import { valuesOf } from './column-values.ts'
import { type LogColumn, reasonOf } from './columns.ts'
import type { RowQuery, ShownRows, StatusFilter } from './row-query.ts'

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
export class RowView implements ShownRows {
  #source: RowSource
  #query: RowQuery = { search: '', status: 'all', sort: undefined }
  #rows: OrderRow[] = []
  #made = Number.NEGATIVE_INFINITY
  #outdated = true

  constructor(source: RowSource) {
    this.#source = source
  }

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

  /** Up, down, as they came. */
  sortBy(column: LogColumn): void {
    this.set({ sort: nextSort(this.#query.sort, column) })
  }

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

function nextSort(sort: RowQuery['sort'], column: LogColumn): RowQuery['sort'] {
  if (sort?.column.name !== column.name) return { column, descending: false }
  return sort.descending ? undefined : { column, descending: true }
}

interface Keyed { readonly row: OrderRow; readonly text: string; readonly value: number }

/** A number that was rounded is never on the wrong side of another: digits are compared where two of them are equal. */
function byDecimal(left: Keyed, right: Keyed): number {
  return left.value - right.value || (left.text === right.text ? 0 : compareDecimals(left.text, right.text))
}

function byText(left: Keyed, right: Keyed): number {
  return left.text === right.text ? 0 : left.text < right.text ? -1 : 1
}

/** Equal rows stay as they came, the newest first. */
export function sorted(rows: readonly OrderRow[], { column, descending }: NonNullable<RowQuery['sort']>): OrderRow[] {
  const { key, sorts } = valuesOf(column)
  const decimal = sorts === 'decimal'
  const keyed = rows.map((row): Keyed => {
    const text = key?.(row) ?? column.text(row, undefined)
    return { row, text, value: decimal ? Number(text) : 0 }
  })
  const compare = decimal ? byDecimal : byText
  keyed.sort(descending ? (left, right) => compare(right, left) : compare)
  return keyed.map(({ row }) => row)
}
