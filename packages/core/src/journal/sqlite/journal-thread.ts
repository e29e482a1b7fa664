import type { JournalBackup } from '../journal.ts'
import type { JournalOperation } from './journal-operation.ts'
import type { JournalQuery } from './journal-reader.ts'

/** Where the journal's file is worked on: a thread of its own, or the calling one. Requests are served in the order of the calls. */
export interface JournalThread {
  readonly thread: 'worker' | 'inline'
  /** Pages of a history that are worth asking for at once. */
  readonly ahead: number
  /** Resolves when the operation is durable. */
  run(operation: JournalOperation): Promise<unknown>
  ask(query: JournalQuery): Promise<unknown>
  /** Copies the file while writes go on, verifies the copy, and gives it its name. */
  backup(target: string): Promise<JournalBackup>
  /** Writes what is queued, then closes the file. Also when it never opened. */
  close(): Promise<void>
}
