import type { CommandValue } from './command-query.ts'
import type { Statement } from './connections.ts'

/** An event as it is stored. */
export interface EventRow {
  readonly sequence: number
  readonly time: string
  readonly type: string
  readonly data: string
  readonly orderId: string | null
  readonly hash: string
}

export interface KeyRow {
  readonly key: string
  readonly orderId: string
  readonly digest: string
}

export interface NameRow {
  readonly name: string
  readonly orderId: string
}

export interface ExecutionRow {
  readonly broker: string
  readonly execution: string
  readonly sequence: number
}

/** Everything that one statement writes. */
export interface AppendInput {
  readonly account: string
  readonly epoch: number
  /** Where the history ends before and after it. */
  readonly before: number
  readonly after: number
  readonly head: string
  readonly events: readonly EventRow[]
  readonly keys: readonly KeyRow[]
  readonly names: readonly NameRow[]
  readonly executions: readonly ExecutionRow[]
  readonly cursors: readonly (readonly [name: string, value: string])[]
}

const BASE = 5
const texts = new Map<string, string>()

interface Shape {
  readonly events: 'none' | 'one' | 'many'
  readonly keys: boolean
  readonly names: boolean
  readonly executions: boolean
  readonly cursors: boolean
}

const FENCE = 'UPDATE accounts SET sequence = $4::bigint, head = $5::text WHERE account = $1::text AND epoch = $2::bigint AND sequence = $3::bigint RETURNING 1'

/**
 * The rows that come with the fence: nothing of them is written where it does not hold. The events are the statement itself and
 * not one more part of it: the server then has no rows to send, which is what the fence costs beside a plain INSERT.
 */
function textOf({ events, keys, names, executions, cursors }: Shape): string {
  let next = BASE
  const parameter = (): string => `$${next += 1}`
  const lists = (...types: readonly string[]): string => types.map((type) => `${parameter()}::${type}[]`).join(', ')
  const parts = [`fence AS (${FENCE})`]
  let itself = 'SELECT 1 FROM fence'
  if (events === 'one') {
    itself = `INSERT INTO events (account, sequence, epoch, time, type, data, order_id, hash)
      SELECT $1, $4, $2, ${parameter()}::text, ${parameter()}::text, ${parameter()}::text, ${parameter()}::text, $5 FROM fence`
  } else if (events === 'many') {
    itself = `INSERT INTO events (account, epoch, sequence, time, type, data, order_id, hash)
      SELECT $1, $2, u.* FROM fence, unnest(${lists('bigint', 'text', 'text', 'text', 'text', 'text')}) u`
  }
  if (keys) parts.push(`k AS (INSERT INTO keys (account, key, order_id, digest) SELECT $1, u.* FROM fence, unnest(${lists('text', 'text', 'text')}) u)`)
  if (names) {
    parts.push(`n AS (INSERT INTO names (account, name, order_id) SELECT $1, u.* FROM fence, unnest(${lists('text', 'text')}) u
      ON CONFLICT (account, name) DO UPDATE SET order_id = excluded.order_id)`)
  }
  if (executions) parts.push(`x AS (INSERT INTO executions (account, broker, execution, sequence) SELECT $1, u.* FROM fence, unnest(${lists('text', 'text', 'bigint')}) u)`)
  if (cursors) {
    parts.push(`c AS (INSERT INTO cursors (name, value) SELECT u.* FROM fence, unnest(${lists('text', 'text')}) u
      ON CONFLICT (name) DO UPDATE SET value = excluded.value)`)
  }
  return `WITH ${parts.join(', ')} ${itself}`
}

/**
 * The fenced append: one statement, one commit. The update takes the account's row under its epoch and at its sequence, or
 * writes nothing, and counts no row; a second execution of the same append therefore writes nothing.
 */
export function appendStatement({ account, epoch, before, after, head, events, keys, names, executions, cursors }: AppendInput): { readonly statement: Statement; readonly values: readonly CommandValue[] } {
  const shape: Shape = {
    events: events.length === 0 ? 'none' : events.length === 1 ? 'one' : 'many', keys: keys.length > 0, names: names.length > 0,
    executions: executions.length > 0, cursors: cursors.length > 0,
  }
  const name = `append-${shape.events}${shape.keys ? '-k' : ''}${shape.names ? '-n' : ''}${shape.executions ? '-x' : ''}${shape.cursors ? '-c' : ''}`
  let text = texts.get(name)
  if (text === undefined) {
    text = textOf(shape)
    texts.set(name, text)
  }
  const values: CommandValue[] = [account, epoch, before, after, head]
  if (shape.events === 'one') {
    const [event] = events as [EventRow]
    values.push(event.time, event.type, event.data, event.orderId)
  } else if (shape.events === 'many') {
    values.push(events.map((event) => event.sequence), events.map((event) => event.time), events.map((event) => event.type), events.map((event) => event.data), events.map((event) => event.orderId), events.map((event) => event.hash))
  }
  if (shape.keys) values.push(keys.map((row) => row.key), keys.map((row) => row.orderId), keys.map((row) => row.digest))
  if (shape.names) values.push(names.map((row) => row.name), names.map((row) => row.orderId))
  if (shape.executions) values.push(executions.map((row) => row.broker), executions.map((row) => row.execution), executions.map((row) => row.sequence))
  if (shape.cursors) values.push(cursors.map(([cursor]) => cursor), cursors.map(([, value]) => value))
  return { statement: { name, text }, values }
}
