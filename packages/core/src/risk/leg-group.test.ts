import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeTerms } from '../testing/makers.ts'
import { heldByGroup, newGroup } from './leg-group.ts'

describe('the exits of an order', () => {
  it.each([
    ['bracket', 'buy', 'sell'], ['bracket', 'sell', 'buy'], ['bracket', 'sell_short', 'buy'], ['oto', 'buy', 'sell'], ['oto', 'sell_short', 'buy'],
    // The order of an OCO is an exit itself.
    ['oco', 'buy', 'buy'], ['oco', 'sell', 'sell'], ['oco', 'sell_short', 'sell'],
  ] as const)('of a %s to %s are to %s', (orderClass, side, exits) => {
    expect(newGroup('main', makeTerms({ symbol: 'TSLA', side, orderClass }))).toEqual({
      broker: 'main', symbol: 'TSLA', isOco: orderClass === 'oco', side: exits, filled: 0n, exited: 0n, held: 0n, bound: false,
    })
  })
})

describe('what exits hold beyond their order (D6)', () => {
  it.each([
    // filled, exited, largest leg: held
    [0n, 0n, 10n, 0n], [4n, 0n, 10n, 4n], [10n, 0n, 10n, 10n], [10n, 3n, 7n, 7n], [10n, 3n, 10n, 7n], [10n, 0n, 6n, 6n], [3n, 5n, 10n, 0n], [1n, 0n, 10n, 1n], [10n, 10n, 10n, 0n],
  ])('of an entry that traded %s, with exits that traded %s and a larger leg of %s: %s', (filled, exited, leg, held) => {
    expect(heldByGroup({ isOco: false, filled, exited }, 99n, leg)).toBe(held)
  })

  it.each([[10n, 10n, 0n], [4n, 10n, 6n], [0n, 10n, 10n], [10n, 4n, 0n]])('of an OCO whose order has %s left and whose larger other exit has %s: %s', (parent, leg, held) => {
    expect(heldByGroup({ isOco: true, filled: 99n, exited: 0n }, parent, leg)).toBe(held)
  })

  it('never less than nothing, never more than the larger leg', () => {
    const units = fc.bigInt({ min: 0n, max: 50n })
    fc.assert(fc.property(fc.boolean(), units, units, units, units, (isOco, filled, exited, parent, leg) => {
      const held = heldByGroup({ isOco, filled, exited }, parent, leg)
      return held >= 0n && held <= leg
    }))
  })
})
