import { SluiceError } from '../../runtime/errors.ts'
import { type FenceRow, positionOf, readAccounts } from './account-rows.ts'
import { checksumOf } from './chain-hash.ts'
import { linkReader } from './check-pins.ts'
import type { Database } from './load-sqlite.ts'
import { openDatabase } from './open-database.ts'
import { journalSchema, NO_DELETE_TRIGGER } from './schema.ts'
import { toJournalError } from './sqlite-error.ts'
import { verifyJournal } from './verify-journal.ts'

/** What an export holds of an account, read back from its files: the caller's proof that nothing is lost. */
export interface ExportedHistory {
  readonly account: string
  /** The last event in it. */
  readonly last: number
  /** That event's link. */
  readonly head: string
}

/** What was taken out of one account. */
export interface PrunedHistory {
  readonly account: string
  readonly first: number
  readonly last: number
}

function remove(database: Database, row: FenceRow, through: number, link: string): void {
  database.prepare('DELETE FROM events WHERE position BETWEEN ? AND ?').run(positionOf(row.slot, 0), positionOf(row.slot, through))
  database.prepare('UPDATE accounts SET pruned = ?, pruned_head = ?, checksum = ? WHERE account = ?')
    .run(through, link, checksumOf(row.account, row.slot, row.epoch, through, link), row.account)
}

function prune(database: Database, exported: readonly ExportedHistory[]): readonly PrunedHistory[] {
  const linkOf = linkReader(database)
  const rows = new Map(readAccounts(database).map((row) => [row.account, row]))
  const selectSnapshot = database.prepare('SELECT sequence FROM snapshots WHERE account = ?')
  const pruned: PrunedHistory[] = []
  database.exec('BEGIN IMMEDIATE; DROP TRIGGER events_no_delete')
  for (const { account, last, head } of exported) {
    const row = rows.get(account)
    if (row === undefined || last > row.sequence || linkOf(row, last) !== head) {
      throw new SluiceError('CONFIGURATION_INVALID', `the export of ${account} up to ${last} is not of this journal: nothing was pruned`)
    }
    // A start goes on from the snapshot: what comes after it stays.
    const through = Math.min(last, Number(selectSnapshot.get(account)?.['sequence'] ?? 0))
    if (through <= row.pruned) continue
    remove(database, row, through, linkOf(row, through) as string)
    pruned.push({ account, first: row.pruned + 1, last: through })
  }
  database.exec(`${NO_DELETE_TRIGGER}; COMMIT`)
  return pruned
}

/**
 * Takes events out of a closed journal that a verified export holds and a snapshot stands for; the newest snapshot bounds it.
 * Keys, names and executions stay, so that an old key or fill is still recognised; the events of an order that was pruned are in
 * the export only. The file keeps its size: what is free is used again.
 * @throws SluiceError CONFIGURATION_INVALID when the export is not of this journal, JOURNAL_CORRUPT when the journal is not whole,
 * JOURNAL_LOCKED, JOURNAL_FAILED
 */
export async function pruneJournal(path: string, exported: readonly ExportedHistory[]): Promise<readonly PrunedHistory[]> {
  const { ok, findings } = await verifyJournal(path)
  if (!ok) throw new SluiceError('JOURNAL_CORRUPT', `${path} is not whole, so nothing was pruned: ${findings[0]?.message ?? ''}`)
  const opened = openDatabase(path, journalSchema)
  try {
    return prune(opened.database, exported)
  } catch (error) {
    if (opened.database.isTransaction) opened.database.exec('ROLLBACK')
    throw toJournalError(error, opened.path)
  } finally {
    opened.close()
  }
}
