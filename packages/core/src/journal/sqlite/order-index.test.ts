import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import type { Journal } from '../journal.ts'
import { openJournalFile } from './journal-file.ts'
import { type Database, loadSqlite } from './load-sqlite.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { verifyJournal } from './verify-journal.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-order-index-'))
  path = join(folder, 'orders.db')
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

const open = (): Journal => sqliteJournal(path, { thread: 'inline' })

/** An event of an order, or one that names none. */
function event(account: string, sequence: number, orderId: string | undefined): StoredEvent {
  const time = '2026-11-22T17:00:00.000Z'
  const [type, data] = orderId === undefined ? ['kill_switch_changed', { scope: 'global' }] : ['order_expired', { orderId }]
  return { id: `${account}:${sequence}`, account, sequence, time, type, data } as unknown as StoredEvent
}

function edit<Value>(work: (database: Database) => Value): Value {
  const database = new (loadSqlite().DatabaseSync)(path)
  try { return work(database) } finally { database.close() }
}

const indexed = (): number => edit((database) => Number(database.prepare('SELECT count(*) AS count FROM order_events').get()?.['count']))

/** One account's history: every order has each seventh event, and each eighth event names none. */
async function fill(events: number): Promise<void> {
  const journal = open()
  const lease = await journal.claim('main')
  for (let done = 0; done < events; done += 1) {
    await journal.append(lease, { events: [event('main', lease.sequence + done + 1, done % 8 === 7 ? undefined : `order-${done % 7}`)] })
  }
  await journal.close()
}

test('the events of an order are found in the index and behind it, before and after a start, and in the closed file', async () => {
  const accounts = ['main', 'second', 'third']
  const orders = ['a', 'b', 'c', 'c2', 'd']
  const step = fc.record({ account: fc.constantFrom(...accounts), orders: fc.array(fc.constantFrom(...orders, undefined), { minLength: 1, maxLength: 60, size: 'max' }), reopen: fc.boolean(), look: fc.integer({ min: 0, max: orders.length - 1 }) })
  let [behind, within] = [0, 0]
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30, size: 'max' }), async (steps) => {
    rmSync(folder, { recursive: true, force: true })
    folder = mkdtempSync(join(tmpdir(), 'sluice-order-index-'))
    path = join(folder, 'orders.db')
    const histories = new Map<string, (string | undefined)[]>(accounts.map((account) => [account, []]))
    const expected = (account: string, order: string): number[] => histories.get(account)!.flatMap((named, index) => (named === order ? [index + 1] : []))
    let journal = open()
    const leases = new Map<string, Awaited<ReturnType<Journal['claim']>>>()
    for (const { account, orders: named, reopen, look } of steps) {
      if (reopen) {
        await journal.close()
        leases.clear()
        journal = open()
      }
      const lease = leases.get(account) ?? await journal.claim(account)
      leases.set(account, lease)
      const history = histories.get(account)!
      await journal.append(lease, { events: named.map((order, index) => event(account, history.length + index + 1, order)) })
      history.push(...named)
      for (const one of accounts) expect((await journal.readOrder(one, orders[look]!)).map(({ sequence }) => sequence)).toEqual(expected(one, orders[look]!))
    }
    await journal.close()
    const file = openJournalFile(path)
    for (const account of accounts) for (const order of orders) expect(file.orderEvents(account, order).map(({ sequence }) => sequence)).toEqual(expected(account, order))
    file.close()
    expect(await verifyJournal(path)).toMatchObject({ ok: true, findings: [] })
    const all = accounts.flatMap((account) => histories.get(account)!).filter((order) => order !== undefined).length
    const found = indexed()
    within += found
    behind += all - found
  }), { numRuns: 30 })
  // Both ways were gone.
  expect(within).toBeGreaterThan(1000)
  expect(behind).toBeGreaterThan(200)
})

test('it is never more than some dozen events behind, whatever restarts', async () => {
  for (let round = 0; round < 6; round += 1) await fill(40)
  const [all, found] = [6 * 35, indexed()]
  expect(all - found).toBeLessThan(64)
  expect(found).toBeGreaterThan(0)
})

test.each([
  ['a row of it is gone', `DELETE FROM order_events WHERE order_id = 'order-3' AND position = (SELECT max(position) FROM order_events WHERE order_id = 'order-3')`],
  ['a row of it names another order', `UPDATE order_events SET order_id = 'order-9' WHERE position = (SELECT min(position) FROM order_events)`],
  ['a row too many is in it', `INSERT INTO order_events SELECT 'order-9', min(position) FROM order_events`],
  ['it says that it has more than it has', `UPDATE indexed SET position = position + 10`],
  ['it says that it has less than it has', `UPDATE indexed SET position = position - 10`],
  ['it says of a history that it has nothing of it', 'DELETE FROM indexed'],
])('%s: verification finds it', async (_, sql) => {
  await fill(300)
  expect(await verifyJournal(path)).toMatchObject({ ok: true })
  edit((database) => { database.exec(sql) })
  const { ok, findings } = await verifyJournal(path)
  expect(ok).toBe(false)
  expect(findings.map(({ code }) => code)).toContain('RECORD_DAMAGED')
})
