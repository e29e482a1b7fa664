import { orderIdOf, type StoredEvent } from '../../order/event.ts'
import type { Batch, Journal, Lease } from '../journal.ts'
import { groupCommit } from './group-commit.ts'
import type { EventRow, JournalOperation, JournalOperations } from './journal-operation.ts'
import { type JournalReader, journalReader } from './journal-reader.ts'
import { journalWriter } from './journal-writer.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'
import { journalSchema } from './schema.ts'
import { closedError, stoppedError, toJournalError } from './sqlite-error.ts'
import { inTransaction } from './transaction.ts'
import { readTripFile } from './trip-file.ts'

function toRow(event: StoredEvent, account: string): EventRow {
  if (event.account !== account) throw new RangeError(`event ${event.id} does not belong to account ${account}`)
  return { sequence: event.sequence, time: event.time, type: event.type, data: JSON.stringify(event.data), orderId: orderIdOf(event) ?? null }
}

function toAppend(lease: Lease, { events, keys = [], names = [], cursors = {} }: Batch): JournalOperations['append']['input'] {
  return { lease, events: events.map((event) => toRow(event, lease.account)), keys, names, cursors: Object.entries(cursors) }
}

type Write = <Kind extends keyof JournalOperations>(kind: Kind, input: JournalOperations[Kind]['input']) => Promise<JournalOperations[Kind]['output']>

function toJournal(opened: OpenDatabase, reader: JournalReader, execute: (operation: JournalOperation) => unknown): Journal {
  const { database, path } = opened
  const group = groupCommit<JournalOperation>(inTransaction(database, execute), (error) => stoppedError(error, path))
  const write: Write = (kind, input) => group.run({ kind, ...input } as never) as Promise<never>

  return {
    durability: 'synced',
    claim: async (account) => write('claim', { account }),
    append: async (lease, batch) => write('append', toAppend(lease, batch)),
    advance: async (counter, to) => {
      if (!Number.isFinite(to)) throw new RangeError('a counter advances to a finite number')
      return write('advance', { counter, to })
    },
    read: (account, from) => reader.read(account, from),
    find: async (account, key) => reader.find(account, key),
    resolve: async (account, name) => reader.resolve(account, name),
    readOrder: async (account, orderId) => reader.readOrder(account, orderId),
    accounts: async () => reader.accounts(),
    loadSnapshot: async (account) => reader.snapshot(account),
    saveSnapshot: async (lease, { sequence, state }) => write('snapshot', { lease, sequence, state: JSON.stringify(state) }),
    cursor: async (name) => reader.cursor(name),
    // The place `tripPathOf` names.
    readTrips: () => readTripFile(`${path}.trip`),
    saveCursor: async (name, value) => write('cursor', { name, value }),
    close: async () => {
      group.close(closedError(path))
      opened.close()
    },
  }
}

/**
 * A durable journal in one SQLite file (WAL, `synchronous=FULL`), held by one process. The folder is created. What is written
 * in one turn of the event loop shares one sync.
 * @throws SluiceError JOURNAL_LOCKED when another process has the file, JOURNAL_CORRUPT when it is damaged or something else,
 * JOURNAL_FAILED when it cannot be opened, cannot be kept durable or was written by a newer Sluice.
 */
export function sqliteJournal(path: string): Journal {
  const opened = openDatabase(path, journalSchema)
  try {
    const reader = journalReader(opened)
    reader.checkEnds()
    return toJournal(opened, reader, journalWriter(opened.database))
  } catch (error) {
    opened.close()
    throw toJournalError(error, opened.path)
  }
}
