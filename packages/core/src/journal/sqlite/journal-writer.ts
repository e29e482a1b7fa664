import { SluiceError } from '../../runtime/errors.ts'
import type { Appended, KeyRecord, Lease } from '../journal.ts'
import type { JournalOperation, JournalOperations } from './journal-operation.ts'
import type { Database } from './load-sqlite.ts'

interface FenceRow {
  readonly epoch: number
  readonly sequence: number
}

type AppendInput = JournalOperations['append']['input']
type SnapshotInput = JournalOperations['snapshot']['input']

/**
 * Executes the journal's operations inside a transaction that the caller opened. Each one checks everything before it writes,
 * so a refusal leaves nothing behind. A refused lease stays refused: later batches of it would leave a hole.
 */
export function journalWriter(database: Database): (operation: JournalOperation) => unknown {
  const selectFence = database.prepare('SELECT epoch, sequence FROM accounts WHERE account = ?')
  const claimAccount = database.prepare(
    `INSERT INTO accounts (account, epoch, sequence) VALUES (?, 1, 0)
     ON CONFLICT (account) DO UPDATE SET epoch = epoch + 1 RETURNING epoch, sequence`)
  const moveFence = database.prepare('UPDATE accounts SET sequence = ? WHERE account = ?')
  const insertEvent = database.prepare('INSERT INTO events (account, sequence, epoch, time, type, data, order_id) VALUES (?, ?, ?, ?, ?, ?, ?)')
  const selectKey = database.prepare('SELECT order_id AS orderId, digest FROM keys WHERE account = ? AND key = ?')
  const insertKey = database.prepare('INSERT INTO keys (account, key, order_id, digest) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const setName = database.prepare('INSERT INTO names (account, name, order_id) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET order_id = excluded.order_id')
  const advanceCounter = database.prepare(
    `INSERT INTO counters (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > value`)
  const setCursor = database.prepare('INSERT INTO cursors (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
  const setSnapshot = database.prepare(
    `INSERT INTO snapshots (account, sequence, state) VALUES (?, ?, ?)
     ON CONFLICT (account) DO UPDATE SET sequence = excluded.sequence, state = excluded.state WHERE excluded.sequence >= sequence`)
  const refused = new Map<string, { readonly epoch: number; readonly error: SluiceError }>()

  const refuse = ({ account, epoch }: Lease, error: SluiceError): never => {
    refused.set(account, { epoch, error })
    throw error
  }

  const fenceOf = (lease: Lease): FenceRow => {
    const fence = selectFence.get(lease.account) as FenceRow | undefined
    if (fence?.epoch !== lease.epoch) return refuse(lease, new SluiceError('FENCED', `account ${lease.account} has a newer owner`))
    const stopped = refused.get(lease.account)
    if (stopped?.epoch === lease.epoch) throw stopped.error
    return fence
  }

  const checkSequence = (lease: Lease, { sequence }: FenceRow, events: AppendInput['events']): void => {
    for (const [index, event] of events.entries()) {
      const expected = sequence + index + 1
      if (event.sequence === expected) continue
      refuse(lease, new SluiceError('SEQUENCE_CONFLICT', `account ${lease.account} continues at ${expected}, not at ${event.sequence}`))
    }
  }

  const checkKeys = (lease: Lease, keys: AppendInput['keys']): void => {
    for (const { key, orderId, digest } of keys) {
      const known = selectKey.get(lease.account, key) as KeyRecord | undefined
      if (known === undefined || (known.orderId === orderId && known.digest === digest)) continue
      refuse(lease, new SluiceError('IDEMPOTENCY_CONFLICT', `key ${key} of account ${lease.account} belongs to order ${known.orderId}`))
    }
  }

  const claim = (account: string): Lease => {
    const row = claimAccount.get(account) as unknown as FenceRow
    return { account, epoch: row.epoch, sequence: row.sequence }
  }

  const append = ({ lease, events, keys, names, cursors }: AppendInput): Appended => {
    const fence = fenceOf(lease)
    checkSequence(lease, fence, events)
    checkKeys(lease, keys)
    const { account, epoch } = lease
    for (const { sequence, time, type, data, orderId } of events) insertEvent.run(account, sequence, epoch, time, type, data, orderId)
    for (const { key, orderId, digest } of keys) insertKey.run(account, key, orderId, digest)
    for (const { name, orderId } of names) setName.run(account, name, orderId)
    for (const [name, value] of cursors) setCursor.run(name, value)
    const last = fence.sequence + events.length
    if (events.length > 0) moveFence.run(last, account)
    return { first: fence.sequence + 1, last }
  }

  const saveSnapshot = ({ lease, sequence, state }: SnapshotInput): void => {
    const fence = fenceOf(lease)
    if (sequence > fence.sequence) {
      throw new SluiceError('SEQUENCE_CONFLICT', `account ${lease.account} ends at ${fence.sequence}, before the snapshot at ${sequence}`)
    }
    setSnapshot.run(lease.account, sequence, state)
  }

  return (operation) => {
    switch (operation.kind) {
      case 'claim': return claim(operation.account)
      case 'append': return append(operation)
      case 'advance': return Number(advanceCounter.run(operation.counter, operation.to).changes) === 1
      case 'snapshot': return saveSnapshot(operation)
      case 'cursor': setCursor.run(operation.name, operation.value); return undefined
    }
  }
}
