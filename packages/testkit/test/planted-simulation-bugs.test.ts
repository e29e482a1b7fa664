import { planOf, runPlan } from '@sluice/testkit/simulation'
import { describe, expect, test } from 'vitest'
import { plantedBugs } from './support/planted-bugs.ts'

const SEEDS = 1000

describe('within 1 000 seeds the simulation finds', () => {
  test.each(plantedBugs.map((bug) => [bug.name, bug] as const))('%s', async (_, { breaks, plant }) => {
    const others = new Set<string>()
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { violations } = await runPlan(planOf(String(seed)), plant)
      if (violations.some(({ invariant }) => breaks.includes(invariant))) return
      for (const { invariant, message } of violations) others.add(`${invariant} ${message}`)
    }
    expect.fail(`nothing was found; others: ${[...others].slice(0, 5).join('; ')}`)
  }, 300_000)
})
