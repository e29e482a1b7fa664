import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import type { Journal, Lease } from '../journal.ts'
import { loadSqlite } from './load-sqlite.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { verifyJournal } from './verify-journal.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sluice-backup-')) })
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })
const at = (name: string): string => join(folder, name)

function event(sequence: number): StoredEvent {
  const data = { orderId: `order-${sequence}`, clientOrderId: 'x'.repeat(400), brokerOrderId: 'b' }
  return { id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_accepted', data }
}

async function write(journal: Journal, lease: Lease, first: number, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => journal.append(lease, { events: [event(first + index)] })))
}

test.each(['worker', 'inline'] as const)('on the %s thread: a copy is made while appends go on, and holds everything from before the call', async (thread) => {
  const journal = sqliteJournal(at('orders.db'), { thread })
  const lease = await journal.claim('main')
  await write(journal, lease, 1, 2000)
  const copying = journal.backup?.(at('copy.db'))
  await write(journal, lease, 2001, 500)
  const made = await copying
  expect(made).toMatchObject({ path: at('copy.db') })
  expect(made?.events).toBeGreaterThanOrEqual(2000)
  await write(journal, lease, 2501, 10)
  await journal.close()
  expect(await verifyJournal(at('copy.db'))).toMatchObject({ ok: true, findings: [], events: made?.events })
  expect(await verifyJournal(at('orders.db'))).toMatchObject({ ok: true, events: 2510 })
  expect(readdirSync(folder).filter((name) => name.startsWith('copy')).toSorted()).toEqual(['copy.db', 'copy.db.heads'])
})

test('a copy is a journal: it opens and goes on', async () => {
  const journal = sqliteJournal(at('orders.db'), { thread: 'inline' })
  const lease = await journal.claim('main')
  await write(journal, lease, 1, 5)
  await journal.backup?.(at('copy.db'))
  await journal.close()
  const copy = sqliteJournal(at('copy.db'), { thread: 'inline' })
  const next = await copy.claim('main')
  expect(next).toMatchObject({ sequence: 5, epoch: lease.epoch + 1 })
  await write(copy, next, 6, 1)
  await copy.close()
  expect(await verifyJournal(at('copy.db'))).toMatchObject({ ok: true, events: 6 })
})

test('several at once are made one after another; closing waits for them', async () => {
  const journal = sqliteJournal(at('orders.db'))
  await write(journal, await journal.claim('main'), 1, 50)
  const copies = Promise.all(['a.db', 'b.db', 'c.db'].map(async (name) => journal.backup?.(at(name))))
  await journal.close()
  expect(await copies).toMatchObject([{ events: 50 }, { events: 50 }, { events: 50 }])
})

test.each(['worker', 'inline'] as const)('on the %s thread: a file that is there, or a folder that is not, is refused and nothing is left', async (thread) => {
  const journal = sqliteJournal(at('orders.db'), { thread })
  await write(journal, await journal.claim('main'), 1, 5)
  writeFileSync(at('taken'), 'mine')
  await expect(journal.backup?.(at('taken'))).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
  await expect(journal.backup?.(at('no/such/folder.db'))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  expect(existsSync(at('taken.partial'))).toBe(false)
  await write(journal, await journal.claim('main'), 6, 1)
  await journal.close()
  await expect(journal.backup?.(at('late.db'))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
})

test('a copy that commits break off again and again is made while they wait', async () => {
  const breaking = vi.spyOn(loadSqlite(), 'backup').mockRejectedValue(new Error('broken off'))
  const journal = sqliteJournal(at('orders.db'), { thread: 'inline' })
  await write(journal, await journal.claim('main'), 1, 50)
  expect(await journal.backup?.(at('copy.db'))).toMatchObject({ events: 50 })
  expect(breaking).toHaveBeenCalledTimes(4)
  breaking.mockRestore()
  await journal.close()
  expect(await verifyJournal(at('copy.db'))).toMatchObject({ ok: true, findings: [], events: 50 })
})
