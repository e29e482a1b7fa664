import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVirtualClock } from '@sluice/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileFixStore } from './file-fix-store.ts'
import type { FixStore, StoreRecord } from './fix-store.ts'
import { MAGIC } from './store-frame.ts'

let folder = ''
let path = ''
const opened: FixStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-fix-'))
  path = join(folder, 'deep', 'session.fix')
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(fsync: 'always' | 'interval' | 'never' = 'never', at: string = path): FixStore {
  const store = fileFixStore({ path: at, fsync })
  opened.push(store)
  return store
}
const append = (store: FixStore, record: StoreRecord): Promise<void> =>
  new Promise((resolve, reject) => { store.append(record, (error) => { if (error === undefined) resolve(); else reject(error) }) })
const message = (sequence: number, text = `message ${sequence}`): StoreRecord => ({ kind: 'message', sequence, bytes: Buffer.from(text) })
const texts = (store: FixStore): string[] => store.read(1, 100).map(({ sequence, bytes }) => `${sequence}:${Buffer.from(bytes).toString()}`)

describe.each(['always', 'interval', 'never'] as const)('file store, fsync %s', (fsync) => {
  it('goes on where it ended', async () => {
    const store = open(fsync)
    expect(await store.open(5)).toEqual({ nextSender: 1, nextTarget: 1, createdAt: 5 })
    await Promise.all([append(store, message(1)), append(store, message(2)), append(store, message(3)), append(store, { kind: 'target', next: 9 }), append(store, { kind: 'gap', sequence: 2 })])
    await store.close()
    const again = open(fsync)
    expect(await again.open(6)).toEqual({ nextSender: 4, nextTarget: 9, createdAt: 5 })
    expect(texts(again)).toEqual(['1:message 1', '3:message 3'])
  })

  it('forgets everything with a reset, in one step', async () => {
    const store = open(fsync)
    await store.open(5)
    await append(store, message(1))
    await append(store, { kind: 'reset', numbers: { nextSender: 1, nextTarget: 2, createdAt: 7 } })
    await append(store, message(1, 'new'))
    await store.close()
    const again = open(fsync)
    expect([await again.open(8), texts(again)]).toEqual([{ nextSender: 2, nextTarget: 2, createdAt: 7 }, ['1:new']])
  })

  it('answers in the order of the calls', async () => {
    const store = open(fsync)
    await store.open(5)
    const order: number[] = []
    await Promise.all([1, 2, 3, 4, 5].map(async (sequence) => { await append(store, message(sequence)); order.push(sequence) }))
    expect(order).toEqual([1, 2, 3, 4, 5])
  })
})

it('a file cut at any byte keeps every whole message before the cut, and goes on', async () => {
  const store = open()
  await store.open(5)
  const ends: number[] = []
  for (let sequence = 1; sequence <= 5; sequence += 1) {
    await append(store, message(sequence))
    ends.push(readFileSync(path).length)
  }
  await store.close()
  const whole = readFileSync(path)
  const first = whole.length - (ends[4]! - ends[0]!) - (ends[1]! - ends[0]!)
  for (let cut = first; cut <= whole.length; cut += 1) {
    const copy = join(folder, `cut-${cut}.fix`)
    writeFileSync(copy, whole.subarray(0, cut))
    const again = fileFixStore({ path: copy, fsync: 'never' })
    const kept = ends.filter((end) => end <= cut).length
    expect((await again.open(6)).nextSender, `cut at ${cut}`).toBe(kept + 1)
    await append(again, message(kept + 1, 'more'))
    expect(texts(again).at(-1)).toBe(`${kept + 1}:more`)
    await again.close()
    rmSync(copy)
  }
})

it('a broken file is an error, never a start at 1', async () => {
  const store = open()
  await store.open(5)
  for (let sequence = 1; sequence <= 5; sequence += 1) await append(store, message(sequence))
  await store.close()
  const whole = readFileSync(path)
  const variants: readonly Buffer[] = [
    Buffer.alloc(0), whole.subarray(0, 5), MAGIC, Buffer.concat([Buffer.from('XXXXXXXX'), whole.subarray(8)]),
    Buffer.from(whole).fill(0xff, 60, 62),
  ]
  for (const [number, bytes] of variants.entries()) {
    const broken = join(folder, `broken-${number}.fix`)
    writeFileSync(broken, bytes)
    await expect(fileFixStore({ path: broken }).open(6), String(number)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' })
    expect(readFileSync(broken)).toEqual(bytes)
  }
  appendFileSync(path, Buffer.from([1, 2, 3]))
  const again = open()
  expect((await again.open(6)).nextSender).toBe(6)
})

it('has one owner, and outlives an owner that died', async () => {
  const store = open()
  await store.open(5)
  await expect(fileFixStore({ path }).open(6)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' })
  await store.close()
  writeFileSync(`${path}.lock`, '999999999')
  const again = open()
  await again.open(6)
  await again.close()
  writeFileSync(`${path}.lock`, String(process.ppid))
  await expect(fileFixStore({ path }).open(6)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' })
  rmSync(`${path}.lock`)
})

it('once a write has failed nothing is taken any more', async () => {
  const store = open()
  await store.open(5)
  await append(store, message(1))
  // A sequence that cannot be written.
  await expect(append(store, message(-1))).rejects.toThrow('out of range')
  await expect(append(store, message(2))).rejects.toThrow('out of range')
})

it('with syncs by interval a power cut takes messages, never numbers', async () => {
  const clock = createVirtualClock()
  const store = fileFixStore({ path, fsync: 'interval', interval: 50, clock })
  opened.push(store)
  await store.open(5)
  const before = readFileSync(path).length
  for (let sequence = 1; sequence <= 5; sequence += 1) await append(store, message(sequence))
  const whole = readFileSync(path)
  // What is reserved was synced before the first message was taken; behind it anything may be missing.
  const reservation = before + 8 + 9
  for (let cut = reservation; cut <= whole.length; cut += 1) {
    const copy = join(folder, `power-${cut}.fix`)
    writeFileSync(copy, whole.subarray(0, cut))
    const again = fileFixStore({ path: copy, fsync: 'interval', clock })
    const { nextSender } = await again.open(6)
    expect(nextSender, `cut at ${cut}`).toBeGreaterThan(5)
    await append(again, message(nextSender))
    await again.close()
    const closed = fileFixStore({ path: copy, fsync: 'always' })
    expect((await closed.open(7)).nextSender, 'closed in order, nothing is left out').toBe(nextSender + 1)
    await closed.close()
    rmSync(copy)
  }
  await clock.advance(50)
  await store.close()
  const whenClosed = open('interval')
  expect((await whenClosed.open(8)).nextSender).toBe(6)
})

it('syncs by interval reserve more numbers before those they have are used up', async () => {
  const store = open('interval')
  await store.open(5)
  for (let sequence = 1; sequence <= 5000; sequence += 1) await append(store, message(sequence, 'x'))
  const copy = join(folder, 'more.fix')
  writeFileSync(copy, readFileSync(path))
  const again = open('interval', copy)
  expect((await again.open(6)).nextSender).toBeGreaterThan(8192)
})
