import { hash } from 'node:crypto'
import { type Appended, type Batch, chainText, type Lease, orderIdOf, recordedFills, SluiceError } from '@sluice/core'
import { type AppendInput, appendStatement, type EventRow, type ExecutionRow, type KeyRow, type NameRow } from './append-statement.ts'
import type { Connections } from './connections.ts'
import type { OwnedLease } from './ownership.ts'
import { brokenConstraint, toJournalError } from './postgres-error.ts'

/** Where an account's history ends, as its owner knows it. */
interface Tail {
  readonly epoch: number
  readonly sequence: number
  readonly head: string
}

interface Waiting {
  readonly lease: Lease
  readonly batch: Batch
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: unknown) => void
}

type Task = { readonly kind: 'append'; readonly waiting: Waiting } | { readonly kind: 'other'; readonly run: () => Promise<void> }

/** What one owner writes to one account: in the order of the calls, what waits together in one statement. */
export interface AccountWriter {
  append(lease: Lease, batch: Batch): Promise<Appended>
  /** Does something else in the order of the calls. */
  inOrder<Value>(run: () => Promise<Value>): Promise<Value>
  /** Begins under a new lease. */
  owned(owned: OwnedLease): void
  /** @throws when the lease writes nothing (more) */
  assertOwner(lease: Lease): void
}

const GROUP = 128

const FENCE = { name: 'fence', text: 'SELECT epoch, sequence, head FROM accounts WHERE account = $1' }
const KEYS = { name: 'keys', text: 'SELECT key, order_id AS "orderId", digest FROM keys WHERE account = $1 AND key = ANY($2::text[])' }

const lastOf = <Value>(values: readonly Value[], name: (value: Value) => string): readonly Value[] =>
  (values.length < 2 ? values : [...new Map(values.map((value) => [name(value), value])).values()])

const isRefusal = (error: unknown): boolean => SluiceError.isInstance(error) && error.code !== 'JOURNAL_FAILED'

