import { addRun, createSummary, describeFailure, describeSummary, NO_PLANT, planOf, type Plant, runPlan, shrinkPlan, violationsOf } from '@sluice/testkit/simulation'
import { describe, expect, test } from 'vitest'

/** Larger sizes: `pnpm simulate --seeds N`. */
const SEEDS = 400

describe('simulation', () => {
  test(`${SEEDS} seeds keep every invariant, and reach every kind of fault`, async () => {
    const summary = createSummary()
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const result = await runPlan(planOf(String(seed)))
      addRun(summary, result)
      if (result.violations.length > 0) expect.fail(describeFailure((await shrinkPlan(result)).result))
    }
    expect(violationsOf(summary)).toBe(0)
    expect([...summary.faults].filter(([, times]) => times === 0), describeSummary(summary)).toEqual([])
  }, 300_000)

  test('two runs of a seed leave byte for byte the same trace', async () => {
    for (const seed of ['1', '2', '3', 'a word', '99']) {
      const [first, second] = [await runPlan(planOf(seed)), await runPlan(planOf(seed))]
      expect(second.trace).toEqual(first.trace)
      expect(second.hash).toBe(first.hash)
      expect(first.trace.length).toBeGreaterThan(100)
    }
    expect((await runPlan(planOf('1'))).hash).not.toBe((await runPlan(planOf('2'))).hash)
  })

  test('a failure shrinks to the few actions that it takes, and still fails', async () => {
    // A broker adapter that sends every order a second time, under another id, when its answer was lost.
    const plant: Plant = {
      broker: (inner) => ({
        ...inner,
        submit: async (order) => {
          const outcome = await inner.submit(order)
          return outcome.kind === 'ambiguous' ? inner.submit({ ...order, clientOrderId: `${order.clientOrderId}x` }) : outcome
        },
      }),
    }
    for (let seed = 1; seed <= 200; seed += 1) {
      const failing = await runPlan(planOf(String(seed)), plant)
      if (failing.violations.length === 0) continue
      const { result } = await shrinkPlan(failing, plant)
      expect(result.violations.map(({ invariant }) => invariant)).toContain(failing.violations[0]?.invariant)
      expect(result.plan.actions.length).toBeLessThanOrEqual(6)
      expect((await runPlan(result.plan, plant)).hash).toBe(result.hash)
      expect((await runPlan(result.plan, NO_PLANT)).violations).toEqual([])
      return
    }
    expect.fail('no seed has found it')
  }, 300_000)
})
