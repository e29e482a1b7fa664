import { SluiceError } from '../../runtime/errors.ts'
import { accountRows } from './account-rows.ts'
import { checkPins } from './check-pins.ts'
import { copyJournal } from './copy-journal.ts'
import type { CommitGroup, Outcome } from './group-commit.ts'
import { type HeadsFile, openHeadsFile, readPins } from './heads-file.ts'
import type { JournalOperation } from './journal-operation.ts'
import { type JournalQuery, journalReader } from './journal-reader.ts'
import { journalWriter } from './journal-writer.ts'
import { type OpenDatabase, openDatabase } from './open-database.ts'
import { reserveWal } from './reserve-wal.ts'
import { journalSchema } from './schema.ts'
import { closedError, toJournalError } from './sqlite-error.ts'
import { inTransaction } from './transaction.ts'

/** The journal's file, open: what runs on the worker thread, or inline. Synchronous throughout. */
export interface JournalEngine {
  readonly path: string
  /** One transaction for a group of operations; the pins follow before it returns. A throw means that nothing counts. */
  readonly commit: CommitGroup<JournalOperation>
  ask(query: JournalQuery): unknown
  /** Copies the file while commits go on. Not to be closed before it has ended. */
  copy(target: string): Promise<void>
  close(): void
}

/** @throws SluiceError JOURNAL_CORRUPT when the file does not end where it was acknowledged to end. */
function assertEnds({ database, path }: OpenDatabase): void {
  const problem = checkPins(database, readPins(path) ?? [])[0]
  if (problem === undefined) return
  throw new SluiceError('JOURNAL_CORRUPT', `${path}: ${problem.message}; restore a backup, or see docs/journal.md to go on without what is lost`)
}

function openEngine(opened: OpenDatabase, heads: HeadsFile): JournalEngine {
  const { database, path } = opened
  const accounts = accountRows(database)
  const writer = journalWriter(database, accounts)
  const answer = journalReader(database, path, accounts)
  const transact = inTransaction<JournalOperation>(database, (operation) => writer.execute(operation))
  heads.write(writer.heads())
  const reserve = reserveWal(path)

  return {
    path,
    commit: (operations) => {
      let outcomes: readonly Outcome[]
      try {
        outcomes = transact(operations)
      } catch (error) {
        // What was never committed must not be seen by a question.
        accounts.reload()
        throw error
      }
      heads.write(writer.takeMoved())
      reserve.keepAhead()
      return outcomes
    },
    ask: (query) => {
      if (!database.isOpen) throw closedError(path)
      try {
        return answer(query)
      } catch (error) {
        throw toJournalError(error, path)
      }
    },
    copy: async (target) => {
      if (!database.isOpen) throw closedError(path)
      await copyJournal(database, writer.heads(), target)
    },
    close: () => {
      if (!database.isOpen) return
      reserve.close()
      try { heads.close() } finally { opened.close() }
    },
  }
}

/**
 * Opens or creates a journal, and checks that it ends where its pins say.
 * @throws SluiceError JOURNAL_LOCKED, JOURNAL_CORRUPT, JOURNAL_NEWER, JOURNAL_FAILED, CONFIGURATION_INVALID
 */
export function openJournal(path: string): JournalEngine {
  const opened = openDatabase(path, journalSchema)
  let heads: HeadsFile | undefined
  try {
    assertEnds(opened)
    heads = openHeadsFile(opened.path)
    return openEngine(opened, heads)
  } catch (error) {
    heads?.close()
    opened.close()
    throw toJournalError(error, opened.path)
  }
}
