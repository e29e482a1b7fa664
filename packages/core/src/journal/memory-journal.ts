import type { StoredEvent } from '../order/event.ts'
import { orderIdOf } from '../order/order-of-event.ts'
import { SluiceError } from '../runtime/errors.ts'
import type { Batch, Journal, KeyRecord, Lease, Snapshot } from './journal.ts'
import { recordedFills } from './recorded-fill.ts'

interface AccountLog {
  epoch: number
  readonly events: StoredEvent[]
  readonly keys: Map<string, KeyRecord>
  readonly names: Map<string, string>
  readonly byOrder: Map<string, StoredEvent[]>
  /** `broker\nexecutionId` of every fill that was reported. */
  readonly executions: Set<string>
  snapshot: Snapshot | undefined
  /** Why the lease of an epoch writes nothing more: what follows a refused batch would leave a hole. */
  refused: { readonly epoch: number; readonly error: SluiceError } | undefined
}

/** A journal that ends with the process: for tests, simulations and trying things out. Live trading refuses it. */
export function memoryJournal(): Journal {
  const logs = new Map<string, AccountLog>()
  const counters = new Map<string, number>()
  const cursors = new Map<string, string>()
  let closed = false

  const assertOpen = (): void => {
    if (closed) throw new SluiceError('JOURNAL_FAILED', 'the journal is closed; open it again', { retryable: true })
  }

  const logOf = (account: string): AccountLog => {
    assertOpen()
    let log = logs.get(account)
    if (log === undefined) {
      log = { epoch: 0, events: [], keys: new Map(), names: new Map(), byOrder: new Map(), executions: new Set(), snapshot: undefined, refused: undefined }
      logs.set(account, log)
    }
    return log
  }

  const ownedLog = ({ account, epoch }: Lease): AccountLog => {
    const log = logOf(account)
    if (epoch !== log.epoch) throw new SluiceError('FENCED', `account ${account} has a newer owner`)
    if (log.refused?.epoch === epoch) throw log.refused.error
    return log
  }

  const refusalOf = ({ events, keys, executions }: AccountLog, account: string, batch: Batch): SluiceError | undefined => {
    let expected = events.length
    for (const { sequence } of batch.events) {
      expected += 1
      if (sequence !== expected) return new SluiceError('SEQUENCE_CONFLICT', `account ${account} continues at ${expected}, not at ${sequence}`)
    }
    for (const { key, orderId, digest } of batch.keys ?? []) {
      const known = keys.get(key)
      if (known === undefined || (known.orderId === orderId && known.digest === digest)) continue
      return new SluiceError('IDEMPOTENCY_CONFLICT', `key ${key} of account ${account} belongs to order ${known.orderId}`)
    }
    let fresh: Set<string> | undefined
    for (const event of batch.events) {
      for (const { broker, execution } of recordedFills(event)) {
        const name = `${broker}\n${execution}`
        if (executions.has(name) || fresh?.has(name) === true) return new SluiceError('EXECUTION_CONFLICT', `execution ${execution} of broker ${broker} is recorded already: a trade counts once`)
        fresh = (fresh ?? new Set<string>()).add(name)
      }
    }
    return undefined
  }

  const keepEvent = ({ events, byOrder, executions }: AccountLog, event: StoredEvent): void => {
    events.push(event)
    for (const { broker, execution } of recordedFills(event)) executions.add(`${broker}\n${execution}`)
    const orderId = orderIdOf(event)
    if (orderId === undefined) return
    const own = byOrder.get(orderId)
    if (own === undefined) byOrder.set(orderId, [event])
    else own.push(event)
  }

  const write = (lease: Lease, batch: Batch): void => {
    const log = ownedLog(lease)
    const refusal = refusalOf(log, lease.account, batch)
    if (refusal !== undefined) {
      log.refused = { epoch: lease.epoch, error: refusal }
      throw refusal
    }
    for (const event of batch.events) keepEvent(log, event)
    for (const { name, orderId } of batch.names ?? []) log.names.set(name, orderId)
    for (const { key, orderId, digest } of batch.keys ?? []) log.keys.set(key, { orderId, digest })
    for (const [name, value] of Object.entries(batch.cursors ?? {})) cursors.set(name, value)
  }

  const keep = (lease: Lease, snapshot: Snapshot): void => {
    const log = ownedLog(lease)
    if (snapshot.sequence > log.events.length) {
      throw new SluiceError('SEQUENCE_CONFLICT', `account ${lease.account} ends at ${log.events.length}, before the snapshot at ${snapshot.sequence}`)
    }
    if (snapshot.sequence >= (log.snapshot?.sequence ?? 0)) log.snapshot = snapshot
  }

  return {
    durability: 'memory',
    claim: async (account) => {
      const log = logOf(account)
      log.epoch += 1
      return { account, epoch: log.epoch, sequence: log.events.length }
    },
    append: async (lease, batch) => {
      write(lease, batch)
      const last = logOf(lease.account).events.length
      return { first: last - batch.events.length + 1, last }
    },
    advance: async (counter, to) => {
      assertOpen()
      if ((counters.get(counter) ?? Number.NEGATIVE_INFINITY) >= to) return false
      counters.set(counter, to)
      return true
    },
    read: async function* read(account, from) {
      const { events } = logOf(account)
      for (let index = Math.max(0, from - 1); index < events.length; index += 1) yield events[index] as StoredEvent
    },
    find: async (account, key) => logOf(account).keys.get(key),
    resolve: async (account, name) => logOf(account).names.get(name),
    readOrder: async (account, orderId) => [...(logOf(account).byOrder.get(orderId) ?? [])],
    accounts: async () => { assertOpen(); return [...logs].filter(([, log]) => log.events.length > 0).map(([account]) => account) },
    loadSnapshot: async (account) => logOf(account).snapshot,
    saveSnapshot: async (lease, snapshot) => { keep(lease, snapshot) },
    cursor: async (name) => { assertOpen(); return cursors.get(name) },
    saveCursor: async (name, value) => { assertOpen(); cursors.set(name, value) },
    close: async () => { closed = true },
  }
}
