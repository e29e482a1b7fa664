import { describe, expect, it } from 'vitest'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { type Clock, sleep } from '../../src/runtime/clock.ts'
import { type CrashRun, crashRun, type Plant } from '../support/crash-run.ts'

const NEVER = Number.POSITIVE_INFINITY

/** One run for each step at which the first process may die. */
async function everyDeath(plant: Plant = {}): Promise<CrashRun[]> {
  const whole = await crashRun([NEVER], plant)
  const runs: CrashRun[] = []
  for (let step = 1; step <= whole.steps[0]!; step += 1) runs.push(await crashRun([step], plant))
  return runs
}

const problemsOf = (runs: readonly CrashRun[]): string[] => runs.flatMap(({ places, problems }) => problems.map((problem) => `${places.join(', then ')}: ${problem}`))

describe('a process that dies', () => {
  it('I2, I3: before or after any write to the journal or call to the broker leaves every order once, settled and as the broker has it', async () => {
    const runs = await everyDeath()
    expect(runs.length).toBeGreaterThan(50)
    expect(problemsOf(runs)).toEqual([])
  }, 120_000)

  it('I2, I3: and dies again at any step of its recovery changes nothing of that', async () => {
    const once = await everyDeath()
    const runs: CrashRun[] = []
    for (const [index, { steps }] of once.entries()) {
      for (let step = 1; step <= steps[1]!; step += 1) runs.push(await crashRun([index + 1, step]))
    }
    expect(runs.length).toBeGreaterThan(200)
    expect(problemsOf(runs)).toEqual([])
  }, 120_000)

  it('I3: three times in its recovery changes nothing of that', async () => {
    const runs: CrashRun[] = []
    for (let step = 1; step <= 60; step += 1) runs.push(await crashRun([step, 1 + step % 3, 2, 3 + step % 4]))
    expect(problemsOf(runs)).toEqual([])
  }, 120_000)
})

describe('the harness sees', () => {
  it('I1: a journal that answers before it has written', async () => {
    const hasty = (inner: Journal, clock: Clock): Journal => ({
      ...inner,
      append: async (lease, batch) => {
        void sleep(clock, 30).then(() => inner.append(lease, batch)).catch(() => undefined)
        return { first: 0, last: 0 }
      },
    })
    expect(problemsOf(await everyDeath({ journal: hasty })).filter((problem) => problem.includes('has no intent'))).not.toEqual([])
  }, 120_000)

  it('I3: a recovery that does not look up what it sent', async () => {
    const blind = (inner: BrokerAdapter): BrokerAdapter => ({
      ...inner,
      lookup: async () => ({ kind: 'not_found', asOf: Number.MAX_SAFE_INTEGER }),
    })
    expect(problemsOf(await everyDeath({ broker: blind }))).not.toEqual([])
  }, 120_000)

  it('I2: a broker that forgets client ids and takes a retry for a new order', async () => {
    let attempts = 0
    const forgetful = (inner: BrokerAdapter): BrokerAdapter => ({
      ...inner,
      lookup: async () => ({ kind: 'not_found', asOf: Number.MAX_SAFE_INTEGER }),
      snapshot: async (since) => ({ ...await inner.snapshot(since), openOrders: { status: 'present', value: [] }, executions: { status: 'present', value: [] } }),
      submit: (order) => inner.submit({ ...order, clientOrderId: `${order.clientOrderId}${attempts += 1}` }),
    })
    expect(problemsOf(await everyDeath({ broker: forgetful }))).not.toEqual([])
  }, 120_000)
})
