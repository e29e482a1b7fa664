import type { FenceRow } from './account-rows.ts'
import { checksumOf } from './chain-hash.ts'
import type { Database } from './load-sqlite.ts'
import type { Finding } from './verify-report.ts'

/** The tables outside the chain, each with the columns its checksum covers, its key first. */
const TABLES: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ['journal', ['revision']],
  ['accounts', ['account', 'slot', 'epoch', 'pruned', 'pruned_head']],
  ['keys', ['account', 'key', 'order_id', 'digest']],
  ['names', ['account', 'name', 'order_id']],
  ['executions', ['account', 'broker', 'execution', 'sequence']],
  ['archived_orders', ['account', 'order_id', 'events']],
  ['counters', ['name', 'value']],
  ['cursors', ['name', 'value']],
  ['indexed', ['slot', 'position']],
  ['snapshots', ['account', 'sequence', 'state']],
]

/** A blob counts by its text. */
const textOf = (value: string | number | Uint8Array): string | number => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value)

/** Checks every row outside the chain: a finding for what differs, undefined for each row that is as it was written. */
export function* verifyRecords(database: Database, accounts: readonly FenceRow[]): Generator<Finding | undefined, void, undefined> {
  for (const [table, columns] of TABLES) {
    for (const row of database.prepare(`SELECT ${columns.join(', ')}, checksum FROM ${table}`).iterate()) {
      const values = columns.map((column) => textOf(row[column] as string | number | Uint8Array))
      if (checksumOf(...values) === row['checksum']) yield undefined
      else yield { code: 'RECORD_DAMAGED', message: `${table}: the row of ${JSON.stringify(values[0])} is not what was written` }
    }
  }
  const ends = new Map(accounts.map(({ account, sequence }) => [account, sequence]))
  for (const { account, sequence } of database.prepare('SELECT account, sequence FROM snapshots').all() as { account: string; sequence: number }[]) {
    if (sequence > (ends.get(account) ?? 0)) yield { code: 'RECORD_DAMAGED', account, message: `the snapshot of ${account} is ahead of its history` }
  }
}