/** @param stored the name of the account in the tables */
export function createAccountWriter(connections: Connections, stored: string, cursorName: (name: string) => string, failed: (error: unknown) => SluiceError, failure: () => SluiceError | undefined): AccountWriter {
  const tasks: Task[] = []
  let tail: Tail | undefined
  let refused: { readonly epoch: number; readonly error: unknown } | undefined
  let running = false

  const assertOwner = ({ account, epoch }: Lease): void => {
    if (tail?.epoch !== epoch) throw new SluiceError('FENCED', `account ${account} has a newer owner`)
    if (refused?.epoch === epoch) throw refused.error
  }

  const toInput = (own: Tail, group: readonly Waiting[]): AppendInput => {
    let { sequence, head } = own
    const events: EventRow[] = []
    const keys: KeyRow[] = []
    const names: NameRow[] = []
    const executions: ExecutionRow[] = []
    const cursors: (readonly [name: string, value: string])[] = []
    for (const { batch } of group) {
      for (const event of batch.events) {
        sequence += 1
        if (event.sequence !== sequence) throw new SluiceError('SEQUENCE_CONFLICT', `account ${event.account} continues at ${sequence}, not at ${event.sequence}`)
        const { time, type } = event
        const data = JSON.stringify(event.data)
        head = hash('sha256', chainText(head, { account: stored, sequence, epoch: own.epoch, time, type, data }))
        events.push({ sequence, time, type, data, orderId: orderIdOf(event) ?? null, hash: head })
        executions.push(...recordedFills(event))
      }
      if (batch.keys !== undefined) keys.push(...batch.keys)
      if (batch.names !== undefined) names.push(...batch.names)
      if (batch.cursors !== undefined) for (const [name, value] of Object.entries(batch.cursors)) cursors.push([cursorName(name), value])
    }
    return {
      account: stored, epoch: own.epoch, before: own.sequence, after: sequence, head, events, executions,
      keys: lastOf(keys, ({ key, orderId, digest }) => JSON.stringify([key, orderId, digest])), names: lastOf(names, ({ name }) => name), cursors: lastOf(cursors, ([name]) => name),
    }
  }

  /** Nothing was written: by whom the account was, or an attempt before this one was, tells its row. */
  const explain = async (input: AppendInput, repeated: boolean): Promise<void> => {
    const { rows: [row] } = await connections.run<{ readonly epoch: string; readonly sequence: string; readonly head: string }>(FENCE, [stored])
    // The chain says it beyond doubt: an attempt whose answer was lost has written exactly this.
    if (repeated && Number(row?.epoch) === input.epoch && Number(row?.sequence) === input.after && row?.head === input.head) return
    if (Number(row?.epoch) !== input.epoch) {
      throw repeated && await isWritten(input)
        ? new SluiceError('JOURNAL_FAILED', `account ${stored} has a newer owner; what was written before is kept`, { retryable: true })
        : new SluiceError('FENCED', `account ${stored} has a newer owner`)
    }
    throw new SluiceError('JOURNAL_CORRUPT', `account ${stored} ends at ${row?.sequence ?? 'nothing'} and not at ${input.before}, which only its owner could have changed`)
  }

  const isWritten = async ({ after, head }: AppendInput): Promise<boolean> => {
    const { rows } = await connections.run({ name: 'written', text: 'SELECT 1 FROM events WHERE account = $1 AND sequence = $2 AND hash = $3' }, [stored, after, head])
    return rows.length > 0
  }

  const withoutKnownKeys = async (input: AppendInput): Promise<AppendInput> => {
    const { rows } = await connections.run<{ readonly key: string; readonly orderId: string; readonly digest: string }>(KEYS, [stored, input.keys.map(({ key }) => key)])
    const known = new Map(rows.map((row) => [row.key, row]))
    const fresh = lastOf(input.keys, ({ key }) => key)
    for (const { key, orderId, digest } of input.keys) {
      const bound = known.get(key) ?? fresh.find((row) => row.key === key)
      if (bound === undefined || (bound.orderId === orderId && bound.digest === digest)) continue
      throw new SluiceError('IDEMPOTENCY_CONFLICT', `key ${key} of account ${stored} belongs to order ${bound.orderId}`)
    }
    return { ...input, keys: fresh.filter(({ key }) => !known.has(key)) }
  }

  const execute = async (input: AppendInput): Promise<void> => {
    const { statement, values } = appendStatement(input)
    try {
      const { count, repeated } = await connections.count(statement, values)
      if (count === 0) await explain(input, repeated)
    } catch (error) {
      const constraint = brokenConstraint(error)
      if (constraint === 'executions_once') throw new SluiceError('EXECUTION_CONFLICT', `an execution of account ${stored} is recorded already: a trade counts once`, { cause: error })
      if (constraint !== 'keys_once') throw error
      const rest = await withoutKnownKeys(input)
      if (rest.keys.length === input.keys.length) throw error
      await execute(rest)
    }
  }

  const write = async (group: readonly Waiting[]): Promise<void> => {
    const [{ lease }] = group as [Waiting]
    try {
      const broken = failure()
      if (broken !== undefined) throw broken
      assertOwner(lease)
      const own = tail as Tail
      const input = toInput(own, group)
      await execute(input)
      // Only a claim changes it meanwhile, and claims wait for their turn.
      tail = { epoch: own.epoch, sequence: input.after, head: input.head }
      let { sequence } = own
      for (const { batch: { events }, resolve } of group) {
        resolve({ first: sequence + 1, last: sequence + events.length })
        sequence += events.length
      }
    } catch (error) {
      if (isRefusal(error) && group.length > 1) {
        for (const waiting of group) await write([waiting])
        return
      }
      if (isRefusal(error)) refused = { epoch: lease.epoch, error: refused?.epoch === lease.epoch ? refused.error : error }
      const reason = isRefusal(error) ? error : failed(toJournalError(error))
      for (const { reject } of group) reject(reason)
    }
  }

  const takeGroup = (): readonly Waiting[] => {
    const group: Waiting[] = []
    while (group.length < GROUP) {
      const [task] = tasks
      if (task?.kind !== 'append' || (group[0] !== undefined && group[0].lease.epoch !== task.waiting.lease.epoch)) break
      group.push(task.waiting)
      tasks.shift()
    }
    return group
  }

  const work = async (): Promise<void> => {
    if (running) return
    running = true
    for (let [task] = tasks; task !== undefined; [task] = tasks) {
      if (task.kind === 'append') await write(takeGroup())
      else {
        tasks.shift()
        await task.run()
      }
    }
    running = false
  }

  return {
    append: (lease, batch) => new Promise((resolve, reject) => {
      tasks.push({ kind: 'append', waiting: { lease, batch, resolve, reject } })
      void work()
    }),
    inOrder: (run) => new Promise((resolve, reject) => {
      tasks.push({ kind: 'other', run: () => run().then(resolve, reject) })
      void work()
    }),
    owned: ({ lease: { epoch, sequence }, head }) => { tail = { epoch, sequence, head } },
    assertOwner,
  }
}
