import { SluiceError } from '@sluice/core'
import type { PostgresReadOptions } from '@sluice/journal-postgres'
import { CommandError, EXIT } from '../exit-code.ts'

type Postgres = typeof import('@sluice/journal-postgres')

/** Which journal of PostgreSQL is meant: the options of every command that reads one. */
export interface PostgresOptions {
  readonly postgres?: string
  readonly schema?: string
}

/** A journal of PostgreSQL, by a name that may be shown. */
export interface PostgresPlace {
  readonly postgres: Postgres
  readonly options: PostgresReadOptions
  /** Host, port, database and schema: no user, no password. */
  readonly shown: string
}

const ADDRESS = /^postgres(?:ql)?:\/\//
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

const usage = (message: string): CommandError => new CommandError(EXIT.usage, 'POSTGRES_INVALID', message)

/** The connection string, or the environment's under that name. What was given is never repeated: it may hold a password. */
function addressOf(given: string): { readonly text: string; readonly url: URL } {
  if (!ADDRESS.test(given) && !VARIABLE.test(given)) throw usage('--postgres takes a connection string that begins with postgresql://, or the name of an environment variable that holds one')
  const text = ADDRESS.test(given) ? given : process.env[given]
  if (text === undefined) throw usage('--postgres names an environment variable that is not set')
  const url = URL.parse(text)
  if (url === null || !ADDRESS.test(text)) throw usage('--postgres is no connection string: it must read postgresql://user@host:port/database, with special characters percent-encoded')
  return { text, url }
}

async function load(): Promise<Postgres> {
  try {
    return await import('@sluice/journal-postgres')
  } catch (cause) {
    throw new CommandError(EXIT.usage, 'POSTGRES_NOT_INSTALLED', 'reading a journal of PostgreSQL needs the package @sluice/journal-postgres beside @sluice/cli; install it', cause)
  }
}

export async function postgresPlace(given: string, schema: string | undefined): Promise<PostgresPlace> {
  const { text, url } = addressOf(given)
  const options: PostgresReadOptions = { connectionString: text, ...(schema !== undefined && { schema }) }
  return { postgres: await load(), options, shown: `postgresql://${url.host}${url.pathname} (${schema ?? 'sluice'})` }
}

/** A server that refuses, or a schema without a journal, is unreadable as a missing file is. */
export function explainPostgres(error: unknown): unknown {
  return SluiceError.isInstance(error) && error.code === 'CONFIGURATION_INVALID' ? new CommandError(EXIT.unreadable, error.code, error.message, error) : error
}
