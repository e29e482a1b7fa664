// Real processes, real files. `pnpm crash --points 1000` and `pnpm damage --files 1000` are the large sizes of what runs here.
import { describe, expect, test } from 'vitest'
import { countSyncs, tracingMissing } from './count-syncs.ts'
import { crash } from './crash-run.ts'
import { runPlan } from './crash-plan.ts'
import { damageRun } from './damage-run.ts'
import type { Plant } from './desk.ts'
import { allFaults } from './faults.ts'

const POINTS = 16
const FILES = 100
const APPENDS = 40

test(`I2, I3: ${POINTS} killed processes, some of them killed again in their recovery, lose nothing, double nothing and break no chain`, async () => {
  const { runs, violations, steps } = await runPlan({ points: POINTS, from: 11, without: 'faults' })
  expect(violations.map(([number, { places, problems }]) => [number, places, problems])).toEqual([])
  expect(runs).toBe(POINTS)
  expect(steps).toBeGreaterThan(60)
}, 120_000)

describe('I10: a process is broken by', () => {
  for (const fault of allFaults()) {
    const note = fault.missing === undefined ? '' : ` (skipped: ${fault.missing})`
    test.skipIf(fault.missing !== undefined)(`${fault.name}: what was answered is there, and nothing is doubled${note}`, async () => {
      let shown = false
      for (let attempt = 1; attempt <= 8 && !shown; attempt += 1) {
        const { problems, victims, places } = await crash({ seed: `fault-${attempt}`, diesAt: 0, fault })
        expect(problems, places.join(', ')).toEqual([])
        shown = fault.alert === undefined || victims[0]?.alerts.has(fault.alert) === true
      }
      expect(shown, 'the fault takes effect').toBe(true)
    }, 120_000)
  }
})

describe('the suite finds', () => {
  test.each<Plant>(['no-lookup', 'early-answer', 'no-pins'])('a planted %s', async (plant) => {
    for (let from = 1; from <= 41; from += 2) {
      const { violations } = await runPlan({ points: 2, from, plant, without: 'faults' })
      if (violations.length > 0) return
    }
    expect.unreachable('no run saw it')
  }, 120_000)
})

describe('every acknowledged append is a sync that the kernel has seen', () => {
  const missing = tracingMissing()
  const note = missing === undefined ? '' : ` (skipped: ${missing})`

  for (const thread of ['worker', 'inline'] as const) {
    test.skipIf(missing !== undefined)(`on the ${thread} thread${note}`, () => {
      expect(countSyncs(APPENDS, thread, 'full')).toBeGreaterThanOrEqual(APPENDS)
    })
  }

  test.skipIf(missing !== undefined)(`and a WAL with synchronous=NORMAL behind Sluice's back is found by counting${note}`, () => {
    expect(countSyncs(APPENDS, 'inline', 'normal')).toBeLessThan(APPENDS / 2)
  })
})

test(`${FILES} torn and flipped files: what does not read as it was written is found, every time`, async () => {
  const { missed, found } = await damageRun(FILES, 'damage')
  expect(missed).toEqual([])
  expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(FILES)
  // Every kind of damage has come up.
  expect(Object.keys(found)).toEqual(expect.arrayContaining(['STRUCTURE_DAMAGED', 'CHAIN_BROKEN', 'RECORD_DAMAGED', 'TAIL_MISSING', 'PIN_DAMAGED']))
})
