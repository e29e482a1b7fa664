import { createExecutionService, simulatedBroker } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeJournal, testFolder, type TestFolder } from './support/make-journal.ts'
import { jsonOf, runCli } from './support/run-cli.ts'

// Real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 })

let files: TestFolder
let path: string
beforeEach(async () => {
  files = testFolder()
  path = files.at('orders.db')
  await makeJournal(path, 1)
})
afterEach(() => { files.remove() })

const market = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' } as const
const open = () => createExecutionService({ broker: simulatedBroker(), journal: sqliteJournal(path) })

test('F3: a running service engages what was asked for outside; only a person in it releases; the line does not count again', async () => {
  const service = await open()
  expect((await runCli('kill', 'status', path)).exit).toBe(4)
  expect(await runCli('kill', 'engage', path, '--reason', 'runaway', '--actor', 'ann')).toMatchObject({ exit: 0, err: '' })
  await expect.poll(() => service.killSwitch.status().engaged).toMatchObject([{ scope: 'global', level: 'cancel_all', reason: 'runaway', actor: 'ann' }])
  expect(await service.placeOrder(market)).toMatchObject({ status: 'denied', denial: { code: 'KILL_SWITCH_ENGAGED' } })
  expect(await runCli('kill', 'status', path)).toMatchObject({ exit: 7, out: expect.stringContaining('runaway') as string })
  expect(await runCli('kill', 'release', path)).toMatchObject({ exit: 7, out: expect.stringContaining('service.killSwitch.release') as string })
  expect(service.killSwitch.status().engaged).toHaveLength(1)
  await service.killSwitch.release({ reason: 'checked' })
  await service.close()
  expect(await runCli('kill', 'status', path)).toMatchObject({ exit: 0, out: 'Nothing is engaged.\n' })
  expect((await runCli('kill', 'release', path)).exit).toBe(0)
  const again = await open()
  expect(again.killSwitch.status().engaged).toEqual([])
  await again.close()
})

test('F3: a stopped service starts engaged', async () => {
  expect((await runCli('kill', 'engage', path, '--reason', 'night', '--scope', 'symbol:AAPL', '--level', 'no_new')).exit).toBe(0)
  const waiting = jsonOf(await runCli('kill', 'status', path, '--json'))
  expect(waiting).toMatchObject({ ok: true, engaged: [], waiting: [{ scope: 'symbol:AAPL', level: 'no_new', reason: 'night' }] })
  const service = await open()
  expect(service.killSwitch.status().engaged).toMatchObject([{ scope: 'symbol:AAPL', level: 'no_new' }])
  await service.close()
  expect(await runCli('kill', 'status', path)).toMatchObject({ exit: 7, out: expect.stringMatching(/^Engaged:\n {2}symbol:AAPL {2}no_new/) as string })
})

test('many stops are many lines, and none is lost', async () => {
  await Promise.all(['one', 'two', 'three', 'four'].map((reason) => runCli('kill', 'engage', path, '--reason', reason)))
  const lines = readFileSync(`${path}.trip`, 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as { reason: string }).reason)
  expect(lines.toSorted()).toEqual(['four', 'one', 'three', 'two'])
})

test('F4: a trip file that nobody can read is engaged', async () => {
  writeFileSync(`${path}.trip`, '')
  expect(await runCli('kill', 'status', path)).toMatchObject({ exit: 7, out: expect.stringContaining('cannot be read') as string })
  expect((await runCli('kill', 'engage', path, '--reason', 'again')).exit).toBe(0)
  expect(readFileSync(`${path}.trip`, 'utf8')).toContain('again')
})

test('a stop that would stop nothing is refused, and one that cannot be written is a failure', async () => {
  expect(await runCli('kill', 'engage', files.at('typo.db'), '--reason', 'x')).toMatchObject({ exit: 3, err: expect.stringContaining('there is no journal') as string })
  expect((await runCli('kill', 'engage', path)).exit).toBe(2)
  expect((await runCli('kill', 'engage', path, '--reason', ' ')).exit).toBe(2)
  mkdirSync(`${path}.trip`)
  expect((await runCli('kill', 'engage', path, '--reason', 'x')).exit).toBe(1)
  expect((await runCli('kill', 'status', path)).exit).toBe(7)
})
