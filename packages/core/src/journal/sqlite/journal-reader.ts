import { SluiceError } from '../../runtime/errors.ts'
import type { KeyRecord } from '../journal.ts'
import type { Database } from './load-sqlite.ts'

/** Rows in one page: about a millisecond of parsing, so that sockets get their turn in between. */
export const PAGE = 256

/** An event as it is read: its data is still JSON. */
export interface StoredRow {
  readonly sequence: number
  readonly time: string
  readonly type: string
  readonly data: string
}

/** What can be asked of the journal. The questions run between transactions, so they see committed rows only. */
export interface JournalQueries {
  readonly page: { readonly input: { readonly account: string; readonly from: number }; readonly output: readonly StoredRow[] }
  readonly order: { readonly input: { readonly account: string; readonly orderId: string }; readonly output: readonly StoredRow[] }
  readonly find: { readonly input: { readonly account: string; readonly key: string }; readonly output: KeyRecord | undefined }
  readonly resolve: { readonly input: { readonly account: string; readonly name: string }; readonly output: string | undefined }
  readonly accounts: { readonly input: object; readonly output: readonly string[] }
  readonly snapshotOf: {
    readonly input: { readonly account: string }; readonly output: { readonly sequence: number; readonly state: string } | undefined
  }
  readonly cursorOf: { readonly input: { readonly name: string }; readonly output: string | undefined }
}

export type JournalQuery = { readonly [Kind in keyof JournalQueries]: { readonly kind: Kind } & JournalQueries[Kind]['input'] }[keyof JournalQueries]

/** Answers the questions. A failed journal still does. */
export function journalReader(database: Database, path: string): (query: JournalQuery) => unknown {
  const selectPage = database.prepare(
    `SELECT sequence, time, type, data FROM events WHERE account = ? AND sequence >= ? ORDER BY sequence LIMIT ${PAGE}`)
  const selectPruned = database.prepare('SELECT pruned FROM accounts WHERE account = ?')
  const selectKey = database.prepare('SELECT order_id AS orderId, digest FROM keys WHERE account = ? AND key = ?')
  const selectName = database.prepare('SELECT order_id AS orderId FROM names WHERE account = ? AND name = ?')
  const selectOrder = database.prepare(
    'SELECT sequence, time, type, data FROM events WHERE account = ? AND order_id = ? ORDER BY sequence')
  const selectAccounts = database.prepare('SELECT account FROM accounts WHERE sequence > 0 ORDER BY account')
  const selectSnapshot = database.prepare('SELECT sequence, state FROM snapshots WHERE account = ?')
  const selectCursor = database.prepare('SELECT value FROM cursors WHERE name = ?')

  const page = (account: string, from: number): readonly StoredRow[] => {
    const first = Math.max(from, Number(selectPruned.get(account)?.['pruned'] ?? 0) + 1)
    const rows = selectPage.all(account, first) as unknown as StoredRow[]
    for (const [index, { sequence }] of rows.entries()) {
      if (sequence !== first + index) throw new SluiceError('JOURNAL_CORRUPT', `${path}: event ${account}:${first + index} is missing; verify the file and restore a backup`)
    }
    return rows
  }

  return (query) => {
    switch (query.kind) {
      case 'page': return page(query.account, query.from)
      case 'order': return selectOrder.all(query.account, query.orderId)
      case 'find': return selectKey.get(query.account, query.key)
      case 'resolve': return selectName.get(query.account, query.name)?.['orderId']
      case 'accounts': return selectAccounts.all().map((row) => row['account'])
      case 'snapshotOf': return selectSnapshot.get(query.account)
      case 'cursorOf': return selectCursor.get(query.name)?.['value']
    }
  }
}
