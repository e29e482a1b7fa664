import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Json, StoredEvent } from '../../order/event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { KeyRecord, Snapshot } from '../journal.ts'
import type { EventRow } from './journal-operation.ts'
import type { OpenDatabase } from './open-database.ts'
import { closedError, toJournalError } from './sqlite-error.ts'

/** Rows in one page: about a millisecond of parsing, so that commits and sockets get their turn in between. */
const PAGE = 256

/** The journal's queries. They run between transactions, so they see committed rows only. A failed journal still answers them. */
export interface JournalReader {
  read(account: string, from: number): AsyncGenerator<StoredEvent, void, undefined>
  find(account: string, key: string): KeyRecord | undefined
  resolve(account: string, name: string): string | undefined
  readOrder(account: string, orderId: string): readonly StoredEvent[]
  accounts(): readonly string[]
  snapshot(account: string): Snapshot | undefined
  cursor(name: string): string | undefined
  /** @throws SluiceError JOURNAL_CORRUPT when an account's last event is not where its fence row says. */
  checkEnds(): void
}

export function journalReader({ database, path }: OpenDatabase): JournalReader {
  const selectPage = database.prepare(
    `SELECT sequence, time, type, data FROM events WHERE account = ? AND sequence >= ? ORDER BY sequence LIMIT ${PAGE}`)
  const selectKey = database.prepare('SELECT order_id AS orderId, digest FROM keys WHERE account = ? AND key = ?')
  const selectName = database.prepare('SELECT order_id AS orderId FROM names WHERE account = ? AND name = ?')
  const selectOrder = database.prepare(
    'SELECT sequence, time, type, data FROM events WHERE account = ? AND order_id = ? ORDER BY sequence')
  const selectAccounts = database.prepare('SELECT account FROM accounts WHERE sequence > 0 ORDER BY account')
  const selectSnapshot = database.prepare('SELECT sequence, state FROM snapshots WHERE account = ?')
  const selectCursor = database.prepare('SELECT value FROM cursors WHERE name = ?')
  const selectBroken = database.prepare(
    `SELECT account FROM accounts AS fence
     WHERE sequence IS NOT coalesce((SELECT max(sequence) FROM events WHERE events.account = fence.account), 0) LIMIT 1`)

  const ask = <Value>(query: () => Value): Value => {
    if (!database.isOpen) throw closedError(path)
    try {
      return query()
    } catch (error) {
      throw toJournalError(error, path)
    }
  }

  const parse = (text: string, place: string): Json => {
    try {
      return JSON.parse(text) as Json
    } catch (cause) {
      throw new SluiceError('JOURNAL_CORRUPT', `${path}: ${place} is not JSON`, { cause })
    }
  }

  const toEvent = (account: string, { sequence, time, type, data }: Omit<EventRow, 'orderId'>): StoredEvent => {
    const id = `${account}:${sequence}`
    return { id, account, sequence, time, type, data: parse(data, `event ${id}`) } as unknown as StoredEvent
  }

  return {
    read: async function* read(account, from) {
      let next = Math.max(1, from)
      for (;;) {
        const rows = ask(() => selectPage.all(account, next)) as unknown as Omit<EventRow, 'orderId'>[]
        for (const row of rows) {
          if (row.sequence !== next) throw new SluiceError('JOURNAL_CORRUPT', `${path}: event ${account}:${next} is missing`)
          next += 1
          yield toEvent(account, row)
        }
        if (rows.length < PAGE) return
        await nextTurn()
      }
    },
    find: (account, key) => {
      const row = ask(() => selectKey.get(account, key)) as KeyRecord | undefined
      return row === undefined ? undefined : { orderId: row.orderId, digest: row.digest }
    },
    resolve: (account, name) => ask(() => selectName.get(account, name))?.['orderId'] as string | undefined,
    readOrder: (account, orderId) =>
      (ask(() => selectOrder.all(account, orderId)) as unknown as Omit<EventRow, 'orderId'>[]).map((row) => toEvent(account, row)),
    accounts: () => ask(() => selectAccounts.all()).map((row) => row['account'] as string),
    snapshot: (account) => {
      const row = ask(() => selectSnapshot.get(account)) as { sequence: number; state: string } | undefined
      return row === undefined ? undefined : { sequence: row.sequence, state: parse(row.state, `the snapshot of ${account}`) }
    },
    cursor: (name) => ask(() => selectCursor.get(name))?.['value'] as string | undefined,
    checkEnds: () => {
      const broken = ask(() => selectBroken.get())?.['account']
      if (broken !== undefined) {
        throw new SluiceError('JOURNAL_CORRUPT', `${path}: the history of account ${String(broken)} does not end where it should; restore a backup`)
      }
    },
  }
}
