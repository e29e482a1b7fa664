import { randomUUID } from 'node:crypto'
import { type Journal, type Json, type Lease, SluiceError, type StoredEvent } from '@sluice/core'
import { type AccountWriter, createAccountWriter } from './account-writer.ts'
import type { Connections } from './connections.ts'
import type { Ownership } from './ownership.ts'
import { toJournalError } from './postgres-error.ts'

/** How the names of a journal map to those in the tables: the journals of a cluster share them. */
export interface Naming {
  readonly stored: (account: string) => string
  /** The account of this journal that a stored one is; undefined when it is none of its. */
  readonly shown: (stored: string) => string | undefined
  readonly cursor: (name: string) => string
  /** The stored accounts that are this journal's. Default: all. */
  readonly only?: readonly string[]
}

export const PLAIN_NAMES: Naming = { stored: (account) => account, shown: (stored) => stored, cursor: (name) => name }

interface Row {
  readonly sequence: string
  readonly time: string
  readonly type: string
  readonly data: string
}

const PAGE = 512
const SELECT = 'SELECT sequence, time, type, data FROM events'
const READ = { name: 'read', text: `${SELECT} WHERE account = $1 AND sequence >= $2 ORDER BY sequence LIMIT ${PAGE}` }
const ORDER = { name: 'order', text: `${SELECT} WHERE order_id = $2 AND account = $1 ORDER BY sequence` }
const FIND = { name: 'find', text: 'SELECT order_id AS "orderId", digest FROM keys WHERE account = $1 AND key = $2' }
const RESOLVE = { name: 'resolve', text: 'SELECT order_id AS "orderId" FROM names WHERE account = $1 AND name = $2' }
const ACCOUNTS = { name: 'accounts', text: 'SELECT account FROM accounts WHERE sequence > 0 AND ($1::text[] IS NULL OR account = ANY($1)) ORDER BY account' }
const LOAD = { name: 'load', text: 'SELECT sequence, state FROM snapshots WHERE account = $1' }
const SAVE = {
  name: 'save',
  text: `WITH fence AS (SELECT 1 FROM accounts WHERE account = $1 AND epoch = $2 AND sequence >= $3 FOR UPDATE),
    kept AS (INSERT INTO snapshots (account, sequence, state) SELECT $1, $3, $4 FROM fence
      ON CONFLICT (account) DO UPDATE SET sequence = excluded.sequence, state = excluded.state WHERE excluded.sequence >= snapshots.sequence)
    SELECT 1 FROM fence`,
}
const EPOCH = { name: 'epoch', text: 'SELECT epoch FROM accounts WHERE account = $1' }
const ADVANCE = {
  name: 'advance',
  text: `INSERT INTO counters (name, value, token) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, token = excluded.token WHERE excluded.value > counters.value`,
}
const SPENT = { name: 'spent', text: 'SELECT 1 FROM counters WHERE name = $1 AND value = $2 AND token = $3' }
const CURSOR = { name: 'cursor', text: 'SELECT value FROM cursors WHERE name = $1' }
const SET_CURSOR = { name: 'set-cursor', text: 'INSERT INTO cursors (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value' }

function parse(text: string, place: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new SluiceError('JOURNAL_CORRUPT', `${place} is not JSON`, { cause })
  }
}

