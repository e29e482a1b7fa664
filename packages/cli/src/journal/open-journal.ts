import { SluiceError } from '@sluice/core'
import { type ChainedEvent, type JournalAccount, type JournalFile, openJournalFile } from '@sluice/core/sqlite'
import { existsSync, statSync } from 'node:fs'
import { Option } from 'commander'
import { basename } from 'node:path'
import { CommandError, EXIT } from '../exit-code.ts'
import { explainPostgres, postgresPlace, type PostgresOptions } from './open-postgres.ts'

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

/** A journal that a command reads: a file, or what is in PostgreSQL. */
export interface JournalSource {
  /** For people. */
  readonly path: string
  /** For a manifest: without folders. */
  readonly name: string
  readonly accounts: readonly JournalAccount[]
  /** Events of one account in order, from a sequence number on. */
  events(account: string, from?: number): Iterable<ChainedEvent> | AsyncIterable<ChainedEvent>
  /** What a replay of a pruned account begins with; a file has it. */
  readonly pruned?: Pick<JournalFile, 'orderEvents' | 'prunedSnapshot'>
}

/** The options by which a command finds a journal that is no file. */
export const postgresAddress = (): Option => new Option('--postgres <address>', 'instead of a file: a connection string, or the environment variable that holds it')
export const postgresSchema = (): Option => new Option('--schema <name>', 'where the tables are in PostgreSQL (default: sluice)')

/** @throws CommandError when not exactly one journal is named */
export function assertOne(path: string | undefined, { postgres, schema }: PostgresOptions): void {
  if (path === undefined && postgres === undefined) throw new CommandError(EXIT.usage, 'JOURNAL_MISSING', 'name a journal: a file, or --postgres with a connection string or the environment variable that holds it')
  if (path !== undefined && postgres !== undefined) throw new CommandError(EXIT.usage, 'JOURNAL_AMBIGUOUS', 'name one journal: a file or --postgres, not both')
  if (postgres === undefined && schema !== undefined) throw new CommandError(EXIT.usage, 'SCHEMA_UNUSED', '--schema belongs to --postgres')
}

async function withPostgres<Value>(given: string, schema: string | undefined, work: (source: JournalSource) => Promise<Value>): Promise<Value> {
  const { postgres, options, shown } = await postgresPlace(given, schema)
  try {
    const reader = await postgres.openPostgresJournal(options)
    try {
      return await work({ path: shown, name: schema ?? 'sluice', accounts: await reader.accounts(), events: (account, from) => reader.events(account, from) })
    } finally {
      await reader.close()
    }
  } catch (error) {
    throw explainPostgres(error)
  }
}

/** Opens a journal for reading, hands it over and closes it, whatever happens. */
export async function withJournal<Value>(path: string | undefined, options: PostgresOptions, work: (source: JournalSource) => Promise<Value>): Promise<Value> {
  assertOne(path, options)
  if (path === undefined) return withPostgres(options.postgres ?? '', options.schema, work)
  assertFile(path)
  let file
  try {
    file = openJournalFile(path)
  } catch (error) {
    throw explain(error)
  }
  try {
    return await work({ path: file.path, name: basename(file.path), accounts: file.accounts(), events: (account, from) => file.events(account, from), pruned: file })
  } finally {
    file.close()
  }
}

/** The accounts that have events, or the one that was asked for. */
export function accountsOf(source: JournalSource, account: string | undefined): readonly JournalAccount[] {
  const all = source.accounts.filter(({ sequence }) => sequence > 0)
  if (account === undefined) return all
  const found = all.filter((entry) => entry.account === account)
  if (found.length > 0) return found
  throw new CommandError(EXIT.usage, 'ACCOUNT_NOT_FOUND', `the journal has no account ${account}; it has ${all.map((entry) => entry.account).join(', ') || 'none'}`)
}

/** How many events a pass over the accounts meets. */
export function countEvents(accounts: readonly JournalAccount[]): number {
  return accounts.reduce((sum, { sequence, pruned }) => sum + sequence - pruned, 0)
}
