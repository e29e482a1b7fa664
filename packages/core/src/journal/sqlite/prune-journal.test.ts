import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import type { Journal } from '../journal.ts'
import { openJournalFile } from './journal-file.ts'
import { loadSqlite } from './load-sqlite.ts'
import { type ExportedHistory, pruneJournal } from './prune-journal.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { verifyJournal } from './verify-journal.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-prune-'))
  path = join(folder, 'orders.db')
  const journal = open()
  const lease = await journal.claim('main')
  for (let sequence = 1; sequence <= 40; sequence += 1) {
    const orderId = `order-${sequence}`
    await journal.append(lease, { events: [fill(sequence)], keys: [{ key: `key-${sequence}`, orderId, digest: 'd' }], names: [{ name: `client:${sequence}`, orderId }] })
  }
  await journal.saveSnapshot(lease, { sequence: 30, state: { at: 30 } })
  await journal.close()
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

const open = (): Journal => sqliteJournal(path, { thread: 'inline' })

function fill(sequence: number): StoredEvent {
  const execution = { executionId: `e-${sequence}`, broker: 'main', brokerOrderId: 'b', symbol: 'AAPL', side: 'buy', lastQuantity: '1', lastPrice: '1', time: '2026-11-22T17:00:00.000Z' } as const
  const data = { orderId: `order-${sequence}`, execution, filledQuantity: '1', leavesQuantity: '0', averagePrice: '1' }
  return { id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_filled', data }
}

/** As an export that was read back says it. */
function exportedUpTo(last: number): ExportedHistory {
  const file = openJournalFile(path)
  const head = [...file.events('main')].find(({ event }) => event.sequence === last)?.hash ?? ''
  file.close()
  return { account: 'main', first: 1, last, head }
}

async function sequences(journal: Journal, from = 1): Promise<number[]> {
  const found: number[] = []
  for await (const { sequence } of journal.read('main', from)) found.push(sequence)
  return found
}

test('what is exported goes, up to the snapshot; the chain goes on, and keys, names and executions are still known', async () => {
  expect(await pruneJournal(path, [exportedUpTo(35)])).toEqual({ pruned: [{ account: 'main', first: 1, last: 30 }], held: [] })
  expect(await verifyJournal(path)).toMatchObject({ ok: true, findings: [], events: 10, accounts: [{ sequence: 40, pruned: 30 }] })
  const journal = open()
  expect(await sequences(journal)).toEqual([31, 32, 33, 34, 35, 36, 37, 38, 39, 40])
  expect(await journal.find('main', 'key-3')).toEqual({ orderId: 'order-3', digest: 'd' })
  expect(await journal.resolve('main', 'client:3')).toBe('order-3')
  expect(await journal.readOrder('main', 'order-3')).toEqual([fill(3)])
  const lease = await journal.claim('main')
  expect(lease.sequence).toBe(40)
  await journal.append(lease, { events: [fill(41)] })
  await expect(journal.append(lease, { events: [{ ...fill(42), data: fill(3).data } as StoredEvent] })).rejects.toMatchObject({ code: 'EXECUTION_CONFLICT' })
  await journal.close()
  expect(await verifyJournal(path)).toMatchObject({ ok: true, events: 11 })
})

test('a second pruning goes on where the first ended, and one without anything new does nothing', async () => {
  await pruneJournal(path, [exportedUpTo(20)])
  expect(await pruneJournal(path, [exportedUpTo(25)])).toEqual({ pruned: [{ account: 'main', first: 21, last: 25 }], held: [] })
  expect(await pruneJournal(path, [exportedUpTo(25)].map((entry) => ({ ...entry, head: '' }))).catch(({ code }: { code: string }) => code)).toBe('CONFIGURATION_INVALID')
  expect(await verifyJournal(path)).toMatchObject({ ok: true, events: 15 })
})

test.each([
  ['of another journal', { last: 20, head: 'f'.repeat(64) }],
  ['that ends after the journal', { last: 50, head: 'f'.repeat(64) }],
])('an export %s prunes nothing', async (_, wrong) => {
  await expect(pruneJournal(path, [{ account: 'main', first: 1, ...wrong }])).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
  expect(await verifyJournal(path)).toMatchObject({ ok: true, findings: [], events: 40 })
})

test('an order whose events go in two prunings, and whose last one stays, is read whole', async () => {
  const journal = open()
  const lease = await journal.claim('main')
  await journal.append(lease, { events: [{ ...fill(41), data: { ...fill(41).data, orderId: 'order-3' } } as StoredEvent, { ...fill(42), data: { ...fill(42).data, orderId: 'order-3' } } as StoredEvent] })
  await journal.saveSnapshot(lease, { sequence: 41, state: {} })
  const whole = await journal.readOrder('main', 'order-3')
  expect(whole.map(({ sequence }) => sequence)).toEqual([3, 41, 42])
  await journal.close()
  await pruneJournal(path, [exportedUpTo(20)])
  await pruneJournal(path, [exportedUpTo(42)])
  const after = open()
  expect(await after.readOrder('main', 'order-3')).toEqual(whole)
  expect(await sequences(after)).toEqual([42])
  await after.close()
})

test('damage to what is kept of a pruned order is found', async () => {
  await pruneJournal(path, [exportedUpTo(20)])
  const database = new (loadSqlite().DatabaseSync)(path)
  database.exec(`UPDATE archived_orders SET events = CAST(x'00' || events AS BLOB) WHERE order_id = 'order-3'`)
  database.close()
  expect(await verifyJournal(path)).toMatchObject({ ok: false, findings: [{ code: 'RECORD_DAMAGED', message: expect.stringContaining('archived_orders') as string }] })
})

test('an export that begins after what is kept prunes nothing: what is between would be lost', async () => {
  await expect(pruneJournal(path, [{ ...exportedUpTo(20), first: 2 }])).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining('begins at 2') as string })
  expect(await verifyJournal(path)).toMatchObject({ ok: true, events: 40 })
  await pruneJournal(path, [exportedUpTo(20)])
  expect(await pruneJournal(path, [{ ...exportedUpTo(25), first: 21 }])).toEqual({ pruned: [{ account: 'main', first: 21, last: 25 }], held: [] })
})

