import { memorySink } from '@sluice/events'
import { createSeededRandom } from '@sluice/testkit/simulation'
import { expect, test } from 'vitest'
import { makeHistory } from './support/make-history.ts'
import { openRelay, type OpenRelay } from './support/open-relay.ts'

const SEEDS = Number(process.env['SLUICE_LIVES'] ?? 150)
const ACCOUNTS = ['main', 'second', '*']

/** One life of a journal: events, outages, lost answers, refusals, crashes at any moment. */
async function assertLife(seed: number): Promise<void> {
  const random = createSeededRandom(`relay ${seed}`)
  const history = makeHistory()
  const sink = memorySink()
  const poisoned = new Set<string>()
  sink.refuse(({ account, sequence }) => poisoned.has(`${account}:${sequence}`))
  const start = (): Promise<OpenRelay> => openRelay({ sinks: [sink], batch: random.pick([1, 3, 256]), attempts: 2, retryDelay: 10, longestDelay: 200, saveEvery: random.pick([1, 50, 1000]) }, history)
  let open = await start()
  for (let step = 0; step < 40; step += 1) {
    const what = random.weighted({ append: 10, time: 10, poison: 1, fail: 1, heal: 2, lose: 2, close: 1, crash: 2 })
    if (what === 'append') await history.append(random.pick(ACCOUNTS), random.between(1, 12))
    else if (what === 'time') await open.clock.advance(random.pick([0, 1, 5, 60, 500]))
    else if (what === 'poison') poisoned.add(`${random.pick(ACCOUNTS)}:${random.between(1, 60)}`)
    else if (what === 'fail') sink.fail()
    else if (what === 'heal') sink.heal()
    else if (what === 'lose') sink.loseAnswer()
    else if (what === 'close') {
      const closing = open.relay.close()
      await open.clock.advance(5000)
      await closing
      open = await start()
    } else {
      // The one before is never heard of again, but what it has on its way may still arrive.
      open = await start()
    }
  }
  sink.heal()
  await open.clock.advance(120_000)
  expect(open.relay.lag(), `lag, seed ${seed}`).toBe(0)

  const dead = new Set(open.relay.deadLetters().map(({ eventId }) => eventId))
  for (const id of dead) expect(poisoned.has(id), `${id} was refused, seed ${seed}`).toBe(true)
  for (const account of ACCOUNTS) {
    const all = history.events.filter((event) => event.account === account).map(({ id }) => id)
    const arrived = sink.unique.flatMap((item) => (item.account === account && item.type !== 'stream_reset' ? [item.id] : []))
    // One may be refused only when it comes again: then it is a dead letter, and there all the same.
    expect(arrived.filter((id) => !dead.has(id)), `seed ${seed}`).toEqual(all.filter((id) => !dead.has(id)))
  }
  for (const item of sink.received) expect(item, 'an event comes again as it was').toEqual(history.events.find((event) => event.account === item.account && event.sequence === item.sequence))
}

test(`${SEEDS} lives of a journal: nothing lost, order kept, dead letters only for what was refused`, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await assertLife(seed)
})
