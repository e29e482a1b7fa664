import { expect, it } from 'vitest'
import { orderStorm } from './order-storm.ts'

it('I4: of 100 000 random orders none is sent that could pass the limit, and no reservation is left', () => {
  const { breaches, leaks, orders, accepted, denied, amends, restarts } = orderStorm('ci', 100_000, 'check-and-reserve')
  expect({ breaches, leaks, orders }).toEqual({ breaches: 0, leaks: 0, orders: 100_000 })
  // The limit is pressed against, amends pass, processes die.
  expect([accepted > 30_000, denied > 20_000, amends > 5000, restarts > 10]).toEqual([true, true, true, true])
}, 120_000)

it('the same storm breaches the limit when orders are checked first and recorded later', () => {
  const { breaches, leaks } = orderStorm('control', 2000, 'check, then record')
  expect(breaches).toBeGreaterThan(100)
  expect(leaks).toBe(0)
})
