import { type FenceRow, placeOf, positionOf } from './account-rows.ts'
import { checksumOf } from './chain-hash.ts'
import type { Database } from './load-sqlite.ts'

/** Events that may wait for their place in the index: what is asked meanwhile reads so many rows more. */
const MOST_WAITING = 64

/**
 * The index by which an order's events are found. It is filled in behind the history, some dozen events at a time and within the
 * transaction that makes them so many: an index that each event goes to at once makes each commit write a page more.
 */
export interface OrderIndex {
  /** An account's history has got longer. */
  grew(row: Pick<FenceRow, 'slot' | 'sequence'>): void
}

/** How far each account's history is in the index: the last position, by slot. */
export function readIndexed(database: Database): Map<number, number> {
  const rows = database.prepare('SELECT slot, position FROM indexed').all() as unknown as { slot: number; position: number }[]
  return new Map(rows.map(({ slot, position }) => [slot, position]))
}

/** Takes histories into the index, each from where it is up to its end. */
function indexer(database: Database): (slot: number, after: number, last: number) => void {
  const insert = database.prepare(
    `INSERT INTO order_events (order_id, position)
     SELECT order_id, position FROM events WHERE position > ? AND position <= ? AND order_id IS NOT NULL ORDER BY order_id, position`)
  const mark = database.prepare(
    `INSERT INTO indexed (slot, position, checksum) VALUES (?, ?, ?)
     ON CONFLICT (slot) DO UPDATE SET position = excluded.position, checksum = excluded.checksum`)
  return (slot, after, last) => {
    insert.run(after, last)
    mark.run(slot, last, checksumOf(slot, last))
  }
}

/** Takes everything into the index, in the transaction that the caller opened. */
export function indexAll(database: Database, accounts: readonly FenceRow[]): void {
  const index = indexer(database)
  const marks = readIndexed(database)
  for (const { slot, sequence } of accounts) index(slot, marks.get(slot) ?? positionOf(slot, 0), positionOf(slot, sequence))
}

export function orderIndex(database: Database, accounts: readonly FenceRow[]): OrderIndex {
  const index = indexer(database)
  const marks = readIndexed(database)
  /** The ends of the histories that are not whole in it, by slot. */
  const behind = new Map<number, number>()
  let waiting = 0

  const note = ({ slot, sequence }: Pick<FenceRow, 'slot' | 'sequence'>): void => {
    const last = positionOf(slot, sequence)
    const before = behind.get(slot) ?? marks.get(slot) ?? positionOf(slot, 0)
    if (last <= before) return
    behind.set(slot, last)
    waiting += last - before
  }
  for (const row of accounts) note(row)

  return {
    grew: (row) => {
      note(row)
      if (waiting < MOST_WAITING) return
      for (const [slot, last] of behind) {
        index(slot, marks.get(slot) ?? positionOf(slot, 0), last)
        marks.set(slot, last)
      }
      behind.clear()
      waiting = 0
    },
  }
}

/** Reads the events of an order in order: those that the index knows by it, those behind it by looking at each. */
export function orderEventReader(database: Database, columns: string): (row: Pick<FenceRow, 'slot' | 'sequence'>, orderId: string) => readonly unknown[] {
  const select = database.prepare(
    `SELECT ${columns} FROM events WHERE position IN (SELECT position FROM order_events WHERE order_id = :order AND position BETWEEN :first AND :last)
     UNION ALL
     SELECT ${columns} FROM events WHERE order_id = :order AND position <= :last
       AND position > coalesce((SELECT position FROM indexed WHERE slot = :slot), :first)
     ORDER BY position`)
  return ({ slot, sequence }, orderId) => select.all({ order: orderId, slot, first: positionOf(slot, 0), last: positionOf(slot, sequence) })
}

/** Whether an event is in the index. */
export function indexedIn(marks: ReadonlyMap<number, number>): (position: number) => boolean {
  return (position) => position <= (marks.get(placeOf(position)[0]) ?? 0)
}
