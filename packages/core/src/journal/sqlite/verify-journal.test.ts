import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import { CHAIN_START } from '../chain.ts'
import { chainHash } from './chain-hash.ts'
import { loadSqlite } from './load-sqlite.ts'
import { openJournalFile } from './journal-file.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { verifyJournal } from './verify-journal.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-verify-'))
  path = join(folder, 'orders.db')
  const journal = sqliteJournal(path, { thread: 'inline' })
  for (const account of ['main', 'second']) {
    const lease = await journal.claim(account)
    for (let sequence = 1; sequence <= 40; sequence += 1) {
      const orderId = `order-${sequence}`
      await journal.append(lease, {
        events: [event(sequence, account)], keys: [{ key: `key-${sequence}`, orderId, digest: 'd' }], names: [{ name: `client:${sequence}`, orderId }], cursors: { broker: String(sequence) },
      })
    }
    await journal.saveSnapshot(lease, { sequence: 40, state: { open: [] } })
  }
  await journal.advance('totp:ann', 58_000_000)
  await journal.close()
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

function event(sequence: number, account: string): StoredEvent {
  return { id: `${account}:${sequence}`, account, sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId: `order-${sequence}` } }
}

/** What somebody with a SQLite tool might do to the closed file. */
function tamper(...statements: readonly string[]): void {
  const database = new (loadSqlite().DatabaseSync)(path)
  for (const sql of statements) database.exec(sql)
  database.close()
}

const codes = async (): Promise<string[]> => (await verifyJournal(path)).findings.map(({ code }) => code)

test('a sound journal has no findings, and verifying it leaves every file as it was', async () => {
  const before = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const)
  const progress: string[] = []
  const report = await verifyJournal(path, { onProgress: ({ phase, done, total }) => { progress.push(`${phase} ${done}/${total}`) } })
  expect(report).toMatchObject({ path, ok: true, events: 80, findings: [], accounts: [{ account: 'main', sequence: 40, pruned: 0 }, { account: 'second', sequence: 40 }] })
  expect(progress).toContain('events 80/80')
  expect(progress.at(-1)).toBe('structure 1/1')
  expect(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))])).toEqual(before)
})

test('anyone can compute the chain from what is read', () => {
  const file = openJournalFile(path)
  let head = CHAIN_START
  for (const { event: { account, sequence, time, type }, epoch, hash, data } of file.events('main')) {
    head = chainHash(head, { account, sequence, epoch, time, type, data })
    expect(hash).toBe(head)
  }
  expect(file.accounts()[0]).toMatchObject({ account: 'main', head, sequence: 40 })
  file.close()
})

/** Where the first account's positions begin. */
const MAIN = 2 ** 36
const UNLOCK = 'DROP TRIGGER events_no_update; DROP TRIGGER events_no_delete; DROP TRIGGER events_no_replace'
const LOCK = (): string => {
  const journal = new (loadSqlite().DatabaseSync)(path, { readOnly: true })
  const rows = journal.prepare(`SELECT sql FROM sqlite_schema WHERE type = 'trigger'`).all()
  journal.close()
  return rows.map(({ sql }) => String(sql)).join(';')
}

test.each([
  ['an event is rewritten', `UPDATE events SET data = '{"orderId":"order-7","x":1}' WHERE position = ${MAIN} + 7`, 'CHAIN_BROKEN'],
  ['an event is moved to another time', `UPDATE events SET time = '2026-11-22T17:00:00.001Z' WHERE position = ${MAIN} + 7`, 'CHAIN_BROKEN'],
  ['an event is taken out', `DELETE FROM events WHERE position = ${MAIN} + 7`, 'EVENT_MISSING'],
  ['the last event is taken out', `DELETE FROM events WHERE position = ${MAIN} + 40`, 'TAIL_MISSING'],
  ['an event is found under another order', `UPDATE events SET order_id = 'other' WHERE position = ${MAIN} + 7`, 'RECORD_DAMAGED'],
  ['an account is left out', `DELETE FROM accounts WHERE account = 'second'`, 'EVENT_MISSING'],
  ['a key points elsewhere', `UPDATE keys SET order_id = 'other' WHERE key = 'key-3'`, 'RECORD_DAMAGED'],
  ['a name points elsewhere', `UPDATE names SET order_id = 'other' WHERE name = 'client:3'`, 'RECORD_DAMAGED'],
  ['a spent code is taken back', `UPDATE counters SET value = 1`, 'RECORD_DAMAGED'],
  ['a cursor goes back', `UPDATE cursors SET value = '1'`, 'RECORD_DAMAGED'],
  ['a snapshot is changed', `UPDATE snapshots SET state = '{}' WHERE account = 'main'`, 'RECORD_DAMAGED'],
  ['an index is gone', 'DROP TABLE order_events', 'SCHEMA_CHANGED'],
])('%s: it is found', async (_, sql, code) => {
  const lock = LOCK()
  tamper(UNLOCK, sql, lock)
  const report = await verifyJournal(path)
  expect(report.ok).toBe(false)
  expect(report.findings.map((finding) => finding.code)).toContain(code)
})