test('a dry run says what would go and leaves the file as it is', async () => {
  expect(await pruneJournal(path, [exportedUpTo(35)], { dryRun: true })).toEqual({ pruned: [{ account: 'main', first: 1, last: 30 }], held: [] })
  expect(await verifyJournal(path)).toMatchObject({ ok: true, findings: [], events: 40, accounts: [{ pruned: 0 }] })
})

test('a journal in use is not pruned', async () => {
  const proof = exportedUpTo(20)
  const journal = open()
  await journal.accounts()
  await expect(pruneJournal(path, [proof])).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' })
  await journal.close()
})

test('what a sink has not got stays, and what it gave up: until it has it, or is named', async () => {
  const journal = open()
  await journal.saveCursor('sink:kafka:main', JSON.stringify({ sequence: 22 }))
  await journal.saveCursor('sink:socket:main', JSON.stringify({ sequence: 40, dead: [{ sequence: 26, reason: 'too large', attempts: 3, time: '2026-11-22T17:00:00.000Z' }] }))
  await journal.close()
  const exported = [exportedUpTo(35)]
  const held = [{ account: 'main', sink: 'kafka', first: 23, last: 30 }, { account: 'main', sink: 'socket', first: 26, last: 30 }]
  expect(await pruneJournal(path, exported, { dryRun: true })).toEqual({ pruned: [{ account: 'main', first: 1, last: 22 }], held })
  await expect(pruneJournal(path, exported, { withoutSinks: ['kafak'] })).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining('kafka, socket') as string })
  expect(await pruneJournal(path, exported, { withoutSinks: ['kafka'] })).toEqual({ pruned: [{ account: 'main', first: 1, last: 25 }], held: [held[1]] })
  expect(await pruneJournal(path, [{ ...exported[0]!, first: 26 }])).toEqual({ pruned: [], held: [{ ...held[0]!, first: 26 }, held[1]] })
  const reopened = open()
  expect((await sequences(reopened))[0]).toBe(26)
  await reopened.close()
})

test('a sink whose place cannot be read prunes nothing; one of an account with a colon holds its own', async () => {
  const journal = open()
  const lease = await journal.claim('eu:main')
  await journal.append(lease, { events: [{ ...fill(1), id: 'eu:main:1', account: 'eu:main' }] })
  await journal.saveCursor('sink:kafka:eu:main', JSON.stringify({ sequence: 0 }))
  await journal.close()
  expect(await pruneJournal(path, [exportedUpTo(20)])).toMatchObject({ pruned: [{ last: 20 }], held: [] })
  const again = open()
  await again.saveCursor('sink:kafka:main', 'twenty')
  await again.close()
  await expect(pruneJournal(path, [{ ...exportedUpTo(30), first: 21 }])).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', message: expect.stringContaining('sink:kafka:main') as string })
})
