import { SluiceError } from '../../runtime/errors.ts'
import { CHAIN_START } from '../chain.ts'
import type { Appended, KeyRecord, Lease } from '../journal.ts'
import { type AccountRows, type FenceRow, positionOf } from './account-rows.ts'
import { chainHash, checksumOf } from './chain-hash.ts'
import { joinData } from './event-text.ts'
import type { JournalOperation, JournalOperations } from './journal-operation.ts'
import type { Database } from './load-sqlite.ts'
import { orderIndex } from './order-index.ts'

/** Where an account's history ends after a transaction, or the file's revision (slot 0). It goes to the pins. */
export interface Head {
  readonly slot: number
  readonly account: string
  readonly sequence: number
  readonly head: string
}

/** The journal's operations, and what they moved. */
export interface JournalWriter {
  /** Executes one operation inside a transaction that the caller opened. */
  execute(operation: JournalOperation): unknown
  /** The ends that have moved since the last call. */
  takeMoved(): readonly Head[]
  /** Every end. */
  heads(): readonly Head[]
}

type AppendInput = JournalOperations['append']['input']
type SnapshotInput = JournalOperations['snapshot']['input']

/**
 * Each operation checks everything before it writes, so a refusal leaves nothing behind. A refused lease stays refused: later
 * batches of it would leave a hole.
 */
export function journalWriter(database: Database, accounts: AccountRows): JournalWriter {
  const insertEvent = database.prepare('INSERT INTO events (position, epoch, time, type, data, evaluation, order_id, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const selectKey = database.prepare('SELECT order_id AS orderId, digest FROM keys WHERE account = ? AND key = ?')
  const insertKey = database.prepare('INSERT INTO keys (account, key, order_id, digest, checksum) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const setName = database.prepare(
    `INSERT INTO names (account, name, order_id, checksum) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET order_id = excluded.order_id, checksum = excluded.checksum`)
  const selectExecution = database.prepare('SELECT sequence FROM executions WHERE account = ? AND broker = ? AND execution = ?')
  const insertExecution = database.prepare('INSERT INTO executions (account, broker, execution, sequence, checksum) VALUES (?, ?, ?, ?, ?)')
  const advanceCounter = database.prepare(
    `INSERT INTO counters (name, value, checksum) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value, checksum = excluded.checksum WHERE excluded.value > value`)
  const setCursor = database.prepare(
    `INSERT INTO cursors (name, value, checksum) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value, checksum = excluded.checksum`)
  const setSnapshot = database.prepare(
    `INSERT INTO snapshots (account, sequence, state, checksum) VALUES (?, ?, ?, ?)
     ON CONFLICT (account) DO UPDATE SET sequence = excluded.sequence, state = excluded.state, checksum = excluded.checksum
     WHERE excluded.sequence >= sequence`)
  const orders = orderIndex(database, accounts.all())
  const refused = new Map<string, { readonly epoch: number; readonly error: SluiceError }>()
  const moved = new Map<number, Head>()

  const refuse = ({ account, epoch }: Lease, error: SluiceError): never => {
    refused.set(account, { epoch, error })
    throw error
  }

  const fenceOf = (lease: Lease): FenceRow => {
    const fence = accounts.get(lease.account)
    if (fence?.epoch !== lease.epoch) return refuse(lease, new SluiceError('FENCED', `account ${lease.account} has a newer owner`))
    const stopped = refused.get(lease.account)
    if (stopped?.epoch === lease.epoch) throw stopped.error
    return fence
  }

  const check = (lease: Lease, { sequence }: FenceRow, { events, keys, executions }: AppendInput): void => {
    for (const [index, event] of events.entries()) {
      const expected = sequence + index + 1
      if (event.sequence === expected) continue
      refuse(lease, new SluiceError('SEQUENCE_CONFLICT', `account ${lease.account} continues at ${expected}, not at ${event.sequence}`))
    }
    for (const { key, orderId, digest } of keys) {
      const known = selectKey.get(lease.account, key) as KeyRecord | undefined
      if (known === undefined || (known.orderId === orderId && known.digest === digest)) continue
      refuse(lease, new SluiceError('IDEMPOTENCY_CONFLICT', `key ${key} of account ${lease.account} belongs to order ${known.orderId}`))
    }
    const fresh = new Set<string>()
    for (const { broker, execution } of executions) {
      const name = `${broker}\n${execution}`
      if (!fresh.has(name) && selectExecution.get(lease.account, broker, execution) === undefined) fresh.add(name)
      else refuse(lease, new SluiceError('EXECUTION_CONFLICT', `execution ${execution} of broker ${broker} is recorded already: a trade counts once`))
    }
  }

  const fileHead = (revision: number): Head => ({ slot: 0, account: '', sequence: revision, head: CHAIN_START })

  const revise = (): void => { moved.set(0, fileHead(accounts.revise())) }

  const claim = (account: string): Lease => {
    const row = accounts.claim(account)
    revise()
    moved.set(row.slot, row)
    return { account, epoch: row.epoch, sequence: row.sequence }
  }

  const append = (input: AppendInput): Appended => {
    const { lease, events, keys, names, executions, cursors } = input
    const { account, epoch } = lease
    const fence = fenceOf(lease)
    check(lease, fence, input)
    let { head } = fence
    for (const event of events) {
      const { sequence, time, type, data, evaluation, orderId } = event
      head = chainHash(head, { account, sequence, epoch, time, type, data: joinData(event) })
      insertEvent.run(positionOf(fence.slot, sequence), epoch, time, type, data, evaluation, orderId, head)
    }
    for (const { key, orderId, digest } of keys) insertKey.run(account, key, orderId, digest, checksumOf(account, key, orderId, digest))
    for (const { name, orderId } of names) setName.run(account, name, orderId, checksumOf(account, name, orderId))
    for (const { broker, execution, sequence } of executions) {
      insertExecution.run(account, broker, execution, sequence, checksumOf(account, broker, execution, sequence))
    }
    for (const [name, value] of cursors) setCursor.run(name, value, checksumOf(name, value))
    const last = fence.sequence + events.length
    if (events.length === 0) revise()
    else {
      const row = { ...fence, sequence: last, head }
      accounts.move(row)
      moved.set(fence.slot, row)
      orders.grew(row)
    }
    return { first: fence.sequence + 1, last }
  }

  const saveSnapshot = ({ lease, sequence, state }: SnapshotInput): void => {
    const fence = fenceOf(lease)
    if (sequence > fence.sequence) {
      throw new SluiceError('SEQUENCE_CONFLICT', `account ${lease.account} ends at ${fence.sequence}, before the snapshot at ${sequence}`)
    }
    setSnapshot.run(lease.account, sequence, state, checksumOf(lease.account, sequence, state))
    revise()
  }

  return {
    execute: (operation) => {
      switch (operation.kind) {
        case 'claim': return claim(operation.account)
        case 'append': return append(operation)
        case 'snapshot': return saveSnapshot(operation)
        case 'advance': {
          const { counter, to } = operation
          const { changes } = advanceCounter.run(counter, to, checksumOf(counter, to))
          if (Number(changes) === 0) return false
          revise()
          return true
        }
        case 'cursor':
          setCursor.run(operation.name, operation.value, checksumOf(operation.name, operation.value))
          revise()
          return undefined
      }
    },
    takeMoved: () => {
      const heads = [...moved.values()]
      moved.clear()
      return heads
    },
    heads: () => [fileHead(accounts.revision), ...accounts.all()],
  }
}
