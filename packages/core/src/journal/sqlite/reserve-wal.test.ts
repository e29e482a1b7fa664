import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import { reserveWal, WAL_PAGES } from './reserve-wal.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { verifyJournal } from './verify-journal.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-wal-'))
  path = join(folder, 'orders.db')
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

const FRAME = 4120
const LARGEST = 32 + WAL_PAGES * FRAME

function event(sequence: number, size = 10): StoredEvent {
  return { id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId: 'x'.repeat(size) } }
}

const sizeOfWal = (): number => statSync(`${path}-wal`).size

/** The end of the last frame in the WAL. */
function endOfWal(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return 32 + Math.ceil((end - 32) / FRAME) * FRAME
}

test('no commit lengthens the WAL: what it will write is there before it, until the WAL begins anew', async () => {
  const journal = sqliteJournal(path, { thread: 'inline' })
  const lease = await journal.claim('main')
  let lengthened = 0
  for (let sequence = 1; sequence <= WAL_PAGES + 500; sequence += 1) {
    const before = sizeOfWal()
    // About a page each.
    await journal.append(lease, { events: [event(sequence)] })
    const after = sizeOfWal()
    if (after === before) continue
    lengthened += 1
    // Not by what was written, but by hundreds of pages ahead of it.
    expect([after - before > 100 * FRAME, after <= LARGEST]).toEqual([true, true])
  }
  expect(lengthened).toBeLessThan(20)
  expect(sizeOfWal()).toBe(LARGEST)
  await journal.close()
  expect(await verifyJournal(path)).toMatchObject({ ok: true, events: WAL_PAGES + 500 })
})

test('commits larger than what was written ahead go on', async () => {
  const journal = sqliteJournal(path, { thread: 'inline' })
  const lease = await journal.claim('main')
  for (let sequence = 1; sequence <= 30; sequence += 1) await journal.append(lease, { events: [event(sequence, 2_000_000)] })
  await journal.close()
  expect(await verifyJournal(path)).toMatchObject({ ok: true, events: 30 })
})

test('the zeros behind the last frame are nothing to a start: the files of a moment open as they are, with and without them', async () => {
  const journal = sqliteJournal(path, { thread: 'inline' })
  const lease = await journal.claim('main')
  for (let sequence = 1; sequence <= 20; sequence += 1) await journal.append(lease, { events: [event(sequence)] })
  const names = ['orders.db', 'orders.db-wal', 'orders.db.heads']
  // By another process: no one may read the file through this one while it is open.
  const copied = spawnSync(process.execPath, ['-e', `for (const name of process.argv.slice(2)) fs.copyFileSync(process.argv[1] + '/' + name, process.argv[1] + '/moment-' + name)`, folder, ...names])
  expect(copied.status, String(copied.stderr)).toBe(0)
  await journal.close()
  const moment = join(folder, 'moment-orders.db')
  const files = ['', '-wal', '.heads'].map((suffix) => [moment + suffix, readFileSync(moment + suffix)] as const)
  const wal = files[1]![1]
  expect(wal.length).toBeGreaterThan(endOfWal(wal) + 100 * FRAME)
  for (const bytes of [wal, wal.subarray(0, endOfWal(wal)), wal.subarray(0, endOfWal(wal) + FRAME / 2)]) {
    for (const [name, content] of files) writeFileSync(name, content)
    writeFileSync(`${moment}-wal`, bytes)
    const again = sqliteJournal(moment, { thread: 'inline' })
    expect((await again.claim('main')).sequence).toBe(20)
    await again.close()
    expect(await verifyJournal(moment)).toMatchObject({ ok: true, events: 20 })
  }
  // Of these events the file itself has none: all are in the WAL.
  writeFileSync(moment, files[0]![1])
  rmSync(`${moment}-wal`, { force: true })
  expect((await verifyJournal(moment)).ok).toBe(false)
})

test('a file without a WAL has nothing reserved', () => {
  const reserve = reserveWal(path)
  reserve.keepAhead()
  reserve.close()
  expect(existsSync(`${path}-wal`)).toBe(false)
})
