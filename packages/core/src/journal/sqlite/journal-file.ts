import { existsSync, rmSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Json, StoredEvent } from '../../order/event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import { type FenceRow, placeOf, positionOf, readAccounts } from './account-rows.ts'
import { archivedOrders } from './archived-orders.ts'
import { linkReader } from './check-pins.ts'
import type { Snapshot } from '../journal.ts'
import { readPrunedSnapshot } from './pruned-snapshot.ts'
import { type EventText, joinData, withEvaluation } from './event-text.ts'
import { type Database, loadSqlite } from './load-sqlite.ts'
import { orderEventReader } from './order-index.ts'
import { assertFilePath, lockedError, versionOf } from './open-database.ts'
import { journalSchema } from './schema.ts'
import { isLocked, toJournalError } from './sqlite-error.ts'

/** An account as the file has it. */
export interface JournalAccount {
  readonly account: string
  readonly epoch: number
  /** The last event, 0 when there is none. */
  readonly sequence: number
  /** The last link of the chain. */
  readonly head: string
  /** The last event that was pruned, 0 when none was. */
  readonly pruned: number
}

/** An event with its place in the chain. */
export interface ChainedEvent {
  readonly event: StoredEvent
  readonly epoch: number
  /** SHA-256 over the link before it and the event. */
  readonly hash: string
  /** The event's data as the JSON text that was written: what the hash covers. */
  readonly data: string
}

/** A journal's file, open for reading only. No service may have it open. */
export interface JournalFile {
  /** Absolute. */
  readonly path: string
  accounts(): readonly JournalAccount[]
  /** Events of one account in order, from a sequence number on. */
  events(account: string, from?: number): Generator<ChainedEvent, void, undefined>
  /** What is left of the events that name an order, in order: of those that were pruned, all but what guards read. */
  orderEvents(account: string, orderId: string): readonly StoredEvent[]
  /**
   * The snapshot that the last pruning of the account kept; undefined when there was none, or it was made by an older Sluice.
   * @throws SluiceError JOURNAL_CORRUPT when its place in the chain is not that of this history
   */
  prunedSnapshot(account: string): Snapshot | undefined
  close(): void
}

/** A read-only database of a journal, unparsed: what verification works on. */
export interface ReadOnlyDatabase {
  readonly path: string
  readonly database: Database
  close(): void
}

/** SQLite makes these beside a WAL database even to read it; they go again when they were not there before. */
function sideFiles(path: string): () => void {
  const made = ['-shm', '-wal'].map((suffix) => `${path}${suffix}`).filter((file) => !existsSync(file))
  return () => {
    for (const file of made) if (existsSync(file) && (file.endsWith('-shm') || statSync(file).size === 0)) rmSync(file)
  }
}

/** @throws SluiceError JOURNAL_FAILED when there is no such file, JOURNAL_LOCKED, JOURNAL_CORRUPT, JOURNAL_NEWER */
export function openReadOnly(file: string): ReadOnlyDatabase {
  assertFilePath(file, 'journal')
  const path = resolve(file)
  if (!existsSync(path)) throw new SluiceError('JOURNAL_FAILED', `there is no journal ${path}`)
  const { DatabaseSync } = loadSqlite()
  const cleanUp = sideFiles(path)
  let database: Database | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true })
    if (versionOf(database, journalSchema, path) === 0) throw new SluiceError('JOURNAL_CORRUPT', `${path} is empty`)
    // One look at the file: a lock for every question would cost more than the question.
    database.exec('BEGIN')
  } catch (error) {
    if (database?.isOpen === true) database.close()
    cleanUp()
    throw isLocked(error) ? lockedError(path, error) : toJournalError(error, path)
  }
  const opened = database
  return {
    path, database,
    close: () => {
      if (!opened.isOpen) return
      opened.close()
      cleanUp()
    },
  }
}

/** What is public of a fence row. */
export function toAccount({ account, epoch, sequence, head, pruned }: FenceRow): JournalAccount {
  return { account, epoch, sequence, head, pruned }
}

interface EventRow extends EventText {
  readonly position: number
  readonly epoch: number
  readonly time: string
  readonly type: string
  readonly hash: string
}

const parse = (text: string): Json => JSON.parse(text) as Json

function parseText({ data, evaluation }: EventText): Json {
  return evaluation === null ? parse(data) : withEvaluation(parse(data), evaluation, parse)
}

/**
 * Opens a closed journal, or a copy of one, for reading: `show`, `export` and `replay` are made of it. It changes nothing.
 * @throws SluiceError JOURNAL_FAILED when there is no such file, JOURNAL_LOCKED while a service has it, JOURNAL_CORRUPT, JOURNAL_NEWER
 */
export function openJournalFile(file: string): JournalFile {
  const opened = openReadOnly(file)
  const { path, database } = opened
  const select = database.prepare('SELECT position, epoch, time, type, data, evaluation, hash FROM events WHERE position BETWEEN ? AND ? ORDER BY position')
  const selectOrder = orderEventReader(database, 'position, epoch, time, type, data, evaluation, hash')
  const accounts = readAccounts(database)
  const archived = archivedOrders(database)
  const linkOf = linkReader(database)

  const toChained = (account: string, { position, epoch, time, type, hash, ...text }: EventRow): ChainedEvent => {
    const [, sequence] = placeOf(position)
    const event = { id: `${account}:${sequence}`, account, sequence, time, type, data: parseText(text) } as unknown as StoredEvent
    return { event, epoch, hash, data: joinData(text) }
  }

  return {
    path,
    accounts: () => accounts.map(toAccount),
    events: function* events(account, from = 1) {
      const fence = accounts.find((row) => row.account === account)
      if (fence === undefined) return
      try {
        for (const row of select.iterate(positionOf(fence.slot, Math.max(1, from)), positionOf(fence.slot, fence.sequence))) yield toChained(account, row as unknown as EventRow)
      } catch (error) {
        throw error instanceof SyntaxError ? new SluiceError('JOURNAL_CORRUPT', `${path}: an event of ${account} is not JSON; verify the file`, { cause: error }) : toJournalError(error, path)
      }
    },
    orderEvents: (account, orderId) => {
      const fence = accounts.find((row) => row.account === account)
      if (fence === undefined) return []
      const gone = archived(account, orderId).map((row) => ({ id: `${account}:${row.sequence}`, account, sequence: row.sequence, time: row.time, type: row.type, data: parseText(row) } as unknown as StoredEvent))
      return [...gone, ...(selectOrder(fence, orderId) as readonly EventRow[]).map((row) => toChained(account, row).event)]
    },
    prunedSnapshot: (account) => {
      const fence = accounts.find((row) => row.account === account)
      return fence === undefined || fence.pruned === 0 ? undefined : readPrunedSnapshot(database, path, account, (sequence) => linkOf(fence, sequence))
    },
    close: () => { opened.close() },
  }
}
