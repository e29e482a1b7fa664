import { setImmediate as nextTurn } from 'node:timers/promises'
import { finishBackup } from './finish-backup.ts'
import { groupCommit } from './group-commit.ts'
import { type JournalEngine, openJournal } from './journal-engine.ts'
import type { JournalOperation } from './journal-operation.ts'
import type { JournalThread } from './journal-thread.ts'
import { closedError, stoppedError, toJournalError } from './sqlite-error.ts'
import { verifyJournal } from './verify-journal.ts'

/** A file that did not open answers everything with the reason. */
function refusing(error: Error): JournalThread {
  const refuse = async (): Promise<never> => { throw error }
  return { thread: 'inline', ahead: 1, run: refuse, ask: refuse, backup: refuse, close: async () => undefined }
}

/** Works on the file on the calling thread: the lowest latency for one order at a time, and a sync in the event loop. */
export function inlineThread(path: string): JournalThread {
  let engine: JournalEngine
  try {
    engine = openJournal(path)
  } catch (error) {
    return refusing(toJournalError(error, path))
  }
  let copying: Promise<unknown> = Promise.resolve()
  const group = groupCommit<JournalOperation>(engine.commit, (error) => stoppedError(error, engine.path))
  return {
    thread: 'inline',
    ahead: 1,
    run: (operation) => group.run(operation),
    ask: async (query) => {
      // A page is read in a turn of its own, so that commits and sockets get theirs in between.
      if (query.kind === 'page') await nextTurn()
      return engine.ask(query)
    },
    backup: (target) => {
      const copy = copying.then(() => engine.copy(target)).catch((error: unknown) => { throw toJournalError(error, target) })
      copying = copy.catch(() => undefined)
      return copy.then(() => finishBackup(target, (partial) => verifyJournal(partial)))
    },
    close: async () => {
      await copying
      group.close(closedError(engine.path))
      try {
        engine.close()
      } catch (error) {
        throw toJournalError(error, engine.path)
      }
    },
  }
}
