import { expect, it } from 'vitest'
import { slicingStorm } from './slicing-storm.ts'

it('I6: no slicing, amending or replacing of 40 000 orders reaches the threshold of a symbol or of the account without approval', () => {
  const { breaches, accountBreaches, sent, challenged, amends, approved } = slicingStorm('ci', 40_000)
  expect([breaches, accountBreaches]).toEqual([0, 0])
  expect([sent > 5000, challenged > 2000, amends > 1000, approved > 500]).toEqual([true, true, true, true])
})

it('the same storm dodges a guard that judges each order alone', () => {
  const { breaches, accountBreaches } = slicingStorm('control', 2000, 'memory')
  expect([breaches > 50, accountBreaches > 50]).toEqual([true, true])
})

it('and, spread over symbols and sides, one that judges each of them alone', () => {
  const { breaches, accountBreaches } = slicingStorm('control', 2000, 'account')
  expect([breaches, accountBreaches > 20]).toEqual([0, true])
})
