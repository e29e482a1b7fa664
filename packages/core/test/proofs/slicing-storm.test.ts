import { expect, it } from 'vitest'
import { slicingStorm } from './slicing-storm.ts'

it('I6: no slicing, amending or replacing of 40 000 orders reaches the threshold without approval', () => {
  const { breaches, sent, challenged, amends, approved } = slicingStorm('ci', 40_000)
  expect(breaches).toBe(0)
  expect([sent > 5000, challenged > 2000, amends > 1000, approved > 500]).toEqual([true, true, true, true])
})

it('the same storm dodges a guard that judges each order alone', () => {
  expect(slicingStorm('control', 2000, false).breaches).toBeGreaterThan(50)
})