test('a trigger that is left out is found', async () => {
  tamper('DROP TRIGGER events_no_delete')
  expect(await codes()).toEqual(['SCHEMA_CHANGED'])
})

test('a tail that is taken off cleanly is found by the pins', async () => {
  const lock = LOCK()
  tamper(UNLOCK, `DELETE FROM events WHERE position > 2 * ${MAIN} + 30`, lock)
  // The snapshot of that account is ahead of its history now.
  expect(await codes()).toEqual(['RECORD_DAMAGED', 'TAIL_MISSING'])
})

test('an older copy of the file is found, and does not open', async () => {
  const older = join(folder, 'older.db')
  copyFileSync(path, older)
  const journal = sqliteJournal(path, { thread: 'inline' })
  await journal.append(await journal.claim('main'), { events: [event(41, 'main')] })
  await journal.close()
  copyFileSync(older, path)
  expect(await codes()).toContain('TAIL_MISSING')
  const again = sqliteJournal(path)
  await expect(again.claim('main')).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', message: expect.stringContaining('main:41') as string })
  await again.close()
})

test('a change that is in no chain is pinned as well: a spent code does not come back with an older copy', async () => {
  const older = join(folder, 'older.db')
  copyFileSync(path, older)
  const journal = sqliteJournal(path, { thread: 'inline' })
  await journal.advance('totp:ann', 58_000_001)
  await journal.close()
  copyFileSync(older, path)
  expect(await codes()).toEqual(['TAIL_MISSING'])
})

test('without pins nothing says that the tail is whole: said, and not taken for damage', async () => {
  rmSync(`${path}.heads`)
  expect(await verifyJournal(path)).toMatchObject({ ok: true, findings: [{ code: 'PINS_MISSING' }] })
})

test('a damaged pin is found', async () => {
  const pins = readFileSync(`${path}.heads`)
  pins[140] = (pins[140] ?? 0) ^ 1
  writeFileSync(`${path}.heads`, pins)
  expect(await codes()).toEqual(['PIN_DAMAGED'])
})

test('a journal that a service has open is JOURNAL_LOCKED, one that is not there JOURNAL_FAILED', async () => {
  const journal = sqliteJournal(path)
  await journal.accounts()
  await expect(verifyJournal(path)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' })
  await journal.close()
  await expect(verifyJournal(join(folder, 'none.db'))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  expect(existsSync(join(folder, 'none.db'))).toBe(false)
})

test('it can be given up', async () => {
  await expect(verifyJournal(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
})

test('a flip in any place where an order stands is found: in the event, in its index, among keys and names', async () => {
  // So many more that all before them are in the index of orders.
  const journal = sqliteJournal(path, { thread: 'inline' })
  const more = Array.from({ length: 64 }, (_, index): StoredEvent => ({ ...event(41 + index, 'main'), data: { orderId: 'x' } } as StoredEvent))
  await journal.append(await journal.claim('main'), { events: more })
  await journal.close()
  // Nothing of former pages is left in free space.
  tamper('PRAGMA secure_delete = ON; VACUUM')
  const sound = readFileSync(path)
  const places: number[] = []
  // The one stands out of order when it is flipped, the other does not.
  for (const order of ['order-17', 'order-40']) for (let at = sound.indexOf(order); at !== -1; at = sound.indexOf(order, at + 1)) places.push(at)
  // Two accounts: data and column of the event, its index, a key, a name.
  expect(places.length).toBeGreaterThanOrEqual(20)
  for (const at of places) {
    const damaged = Buffer.from(sound)
    damaged[at + 7] = (damaged[at + 7] ?? 0) ^ 1
    writeFileSync(path, damaged)
    expect(await codes(), `byte ${at}`).not.toEqual([])
  }
})
