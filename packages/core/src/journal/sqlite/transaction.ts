import { SluiceError } from '../../runtime/errors.ts'
import type { CommitGroup, Outcome } from './group-commit.ts'
import type { Database } from './load-sqlite.ts'

/**
 * Makes one transaction of a group. `execute` refuses an operation by throwing a `SluiceError` before it writes anything: only
 * that operation fails. Any other throw rolls everything back.
 */
export function inTransaction<Operation>(database: Database, execute: (operation: Operation) => unknown): CommitGroup<Operation> {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')

  const attempt = (operation: Operation): Outcome => {
    try {
      return { value: execute(operation) }
    } catch (error) {
      if (SluiceError.isInstance(error)) return { refusal: error }
      throw error
    }
  }

  return (operations) => {
    begin.run()
    try {
      const outcomes = operations.map(attempt)
      commit.run()
      return outcomes
    } catch (error) {
      // SQLite has already rolled back after some errors.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}
