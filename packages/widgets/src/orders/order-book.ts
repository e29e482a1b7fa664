import type { Order, OrderStatus, StoredEvent } from '@sluice/core'
import { applyEvent } from './apply-event.ts'
import { isFinished, type OrderRow, rowOf } from './order-row.ts'

/** Rows by position, the newest first. */
export interface RowSource {
  readonly size: number
  at(position: number): OrderRow | undefined
  /** A row as it is now; absent where rows do not change. */
  get?(id: string): OrderRow | undefined
}

const CAPACITY = 10_000
/** Evicting in bulk keeps the cost of one row constant. */
const SLACK = 1_000

function byAge(left: OrderRow, right: OrderRow): number {
  if (left.createdAt === right.createdAt) return 0
  return left.createdAt < right.createdAt ? -1 : 1
}

/** Every order the page knows, at most `capacity` of them: the oldest finished ones go first. */
export class OrderBook implements RowSource {
  readonly #capacity: number
  readonly #rows = new Map<string, OrderRow>()
  /** Ids, oldest first: a new order is a push. */
  #ids: string[] = []
  /** Status changes since the last `takeTransitions`. */
  #transitions = new Map<OrderStatus, number>()
  /** How many rows were added at the newest end, ever. */
  appended = 0
  /** How many rows can still trade. */
  open = 0

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#ids.length
  }

  at(position: number): OrderRow | undefined {
    const id = this.#ids[this.#ids.length - 1 - position]
    return id === undefined ? undefined : this.#rows.get(id)
  }

  get(id: string): OrderRow | undefined {
    return this.#rows.get(id)
  }

  findByKey(idempotencyKey: string): OrderRow | undefined {
    for (const row of this.#rows.values()) if (row.idempotencyKey === idempotencyKey) return row
    return undefined
  }

  /** The rows as they are now: copies, because rows are written in place. */
  freeze(): RowSource {
    const rows = this.#ids.map((id) => {
      const row = this.#rows.get(id)
      return row && { ...row }
    })
    return { size: rows.length, at: (position) => rows[rows.length - 1 - position] }
  }

  /** Starts again from what the server says. */
  replaceAll(orders: readonly Order[]): void {
    const known = new Set(this.#rows.keys())
    const rows = orders.map(rowOf).toSorted(byAge).slice(-this.#capacity)
    this.appended += rows.filter((row) => !known.has(row.id)).length
    this.#rows.clear()
    for (const row of rows) this.#rows.set(row.id, row)
    this.#ids = rows.map((row) => row.id)
    this.open = rows.filter((row) => !isFinished(row.status)).length
  }

  /** Takes in an order that the server sent whole, unless what is known is newer. */
  put(order: Order): void {
    const before = this.#rows.get(order.id)
    if (before !== undefined && order.updatedAt < before.updatedAt) return
    this.#set(before?.status, rowOf(order))
  }

  /** Returns `ask` when the server must be asked for the whole order. */
  apply(event: StoredEvent): 'changed' | 'same' | 'ask' {
    const id = 'orderId' in event.data ? event.data.orderId : undefined
    if (id === undefined) return 'same'
    const row = this.#rows.get(id)
    const before = row?.status
    const applied = applyEvent(row, event)
    if (applied.kind !== 'row') return applied.kind
    if (applied.row !== row || row.status !== before) this.#set(before, applied.row)
    return 'changed'
  }

  takeTransitions(): ReadonlyMap<OrderStatus, number> {
    const taken = this.#transitions
    if (taken.size > 0) this.#transitions = new Map()
    return taken
  }

  #set(before: OrderStatus | undefined, row: OrderRow): void {
    this.#rows.set(row.id, row)
    this.open += Number(!isFinished(row.status)) - Number(before !== undefined && !isFinished(before))
    if (before !== row.status) this.#transitions.set(row.status, (this.#transitions.get(row.status) ?? 0) + 1)
    if (before !== undefined) return
    this.#insert(row)
    if (this.#ids.length > this.#capacity + SLACK) this.#evict()
  }

  #insert(row: OrderRow): void {
    let position = this.#ids.length
    while (position > 0) {
      const older = this.#rows.get(this.#ids[position - 1] ?? '')
      if (older === undefined || older.createdAt <= row.createdAt) break
      position -= 1
    }
    if (position === this.#ids.length) this.#ids.push(row.id)
    else this.#ids.splice(position, 0, row.id)
    this.appended += 1
  }

  #evict(): void {
    let surplus = this.#ids.length - this.#capacity
    this.#ids = this.#ids.filter((id) => {
      const row = this.#rows.get(id)
      if (surplus === 0 || row === undefined || !isFinished(row.status)) return true
      this.#rows.delete(id)
      surplus -= 1
      return false
    })
  }
}
