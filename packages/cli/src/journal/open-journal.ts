import { SluiceError } from '@sluice/core'
import { type JournalAccount, type JournalFile, openJournalFile } from '@sluice/core/sqlite'
import { existsSync, statSync } from 'node:fs'
import { CommandError, EXIT } from '../exit-code.ts'

/** What to do about a journal that cannot be opened: the codes say what is wrong, a person wants to know what now. */
export function explain(error: unknown): unknown {
  if (!SluiceError.isInstance(error)) return error
  if (error.code === 'JOURNAL_LOCKED') {
    return new CommandError(EXIT.locked, error.code, `${error.message}. Stop the service, or make a copy with service.backup('copy.db') and use that`, error)
  }
  return error
}

/** @throws CommandError when there is no such file */
export function assertFile(path: string): void {
  if (existsSync(path) && statSync(path).isFile()) return
  throw new CommandError(EXIT.unreadable, 'JOURNAL_NOT_FOUND', `there is no journal ${path}; give the path that sqliteJournal(path) was given`)
}

/** Opens a journal for reading, hands it over and closes it, whatever happens. */
export async function withJournal<Value>(path: string, work: (file: JournalFile) => Promise<Value>): Promise<Value> {
  assertFile(path)
  let file: JournalFile
  try {
    file = openJournalFile(path)
  } catch (error) {
    throw explain(error)
  }
  try {
    return await work(file)
  } finally {
    file.close()
  }
}

/** The accounts that have events, or the one that was asked for. */
export function accountsOf(file: JournalFile, account: string | undefined): readonly JournalAccount[] {
  const all = file.accounts().filter(({ sequence }) => sequence > 0)
  if (account === undefined) return all
  const found = all.filter((entry) => entry.account === account)
  if (found.length > 0) return found
  throw new CommandError(EXIT.usage, 'ACCOUNT_NOT_FOUND', `the journal has no account ${account}; it has ${all.map((entry) => entry.account).join(', ') || 'none'}`)
}

/** How many events a pass over the accounts meets. */
export function countEvents(accounts: readonly JournalAccount[]): number {
  return accounts.reduce((sum, { sequence, pruned }) => sum + sequence - pruned, 0)
}
