import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import { sqliteJournal } from './sqlite-journal.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-worker-'))
  path = join(folder, 'orders.db')
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

const event = (sequence: number): StoredEvent => ({
  id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId: 'o' },
})

/** A worker that does what a test says, in place of Sluice's. */
function workerThat(source: string): URL {
  const file = join(folder, 'worker.mjs')
  writeFileSync(file, source)
  return pathToFileURL(file)
}

test.each([
  ['throws', `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { throw new Error('out of luck') })`],
  ['exits', `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { process.exit(3) })`],
])('a thread that %s is a failed journal: everything under way is rejected, nothing hangs, and closing is harmless', async (_, source) => {
  const journal = sqliteJournal(path, { worker: workerThat(source) })
  const calls = [journal.claim('main'), journal.advance('c', 1), journal.find('main', 'k'), journal.accounts()]
  for (const call of await Promise.allSettled(calls)) expect(call).toMatchObject({ status: 'rejected', reason: { code: 'JOURNAL_FAILED' } })
  await expect(journal.append({ account: 'main', epoch: 1, sequence: 0 }, { events: [event(1)] })).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  await journal.close()
  await journal.close()
})

test('a worker file that is not there is a failed journal', async () => {
  const journal = sqliteJournal(path, { worker: pathToFileURL(join(folder, 'none.mjs')) })
  await expect(journal.claim('main')).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  await journal.close()
})

test('the event loop turns while the disk is busy', async () => {
  const journal = sqliteJournal(path)
  const lease = await journal.claim('main')
  let turns = 0
  let writing = true
  const turn = (): void => { turns += 1; if (writing) setImmediate(turn) }
  setImmediate(turn)
  for (let sequence = 1; sequence <= 20; sequence += 1) await journal.append(lease, { events: [event(sequence)] })
  writing = false
  expect(turns).toBeGreaterThan(20)
  await journal.close()
})

test('options of the host that no thread takes do not matter to the journal', async () => {
  const { spawnSync } = await import('node:child_process')
  const index = new URL('index.ts', import.meta.url).href
  const program = `
    const { sqliteJournal } = await import(${JSON.stringify(index)})
    const journal = sqliteJournal(${JSON.stringify(path)})
    console.log((await journal.claim('main')).epoch)
    await journal.close()`
  const { stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=512', '--conditions=@sluice/source', '--input-type=module', '-e', program], { encoding: 'utf8', timeout: 50_000 })
  expect([stdout, stderr]).toEqual(['1\n', ''])
})

test('an idle journal does not keep its process alive, one that owes an answer does', async () => {
  const { spawnSync } = await import('node:child_process')
  const index = new URL('index.ts', import.meta.url).href
  const program = `
    const { sqliteJournal } = await import(${JSON.stringify(index)})
    const journal = sqliteJournal(${JSON.stringify(path)})
    const lease = await journal.claim('main')
    journal.append(lease, { events: [${JSON.stringify(event(1))}] }).then(({ last }) => console.log('durable', last))`
  const { stdout, status } = spawnSync(process.execPath, ['--conditions=@sluice/source', '--input-type=module', '-e', program], { encoding: 'utf8', timeout: 50_000 })
  expect([stdout, status]).toEqual(['durable 1\n', 0])
})
