import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import type { Journal, Lease } from '../journal.ts'
import { loadSqlite } from './load-sqlite.ts'
import { sqliteJournal } from './sqlite-journal.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-journal-'))
  path = join(folder, 'orders.db')
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

function event(sequence: number, account = 'main'): StoredEvent {
  const data = { orderId: `order-${sequence}` }
  return { id: `${account}:${sequence}`, account, sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data }
}

async function written(count: number): Promise<{ journal: Journal; lease: Lease }> {
  const journal = sqliteJournal(path)
  const lease = await journal.claim('main')
  await journal.append(lease, { events: Array.from({ length: count }, (_, index) => event(index + 1)) })
  return { journal, lease }
}

async function collect(journal: Journal, from = 1): Promise<number[]> {
  const sequences: number[] = []
  for await (const { sequence } of journal.read('main', from)) sequences.push(sequence)
  return sequences
}

test.each([
  'UPDATE events SET data = \'{}\' WHERE position = (SELECT max(position) FROM events)',
  'DELETE FROM events WHERE position & 0xFFFFFFFFF = 2',
  `INSERT OR REPLACE INTO events (position, epoch, time, type, data, hash) SELECT position, 1, '', '', '', '' FROM events LIMIT 1`,
])('no tool changes the history: %s', async (sql) => {
  const { journal } = await written(3)
  await journal.close()
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(path)
  expect(() => { database.exec(sql) }).toThrow('events are append-only')
  database.close()
})

test('a plain second insert of a sequence number is refused by the file itself', async () => {
  const { journal } = await written(1)
  await journal.close()
  const database = new (loadSqlite().DatabaseSync)(path)
  expect(() => { database.exec(`INSERT INTO events (position, epoch, time, type, data, hash) SELECT position, 1, '', '', '', '' FROM events`) }).toThrow()
  database.close()
})

test('a history of many pages is read in order while appends go on', async () => {
  const { journal, lease } = await written(1000)
  const sequences: number[] = []
  let appended = 1000
  for await (const { sequence } of journal.read('main', 1)) {
    sequences.push(sequence)
    if (sequence % 100 === 0 && appended < 1500) {
      appended += 1
      void journal.append(lease, { events: [event(appended)] })
    }
  }
  expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, index) => index + 1))
  expect(sequences.length).toBeGreaterThanOrEqual(1000)
  expect(await collect(journal)).toHaveLength(appended)
  await journal.close()
})

test('reading a long history lets the event loop turn', async () => {
  // So long that it is not all read ahead, however long this thread was kept waiting.
  const { journal } = await written(20_000)
  let turns = 0
  let reading = true
  const turn = (): void => { turns += 1; if (reading) setImmediate(turn) }
  setImmediate(turn)
  expect(await collect(journal)).toHaveLength(20_000)
  reading = false
  expect(turns).toBeGreaterThan(70)
  await journal.close()
})

test('an event of another account is refused', async () => {
  const { journal, lease } = await written(1)
  await expect(journal.append(lease, { events: [event(2, 'other')] })).rejects.toThrow('does not belong')
  await journal.close()
})

test('a missing row in the middle is JOURNAL_CORRUPT, not a shorter history', async () => {
  const { journal } = await written(5)
  await journal.close()
  const database = new (loadSqlite().DatabaseSync)(path)
  database.exec('DROP TRIGGER events_no_delete; DELETE FROM events WHERE position & 0xFFFFFFFFF = 3')
  database.close()
  const damaged = sqliteJournal(path)
  await expect(collect(damaged)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', message: expect.stringContaining('main:3') as string })
  await damaged.close()
})

test('what is queued when it closes is written', async () => {
  const { journal, lease } = await written(1)
  const pending = journal.append(lease, { events: [event(2)] })
  await journal.close()
  await expect(pending).resolves.toEqual({ first: 2, last: 2 })
  const again = sqliteJournal(path)
  expect(await collect(again)).toEqual([1, 2])
  await again.close()
})

test('a write that SQLite refuses stops the journal for good, and what was durable can still be read', async () => {
  const { journal, lease } = await written(2)
  // A type that STRICT refuses stands for any I/O error: it fails in the middle of the transaction.
  const poison = { ...event(3), time: null } as unknown as StoredEvent
  const results = await Promise.allSettled([
    journal.append(lease, { events: [poison] }), journal.append(lease, { events: [event(4)] }), journal.advance('totp', 1),
  ])
  for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'JOURNAL_FAILED' } })
  await expect(journal.append(lease, { events: [event(3)] })).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  await expect(journal.claim('main')).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  expect(await collect(journal)).toEqual([1, 2])
  await journal.close()
})
