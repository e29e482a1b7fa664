import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import type { Anchor, AnchorOptions } from './anchors.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { verifyJournal } from './verify-journal.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const signWith = (text: string): string => sign(null, Buffer.from(text), privateKey).toString('base64')
const verifySignature = (text: string, signature: string): boolean => verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64'))

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-anchors-'))
  path = join(folder, 'orders.db')
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

const event = (sequence: number, orderId: string): StoredEvent => ({
  id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId },
})

async function write(count: number, anchors: AnchorOptions, word = 'o'): Promise<void> {
  const journal = sqliteJournal(path, { thread: 'inline', anchors })
  const lease = await journal.claim('main')
  for (let sequence = lease.sequence + 1; sequence <= count; sequence += 1) await journal.append(lease, { events: [event(sequence, `${word}-${sequence}`)] })
  await journal.close()
}

test('anchors are signed every so many events and at the end, published, and hold', async () => {
  const published: Anchor[] = []
  await write(25, { sign: signWith, every: 10, publish: (anchor) => { published.push(anchor) } })
  expect(published).toHaveLength(3)
  expect(published.at(-1)?.heads.map(([account, sequence]) => `${account}:${sequence}`)).toEqual(['main:25'])
  expect(readFileSync(`${path}.anchors`, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Anchor)).toEqual(published)
  expect(await verifyJournal(path, { verifySignature })).toMatchObject({ ok: true, findings: [] })
})

test('a history that was written anew, pins and all, does not fit the anchors that were signed', async () => {
  await write(25, { sign: signWith, every: 10 })
  const signed = readFileSync(`${path}.anchors`)
  for (const suffix of ['', '.heads', '.anchors']) rmSync(path + suffix)
  await write(25, { sign: () => 'no key', every: 10 }, 'another')
  writeFileSync(`${path}.anchors`, signed)
  const { ok, findings } = await verifyJournal(path, { verifySignature })
  expect(ok).toBe(false)
  expect(findings[0]).toMatchObject({ code: 'ANCHOR_INVALID', message: expect.stringContaining('is not the one that was signed') as string })
})

test('an anchor that somebody else signed is found', async () => {
  await write(5, { sign: () => 'bm8ga2V5' })
  expect((await verifyJournal(path)).ok).toBe(true)
  expect((await verifyJournal(path, { verifySignature })).findings).toMatchObject([{ code: 'ANCHOR_INVALID', message: expect.stringContaining('signature') as string }])
})

test('a key that cannot be reached is told, and orders go on', async () => {
  const errors: unknown[] = []
  await write(25, { sign: () => Promise.reject(new Error('the key service is away')), every: 10, onError: (error) => { errors.push(error) } })
  expect(errors).toHaveLength(3)
  expect(await verifyJournal(path)).toMatchObject({ ok: true, events: 25 })
})
