import { SluiceError } from '../../runtime/errors.ts'
import { type FenceRow, positionOf, readAccounts } from './account-rows.ts'
import { archiveOrders } from './archived-orders.ts'
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
  /** The first event in it: nothing that is still kept may lie before. */
  readonly first: number
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
  archiveOrders(database, row.account, row.slot, through)
  database.prepare('DELETE FROM events WHERE position BETWEEN ? AND ?').run(positionOf(row.slot, 0), positionOf(row.slot, through))
  database.prepare('UPDATE accounts SET pruned = ?, pruned_head = ?, checksum = ? WHERE account = ?')
    .run(through, link, checksumOf(row.account, row.slot, row.epoch, through, link), row.account)
}

export interface PruneOptions {
  /** Says what would go, and leaves the file as it is. Default false. */
  readonly dryRun?: boolean
}

function prune(database: Database, exported: readonly ExportedHistory[], { dryRun = false }: PruneOptions): readonly PrunedHistory[] {
  const linkOf = linkReader(database)
  const rows = new Map(readAccounts(database).map((row) => [row.account, row]))
  const selectSnapshot = database.prepare('SELECT sequence FROM snapshots WHERE account = ?')
  const pruned: PrunedHistory[] = []
  database.exec('BEGIN IMMEDIATE; DROP TRIGGER events_no_delete')
  for (const { account, first, last, head } of exported) {
    const row = rows.get(account)
    if (row === undefined || last > row.sequence || linkOf(row, last) !== head) {
      throw new SluiceError('CONFIGURATION_INVALID', `the export of ${account} up to ${last} is not of this journal: nothing was pruned`)
    }
    if (first > row.pruned + 1) {
      throw new SluiceError('CONFIGURATION_INVALID', `the export of ${account} begins at ${first}, the journal at ${row.pruned + 1}: what is between would be lost, so nothing was pruned`)
    }
    // A start goes on from the snapshot: what comes after it stays.
    const through = Math.min(last, Number(selectSnapshot.get(account)?.['sequence'] ?? 0))
    if (through <= row.pruned) continue
    remove(database, row, through, linkOf(row, through) as string)
    pruned.push({ account, first: row.pruned + 1, last: through })
  }
  database.exec(dryRun ? 'ROLLBACK' : `${NO_DELETE_TRIGGER}; COMMIT`)
  return pruned
}

/**
 * Takes events out of a closed journal that a verified export holds and a snapshot stands for; the newest snapshot bounds it.
 * Keys, names and executions stay, and of every order its events without what guards read: an old key, a late fill or a bust still
 * finds it. The chain and the guards' inputs are in the export only. The file keeps its size: what is free is used again.
 * @throws SluiceError CONFIGURATION_INVALID when the export is not of this journal or leaves a gap, JOURNAL_CORRUPT when the journal is not whole,
 * JOURNAL_LOCKED, JOURNAL_FAILED
 */
export async function pruneJournal(path: string, exported: readonly ExportedHistory[], options: PruneOptions = {}): Promise<readonly PrunedHistory[]> {
  const { ok, findings } = await verifyJournal(path)
  if (!ok) throw new SluiceError('JOURNAL_CORRUPT', `${path} is not whole, so nothing was pruned: ${findings[0]?.message ?? ''}`)
  const opened = openDatabase(path, journalSchema)
  try {
    return prune(opened.database, exported, options)
  } catch (error) {
    if (opened.database.isTransaction) opened.database.exec('ROLLBACK')
    throw toJournalError(error, opened.path)
  } finally {
    opened.close()
  }
}
