import { SluiceError, type StoredEvent } from '@sluice/core'
import { Client } from 'pg'
import { appliedVersion } from './migrate.ts'
import { type PostgresJournalOptions, settingsOf } from './options.ts'
import { refusalOf, toJournalError } from './postgres-error.ts'

/** What is needed to read a journal: a role that only reads is enough. */
export type PostgresReadOptions = Pick<PostgresJournalOptions, 'connectionString' | 'schema' | 'ssl'>

/** An account as its row says. */
export interface PostgresAccount {
  readonly account: string
  readonly epoch: number
  readonly sequence: number
  readonly head: string
  /** Nothing is pruned from a PostgreSQL journal: 0. */
  readonly pruned: number
}

/** An event with its place in the chain. */
export interface PostgresEvent {
  readonly event: StoredEvent
  readonly epoch: number
  readonly hash: string
  /** The event's data as the JSON text that was written: what the hash covers. */
  readonly data: string
}

/** One consistent look at a journal: nodes may go on writing, and are not seen. */
export interface PostgresReader {
  /** Accounts as the tables name them: `*` is shared, `*@x` holds what concerns the service of account x. */
  accounts(): Promise<readonly PostgresAccount[]>
  /** Events of one account in order, from a sequence number on. */
  events(account: string, from?: number): AsyncGenerator<PostgresEvent, void, undefined>
  close(): Promise<void>
}

interface Row {
  readonly sequence: string
  readonly epoch: string
  readonly time: string
  readonly type: string
  readonly data: string
  readonly hash: string
}

const PAGE = 1000
const CONNECT_WITHIN = 10_000
const EVENTS = { name: 'read-chained', text: `SELECT sequence, epoch, time, type, data, hash FROM events WHERE account = $1 AND sequence >= $2 ORDER BY sequence LIMIT ${PAGE}` }
const ACCOUNTS = 'SELECT account, epoch, sequence, head FROM accounts WHERE sequence > 0 ORDER BY account'

/**
 * A connection with one look at the tables that lasts until it ends.
 * @throws SluiceError JOURNAL_FAILED, JOURNAL_NEWER, CONFIGURATION_INVALID
 */
export async function openReadOnlyClient(options: PostgresReadOptions): Promise<Client> {
  const { schema, ssl, connectionString } = settingsOf(options)
  const client = new Client({ connectionString, options: `-c search_path=${schema}`, application_name: 'sluice read', connectionTimeoutMillis: CONNECT_WITHIN, ...(ssl !== undefined && { ssl }) })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    if (await appliedVersion(client, schema) > 0) return client
    throw new SluiceError('JOURNAL_FAILED', `the database has no journal in schema ${schema}`)
  } catch (error) {
    await client.end().catch(() => undefined)
    const refusal = refusalOf(error)
    throw refusal === undefined ? toJournalError(error) : new SluiceError('CONFIGURATION_INVALID', `PostgreSQL: ${refusal}`, { cause: error })
  }
}

/**
 * Opens a journal for reading, also while services write it. It changes nothing.
 * @throws SluiceError JOURNAL_FAILED, JOURNAL_NEWER, CONFIGURATION_INVALID
 */
export async function openPostgresJournal(options: PostgresReadOptions): Promise<PostgresReader> {
  const client = await openReadOnlyClient(options)
  return {
    accounts: async () => {
      const { rows } = await client.query<{ readonly account: string; readonly epoch: string; readonly sequence: string; readonly head: string }>(ACCOUNTS)
      return rows.map(({ account, epoch, sequence, head }) => ({ account, epoch: Number(epoch), sequence: Number(sequence), head, pruned: 0 }))
    },
    events: async function* events(account, from = 1) {
      let next = from
      for (;;) {
        const { rows } = await client.query<Row>({ ...EVENTS, values: [account, next] }).catch((error: unknown) => { throw toJournalError(error) })
        for (const { sequence: text, epoch, time, type, data, hash } of rows) {
          const sequence = Number(text)
          next = sequence + 1
          yield { event: { id: `${account}:${sequence}`, account, sequence, time, type, data: parse(data, `event ${account}:${sequence}`) } as StoredEvent, epoch: Number(epoch), hash, data }
        }
        if (rows.length < PAGE) return
      }
    },
    close: () => client.end(),
  }
}

function parse(text: string, place: string): StoredEvent['data'] {
  try {
    return JSON.parse(text) as StoredEvent['data']
  } catch (cause) {
    throw new SluiceError('JOURNAL_CORRUPT', `${place} is not JSON`, { cause })
  }
}
