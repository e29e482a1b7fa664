import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { positionOf, placeOf } from './account-rows.ts'
import { checksumOf } from './chain-hash.ts'
import type { PageRow } from './event-page.ts'
import type { Database } from './load-sqlite.ts'

type Stored = readonly [sequence: number, time: string, type: string, data: string]

interface Kept {
  readonly position: number
  readonly orderId: string
  readonly time: string
  readonly type: string
  readonly data: string
}

const pack = (events: readonly Stored[]): Buffer => deflateRawSync(JSON.stringify(events), { level: 6 })
const unpack = (packed: Uint8Array): readonly Stored[] => JSON.parse(inflateRawSync(packed).toString()) as readonly Stored[]

/** Reads what is left in the file of orders whose events were pruned: all but what guards read. */
export function archivedOrders(database: Database): (account: string, orderId: string) => readonly PageRow[] {
  const select = database.prepare('SELECT events FROM archived_orders WHERE account = ? AND order_id = ?')
  return (account, orderId) => {
    const row = select.get(account, orderId)
    return row === undefined ? [] : unpack(row['events'] as Uint8Array).map(([sequence, time, type, data]) => ({ sequence, time, type, data, evaluation: null }))
  }
}

/**
 * Keeps the orders whose events are about to go, compressed and without what guards read: a key that comes again, a late fill
 * or a bust finds its order for ever (PROTOCOL A2, C5).
 */
export function archiveOrders(database: Database, account: string, slot: number, through: number): void {
  const events = database.prepare(
    `SELECT position, named.order_id AS orderId, time, type, data FROM order_events AS named CROSS JOIN events USING (position)
     WHERE position BETWEEN ? AND ? ORDER BY named.order_id, position`)
  const archived = archivedOrders(database)
  const save = database.prepare(
    `INSERT INTO archived_orders (account, order_id, events, checksum) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET events = excluded.events, checksum = excluded.checksum`)

  const keep = (orderId: string, rows: readonly Stored[]): void => {
    const before = archived(account, orderId).map(({ sequence, time, type, data }): Stored => [sequence, time, type, data])
    const packed = pack([...before, ...rows])
    save.run(account, orderId, packed, checksumOf(account, orderId, packed.toString('base64')))
  }

  let current: string | undefined
  let rows: Stored[] = []
  for (const row of events.iterate(positionOf(slot, 0), positionOf(slot, through)) as Iterable<unknown>) {
    const { position, orderId, time, type, data } = row as Kept
    if (orderId !== current) {
      if (current !== undefined) keep(current, rows)
      current = orderId
      rows = []
    }
    rows.push([placeOf(position)[1], time, type, data])
  }
  if (current !== undefined) keep(current, rows)
}
