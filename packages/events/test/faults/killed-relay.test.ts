import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteJournal } from '@sluice/core/sqlite'
import { fakeKafka, type FakeKafka } from '@sluice/events/testing'
import { expect, onTestFinished, test } from 'vitest'
import { orderIdIn } from '../support/kafka-reader.ts'
import { makeHistory } from '../support/make-history.ts'
import { assertWhole } from './assert-delivered.ts'

const EVENTS = 120
const ACCOUNTS = ['main', 'other', '*']
const POISON = 33
const victim = fileURLToPath(new URL('./victim.ts', import.meta.url))

type Deaths = readonly (readonly [step: string, occurrence: number])[]

/** Where relays die, one after another on the same journal, and how often each gets there before it does. */
const LIVES: readonly (readonly [where: string, deaths: Deaths])[] = [
  ['before and while it sends', [['opening', 1], ['before sending', 1], ['received', 1], ['before sending', 4], ['received', 3]]],
  ['with the events taken and the answer on its way', [['appended', 1], ['acknowledged', 1], ['appended', 3], ['acknowledged', 4]]],
  ['while it writes its places', [['before writing a place', 1], ['after writing a place', 1], ['before writing a place', 3], ['after writing a place', 4]]],
  ['while it writes a dead letter', [['before writing a dead letter', 1], ['after writing a dead letter', 1]]],
]

/** Runs a victim to its end: `SIGKILL`, or everything is delivered. */
async function run(journal: string, broker: FakeKafka, step: string, occurrence: number): Promise<'killed' | 'drained'> {
  const child = spawn(process.execPath, ['--conditions=@sluice/source', victim, journal, broker.address, step, String(occurrence)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let left = occurrence
  broker.watch((stage) => {
    if (stage !== step) return
    left -= 1
    if (left === 0) child.kill('SIGKILL')
  })
  const [code, signal] = await once(child, 'exit') as [number | null, string | null]
  broker.watch(undefined)
  expect(code ?? signal, 'it ends as it should').toBeOneOf([0, 'SIGKILL'])
  return signal === 'SIGKILL' ? 'killed' : 'drained'
}

test.each(LIVES)('killed with -9 %s: nothing lost, order kept, repetitions only under the same id', { timeout: 90_000 }, async (where, deaths) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-events-'))
  const broker = await fakeKafka({ topics: ['sluice.events'], partitions: 2 })
  onTestFinished(async () => {
    await broker.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const isPoisoned = where.includes('dead letter')
  if (isPoisoned) broker.refuse(({ value, key }) => key === 'main' && orderIdIn(value) === `order-${POISON}`)
  const path = join(folder, 'orders.db')
  const journal = sqliteJournal(path)
  const history = makeHistory(journal)
  for (const account of ACCOUNTS) await history.append(account, EVENTS)
  await journal.close()

  for (const [step, occurrence] of deaths) expect(await run(path, broker, step, occurrence), `${step}, ${occurrence}`).toBe('killed')
  expect(await run(path, broker, 'none', 0)).toBe('drained')

  const records = broker.records('sluice.events')
  for (const account of ACCOUNTS) assertWhole(records, account, EVENTS, isPoisoned && account === 'main' ? [POISON] : [])
  const after = sqliteJournal(path)
  expect(JSON.parse(await after.cursor('sink:kafka:main') ?? '')).toMatchObject({ sequence: EVENTS, ...(isPoisoned && { dead: [{ sequence: POISON }] }) })
  await after.close()
})
