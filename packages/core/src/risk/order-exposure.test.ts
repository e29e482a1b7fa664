import { expect, it } from 'vitest'
import { makeIntent } from '../../test/support/make-event.ts'
import { ONE } from '../order/decimal.ts'
import { exposureOf, leavesOfExposure, termsOf } from './order-exposure.ts'

const held = exposureOf(makeIntent({ symbol: 'AAPL', side: 'buy', quantity: '10', limitPrice: '90' }))

it('holds what its intent reserved', () => {
  expect(held).toEqual({ broker: 'main', symbol: 'AAPL', side: 'buy', quantity: 10n * ONE, price: 90n * ONE, filled: 0n, pending: undefined, byMoney: false })
})

it('may trade what is left of the larger terms, and never less than nothing', () => {
  expect(leavesOfExposure({ ...held, filled: 4n * ONE })).toBe(6n * ONE)
  expect(leavesOfExposure({ ...held, filled: 10n * ONE })).toBe(0n)
  expect(leavesOfExposure({ ...held, filled: 12n * ONE })).toBe(0n)
  expect(leavesOfExposure({ ...held, filled: 4n * ONE, pending: { quantity: 20n * ONE, price: 1n } })).toBe(16n * ONE)
  expect(leavesOfExposure({ ...held, filled: 4n * ONE, pending: { quantity: 5n * ONE, price: 1n } })).toBe(6n * ONE)
})

it('spends money where it says no quantity; an exit never does, and belongs to its order', () => {
  const { quantity: _, ...terms } = makeIntent().terms
  expect(exposureOf({ ...makeIntent(), terms: { ...terms, notional: '1000' } }).byMoney).toBe(true)
  const leg = exposureOf({ ...makeIntent(), terms, leg: { parentOrderId: 'entry', role: 'stop_loss' } })
  expect([leg.byMoney, leg.parent, held.parent, 'parent' in held]).toEqual([false, 'entry', undefined, false])
})

it('reads each reservation as it is, also after another one', () => {
  const first = { quantity: '1', price: '2' }
  const second = { quantity: '3', price: '4' }
  expect([first, second, first].map((reservation) => termsOf(reservation).quantity / ONE)).toEqual([1n, 3n, 1n])
  expect(termsOf(first)).toBe(termsOf(first))
})
