import { SluiceError } from '@sluice/core'
import { Client, type ClientConfig, type QueryResultRow } from 'pg'
import { createClientPool } from './client-pool.ts'
import { CommandQuery, type CommandValue } from './command-query.ts'
import { endClient } from './end-client.ts'
import { migrate } from './migrate.ts'
import type { Settings } from './options.ts'
import { pauseFor } from './pause.ts'
import { isConnectionFault, refusalOf, toJournalError } from './postgres-error.ts'
import { createStatementWatch } from './statement-watch.ts'

/** A statement that is prepared once on each connection. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** How a statement ended. */
interface Answer<Row> {
  readonly rows: readonly Row[]
  readonly count: number
  /** An attempt before had no answer: this may be the second time that it was executed. */
  readonly repeated: boolean
}

type Ask = (client: Client, statement: Statement, values: readonly unknown[], repeated: boolean) => Promise<Answer<never>>

/** The connections of one process to one schema. They are opened when they are first needed, checked, and replaced when they break. */
export interface Connections {
  /** Executes a statement that bears being executed twice; again on new connections until `reconnectFor` is over. */
  run<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[], within?: number): Promise<Answer<Row>>
  /** The same for a statement of which only the number of rows matters. */
  count(statement: Statement, values: readonly CommandValue[]): Promise<Pick<Answer<never>, 'count' | 'repeated'>>
  /** A connection of its own, checked. The caller ends it. */
  open(): Promise<Client>
  /** From now on a server that cannot be reached is waited for no longer than this, in ms: there is little left to lose. */
  hurry(within: number): void
  close(): Promise<void>
}

const PAUSE = 25
const LONGEST_PAUSE = 500

/** @throws SluiceError CONFIGURATION_INVALID when the server may lose what it acknowledged */
async function assertDurable(client: Pick<Client, 'query'>): Promise<void> {
  const { rows } = await client.query<{ readonly fsync: string; readonly commits: string; readonly standbys: string; readonly pages: string }>(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
      current_setting('synchronous_standby_names') AS standbys, current_setting('full_page_writes') AS pages`)
  const [{ fsync, commits, standbys, pages } = { fsync: 'unknown', commits: 'unknown', standbys: '', pages: 'unknown' }] = rows
  const weak = fsync !== 'on' ? `fsync is ${fsync}` : pages !== 'on' ? `full_page_writes is ${pages}`
    : commits === 'off' || commits === 'unknown' || (commits === 'local' && standbys !== '') ? `synchronous_commit is ${commits}` : undefined
  if (weak === undefined) return
  throw new SluiceError('CONFIGURATION_INVALID', `the server may lose what it has acknowledged: ${weak}. Turn it on, or say allowDataLoss`)
}

export function createConnections(settings: Settings): Connections {
  const { connectionString, schema, ssl, clock, reconnectFor } = settings
  const config: ClientConfig = {
    connectionString, options: `-c search_path=${schema} -c idle_in_transaction_session_timeout=5000 -c plan_cache_mode=force_generic_plan`, application_name: settings.name ?? 'sluice',
    keepAlive: true, connectionTimeoutMillis: settings.statementTimeout,
    ...(ssl !== undefined && { ssl }),
  }
  // What is under way on a connection that is ended so fails as on one that broke.
  const watch = createStatementWatch(clock, settings.statementTimeout, (client) => { void endClient(client, clock) })
  const check = async (client: Pick<Client, 'query'>): Promise<void> => { if (!settings.allowDataLoss) await assertDurable(client) }
  let closed = false
  let isPrepared = false
  let latest = Number.POSITIVE_INFINITY
  let preparing: Promise<void> | undefined

  /** @param alone what is sent on it is watched by nobody else */
  const open = async (alone: boolean): Promise<Client> => {
    const client = new Client(alone ? { ...config, query_timeout: settings.statementTimeout } : config)
    client.on('error', () => undefined)
    try {
      await client.connect()
      watch.begin(client)
      await check(client)
      return client
    } catch (error) {
      await endClient(client, clock)
      const refusal = refusalOf(error)
      throw refusal === undefined ? error : new SluiceError('CONFIGURATION_INVALID', `PostgreSQL: ${refusal}`, { cause: error })
    } finally {
      watch.end(client)
    }
  }

  const prepare = async (): Promise<void> => {
    const client = await open(true)
    try {
      await migrate(client, schema, settings.migrate)
      isPrepared = true
    } finally {
      await endClient(client, clock)
    }
  }

  /** The first use makes the tables; a failure is forgotten, so that the next use tries again. */
  const prepared = (): Promise<void> => {
    preparing ??= prepare().catch((error: unknown) => {
      preparing = undefined
      throw error
    })
    return preparing
  }

  const pool = createClientPool(settings.connections, () => open(false), (client) => endClient(client, clock))

  const rowsOf: Ask = async (client, { name, text }, values, repeated) => {
    const { rows, rowCount } = await client.query<never>({ name, text, values: values as unknown[] })
    return { rows, count: rowCount ?? 0, repeated }
  }
  const countOf: Ask = (client, { name, text }, values, repeated) => new Promise((resolve, reject) => {
    client.query(new CommandQuery(name, text, values as readonly CommandValue[], (error, count) => {
      if (error === undefined) resolve({ rows: [], count, repeated })
      else reject(error)
    }))
  })

  const execute = async (ask: Ask, statement: Statement, values: readonly unknown[], repeated: boolean): Promise<Answer<never>> => {
    const taken = pool.take()
    const client = taken instanceof Promise ? await taken : taken
    watch.begin(client)
    try {
      const answer = await ask(client, statement, values, repeated)
      watch.end(client)
      pool.give(client)
      return answer
    } catch (error) {
      watch.end(client)
      // What the server itself refused leaves the connection as it was.
      if (isConnectionFault(error)) pool.discard(client)
      else pool.give(client)
      throw error
    }
  }

  const assertOpen = (): void => {
    if (closed) throw new SluiceError('JOURNAL_FAILED', 'the journal is closed; open it again', { retryable: true })
  }

  const persist = async (ask: Ask, statement: Statement, values: readonly unknown[], within = reconnectFor): Promise<Answer<never>> => {
    const began = clock.monotonic()
    let repeated = false
    for (let pause = PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      assertOpen()
      try {
        if (!isPrepared) await prepared()
        return await execute(ask, statement, values, repeated)
      } catch (error) {
        // A new connection that is refused says nothing of the attempt before it, which may have been executed.
        if (SluiceError.isInstance(error)) throw repeated ? new SluiceError('JOURNAL_FAILED', error.message, { retryable: true, cause: error }) : error
        if (!isConnectionFault(error)) throw error
        if (closed || clock.monotonic() + pause >= Math.min(began + within, latest)) throw toJournalError(error)
        repeated = true
        await pauseFor(clock, pause)
      }
    }
  }

  return {
    run: (statement, values, within) => persist(rowsOf, statement, values, within),
    count: (statement, values) => persist(countOf, statement, values),
    open: async () => {
      assertOpen()
      await prepared()
      return open(true)
    },
    hurry: (within) => { latest = Math.min(latest, clock.monotonic() + within) },
    close: async () => {
      if (closed) return
      closed = true
      await pool.close()
    },
  }
}
