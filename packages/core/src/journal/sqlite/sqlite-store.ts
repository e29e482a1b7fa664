import type { SimulatedStore } from '../../broker/simulated/simulated-store.ts'
import { groupCommit } from './group-commit.ts'
import type { Database } from './load-sqlite.ts'
import { openDatabase } from './open-database.ts'
import { storeSchema } from './schema.ts'
import { closedError, stoppedError, toJournalError } from './sqlite-error.ts'
import { inTransaction } from './transaction.ts'

type Change = readonly [key: string, value: string | undefined]

function storeWriter(database: Database): (changes: readonly Change[]) => void {
  const set = database.prepare('INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
  const remove = database.prepare('DELETE FROM entries WHERE key = ?')
  return (changes) => {
    for (const [key, value] of changes) {
      if (value === undefined) remove.run(key)
      else set.run(key, value)
    }
  }
}

/**
 * The simulated broker's books in one SQLite file of their own, as durable as the journal: the broker then outlives the process,
 * as a real one does.
 * @throws SluiceError as `sqliteJournal` does.
 */
export function sqliteStore(path: string): SimulatedStore {
  const opened = openDatabase(path, storeSchema)
  const { database } = opened
  const group = groupCommit<readonly Change[]>(inTransaction(database, storeWriter(database)), (error) => stoppedError(error, opened.path))
  const selectAll = database.prepare('SELECT key, value FROM entries')

  return {
    load: async () => {
      if (!database.isOpen) throw closedError(opened.path)
      try {
        return new Map(selectAll.all().map((row) => [row['key'] as string, row['value'] as string]))
      } catch (error) {
        throw toJournalError(error, opened.path)
      }
    },
    // Copied at once: the caller may go on with its map.
    commit: async (entries) => { await group.run([...entries]) },
    close: async () => {
      group.close(closedError(opened.path))
      opened.close()
    },
  }
}