/** A journal over shared connections. `close` ends this journal, and what it is told to. */
export function createJournalView(connections: Connections, ownership: Ownership, durability: Journal['durability'], naming: Naming, end: () => Promise<void>): Journal {
  const writers = new Map<string, AccountWriter>()
  let failure: SluiceError | undefined
  let closed = false

  const closedError = (): SluiceError => new SluiceError('JOURNAL_FAILED', 'the journal is closed; open it again', { retryable: true })
  const assertOpen = (): void => { if (closed) throw closedError() }
  const assertWhole = (): void => {
    assertOpen()
    if (failure !== undefined) throw failure
  }
  const fail = (error: unknown): SluiceError => {
    failure ??= closed ? closedError()
      : new SluiceError('JOURNAL_FAILED', `the journal failed and takes nothing more until it is reopened: ${toJournalError(error).message}`, { retryable: true, cause: error })
    return failure
  }
  const writing = async <Value>(write: () => Promise<Value>): Promise<Value> => {
    assertWhole()
    try {
      return await write()
    } catch (error) {
      throw SluiceError.isInstance(error) && error.code !== 'JOURNAL_FAILED' ? error : fail(error)
    }
  }
  const asking = async <Value>(ask: () => Promise<Value>): Promise<Value> => {
    assertOpen()
    try {
      return await ask()
    } catch (error) {
      throw toJournalError(error)
    }
  }

  const writerOf = (account: string): AccountWriter => {
    let writer = writers.get(account)
    if (writer === undefined) {
      writer = createAccountWriter(connections, naming.stored(account), naming.cursor, fail, () => (closed ? closedError() : failure))
      writers.set(account, writer)
    }
    return writer
  }

  const toEvent = (account: string, { sequence, time, type, data }: Row): StoredEvent => {
    const id = `${account}:${sequence}`
    return { id, account, sequence: Number(sequence), time, type, data: parse(data, `event ${id}`) } as unknown as StoredEvent
  }

  const keep = async (lease: Lease, sequence: number, state: string): Promise<void> => {
    const stored = naming.stored(lease.account)
    const { rows } = await connections.run(SAVE, [stored, lease.epoch, sequence, state])
    if (rows.length > 0) return
    const { rows: [row] } = await connections.run<{ readonly epoch: string }>(EPOCH, [stored])
    throw Number(row?.epoch) === lease.epoch
      ? new SluiceError('SEQUENCE_CONFLICT', `account ${lease.account} ends before the snapshot at ${sequence}`)
      : new SluiceError('FENCED', `account ${lease.account} has a newer owner`)
  }

  return {
    durability,
    claim: (account) => writing(() => {
      const writer = writerOf(account)
      return writer.inOrder(async () => {
        const owned = await ownership.claim(naming.stored(account))
        writer.owned(owned)
        return { ...owned.lease, account }
      })
    }),
    append: async (lease, batch) => {
      assertWhole()
      const strange = batch.events.find((event) => event.account !== lease.account)
      if (strange !== undefined) throw new RangeError(`event ${strange.id} does not belong to account ${lease.account}`)
      return writerOf(lease.account).append(lease, batch)
    },
    advance: async (counter, to) => {
      if (!Number.isFinite(to)) throw new RangeError('a counter advances to a finite number')
      return writing(async () => {
        const token = randomUUID()
        const { count, repeated } = await connections.run(ADVANCE, [counter, to, token])
        return count > 0 || (repeated && (await connections.run(SPENT, [counter, to, token])).rows.length > 0)
      })
    },
    read: async function* read(account, from) {
      let next = Math.max(1, from)
      let first = true
      for (;;) {
        const begin = next
        const { rows } = await asking(() => connections.run<Row>(READ, [naming.stored(account), begin]))
        for (const row of rows) {
          if (!first && Number(row.sequence) !== next) throw new SluiceError('JOURNAL_CORRUPT', `event ${account}:${next} is missing; restore a backup`)
          first = false
          yield toEvent(account, row)
          next = Number(row.sequence) + 1
        }
        if (rows.length < PAGE) return
      }
    },
    find: (account, key) => asking(async () => (await connections.run<{ readonly orderId: string; readonly digest: string }>(FIND, [naming.stored(account), key])).rows[0]),
    resolve: (account, name) => asking(async () => (await connections.run<{ readonly orderId: string }>(RESOLVE, [naming.stored(account), name])).rows[0]?.orderId),
    readOrder: (account, orderId) => asking(async () => (await connections.run<Row>(ORDER, [naming.stored(account), orderId])).rows.map((row) => toEvent(account, row))),
    accounts: () => asking(async () => (await connections.run<{ readonly account: string }>(ACCOUNTS, [naming.only ?? null])).rows.flatMap(({ account }) => naming.shown(account) ?? [])),
    loadSnapshot: (account) => asking(async () => {
      const { rows: [row] } = await connections.run<{ readonly sequence: string; readonly state: string }>(LOAD, [naming.stored(account)])
      return row === undefined ? undefined : { sequence: Number(row.sequence), state: parse(row.state, `the snapshot of ${account}`) }
    }),
    saveSnapshot: async (lease, { sequence, state }) => {
      assertWhole()
      const text = JSON.stringify(state)
      // After the appends before it: it may speak of what they write.
      return writing(() => writerOf(lease.account).inOrder(() => keep(lease, sequence, text)))
    },
    cursor: (name) => asking(async () => (await connections.run<{ readonly value: string }>(CURSOR, [naming.cursor(name)])).rows[0]?.value),
    saveCursor: (name, value) => writing(async () => { await connections.run(SET_CURSOR, [naming.cursor(name), value]) }),
    close: async () => {
      if (closed) return
      // What was asked for before is written before.
      await Promise.all([...writers.values()].map((writer) => writer.inOrder(async () => undefined)))
      closed = true
      await end()
    },
  }
}
