import { SluiceError } from '../../runtime/errors.ts'
import { type FenceRow, positionOf, readAccounts } from './account-rows.ts'
import { archiveOrders } from './archived-orders.ts'
import { checksumOf } from './chain-hash.ts'
import { linkReader } from './check-pins.ts'
import type { Database } from './load-sqlite.ts'
import { openDatabase } from './open-database.ts'
import { indexAll } from './order-index.ts'
import { journalSchema, NO_DELETE_TRIGGER } from './schema.ts'
import { keepPrunedSnapshot } from './pruned-snapshot.ts'
import { readSinkPlaces, type SinkPlace } from './sink-places.ts'
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

/** What was left in one account because a sink has not got it. */
export interface HeldHistory {
  readonly account: string
  readonly sink: string
  /** The first and last event that would have gone. */
  readonly first: number
  readonly last: number
}

/** What a pruning came to. */
export interface PruneReport {
  readonly pruned: readonly PrunedHistory[]
  readonly held: readonly HeldHistory[]
}

function remove(database: Database, row: FenceRow, through: number, link: string): void {
  archiveOrders(database, row.account, row.slot, through)
  for (const table of ['order_events', 'events']) {
    database.prepare(`DELETE FROM ${table} WHERE position BETWEEN ? AND ?`).run(positionOf(row.slot, 0), positionOf(row.slot, through))
  }
  database.prepare('UPDATE accounts SET pruned = ?, pruned_head = ?, checksum = ? WHERE account = ?')
    .run(through, link, checksumOf(row.account, row.slot, row.epoch, through, link), row.account)
}

export interface PruneOptions {
  /** Says what would go, and leaves the file as it is. Default false. */
  readonly dryRun?: boolean
  /** Sinks of an event relay that need not get what they have not got yet: they are gone for good, or begin anew. Default none. */
  readonly withoutSinks?: readonly string[]
}

/** @throws SluiceError CONFIGURATION_INVALID for a sink that the journal does not know: a name mistyped must not look like consent */
function sinkPlaces(database: Database, accounts: readonly string[], without: readonly string[]): readonly SinkPlace[] {
  const places = readSinkPlaces(database, accounts)
  const stranger = without.find((name) => places.every(({ sink }) => sink !== name))
  if (stranger === undefined) return places.filter(({ sink }) => !without.includes(sink))
  const known = [...new Set(places.map(({ sink }) => sink))].join(', ')
  throw new SluiceError('CONFIGURATION_INVALID', `no sink ${stranger} keeps its place in this journal (${known === '' ? 'none does' : `it has ${known}`}): nothing was pruned`)
}

function prune(database: Database, exported: readonly ExportedHistory[], { dryRun = false, withoutSinks = [] }: PruneOptions): PruneReport {
  const linkOf = linkReader(database)
  const rows = new Map(readAccounts(database).map((row) => [row.account, row]))
  const selectSnapshot = database.prepare('SELECT sequence FROM snapshots WHERE account = ?')
  const places = sinkPlaces(database, [...rows.keys()], withoutSinks)
  const pruned: PrunedHistory[] = []
  const held: HeldHistory[] = []
  database.exec('BEGIN IMMEDIATE; DROP TRIGGER events_no_delete')
  // Orders are archived by it.
  indexAll(database, [...rows.values()])
  for (const { account, first, last, head } of exported) {
    const row = rows.get(account)
    if (row === undefined || last > row.sequence || linkOf(row, last) !== head) {
      throw new SluiceError('CONFIGURATION_INVALID', `the export of ${account} up to ${last} is not of this journal: nothing was pruned`)
    }
    if (first > row.pruned + 1) {
      throw new SluiceError('CONFIGURATION_INVALID', `the export of ${account} begins at ${first}, the journal at ${row.pruned + 1}: what is between would be lost, so nothing was pruned`)
    }
    // A start goes on from the snapshot: what comes after it stays.
    const wanted = Math.min(last, Number(selectSnapshot.get(account)?.['sequence'] ?? 0))
    const behind = places.filter((place) => place.account === account && place.sequence < wanted)
    const through = Math.min(wanted, ...behind.map(({ sequence }) => sequence))
    held.push(...behind.map(({ sink, sequence }) => ({ account, sink, first: Math.max(sequence, row.pruned) + 1, last: wanted })).filter((range) => range.first <= range.last))
    if (through <= row.pruned) continue
    keepPrunedSnapshot(database, account, (sequence) => linkOf(row, sequence) as string)
    remove(database, row, through, linkOf(row, through) as string)
    pruned.push({ account, first: row.pruned + 1, last: through })
  }
  database.exec(dryRun ? 'ROLLBACK' : `${NO_DELETE_TRIGGER}; COMMIT`)
  return { pruned, held }
}

/**
 * Takes events out of a closed journal that a verified export holds and a snapshot stands for; the newest snapshot bounds it.
 * Keys, names and executions stay, and of every order its events without what guards read: an old key, a late fill or a bust still
 * finds it. What a sink of an event relay has not got stays, unless it is named. The chain and the guards' inputs are in the export only. The file keeps its size: what is free is used again.
 * @throws SluiceError CONFIGURATION_INVALID when the export is not of this journal or leaves a gap, JOURNAL_CORRUPT when the journal is not whole,
 * JOURNAL_LOCKED, JOURNAL_FAILED
 */
export async function pruneJournal(path: string, exported: readonly ExportedHistory[], options: PruneOptions = {}): Promise<PruneReport> {
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
