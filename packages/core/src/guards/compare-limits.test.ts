import { describe, expect, it } from 'vitest'
import type { Json } from '../order/event.ts'
import { compareLimits } from './compare-limits.ts'
import type { Control } from './control.ts'

const control: Control = {
  prevents: '', sources: [], codes: {}, reducing: 'held',
  tightens: { most: 'lower', least: 'higher', short: 'lower', allowed: 'fewer', forbidden: 'more', strict: 'set', label: 'label', window: 'restart', symbols: 'symbols', located: 'lower' },
  defaults: { short: '=most', least: 0 },
}
const change = (before: Json, after: Json) => {
  const { tightened, loosened, restart } = compareLimits('g', control, before, after)
  return [tightened.length > 0 && 'tighter', loosened.length > 0 && 'looser', restart.length > 0 && 'restart'].filter(Boolean).join(' ') || 'same'
}

describe('which change makes a guard stricter', () => {
  it.each<[Json, Json, string]>([
    [{ most: '5' }, { most: '5' }, 'same'], [{ most: '5' }, { most: '5.0' }, 'same'], [{ most: '5' }, { most: '4.999999999' }, 'tighter'], [{ most: '5' }, { most: '5.000000001' }, 'looser'],
    [{ most: '9' }, { most: '10' }, 'looser'], [{ most: 5 }, { most: 4 }, 'tighter'], [{}, { most: '5' }, 'tighter'], [{ most: '5' }, {}, 'looser'],
    [{ most: '5' }, { most: 'x' }, 'looser'], [{ most: 'x' }, { most: '5' }, 'looser'], [{}, { most: 'x' }, 'looser'], [{ most: '5' }, { most: null }, 'looser'],
    [{ most: '5' }, { most: ['4'] }, 'looser'], [{ most: 'x' }, { most: 'y' }, 'looser'], [{ least: 5 }, { least: 'x' }, 'looser'], [{ least: 'x' }, { least: 5 }, 'looser'],
    [{ least: 5 }, { least: 6 }, 'tighter'], [{ least: 5 }, { least: 4 }, 'looser'], [{}, { least: 0 }, 'same'], [{}, { least: 1 }, 'tighter'], [{ least: 1 }, {}, 'looser'],
    [{ allowed: ['a', 'b'] }, { allowed: ['b'] }, 'tighter'], [{ allowed: ['a'] }, { allowed: ['b'] }, 'looser'], [{ allowed: ['a'] }, { allowed: ['a', 'b'] }, 'looser'],
    [{}, { allowed: ['a'] }, 'tighter'], [{ allowed: ['a'] }, {}, 'looser'], [{ allowed: ['a', 'b'] }, { allowed: ['b', 'a'] }, 'tighter'], [{ allowed: [] }, { allowed: ['a'] }, 'looser'],
    [{ allowed: [{ x: 1, y: 2 }, { x: 2 }] }, { allowed: [{ y: 2, x: 1 }] }, 'tighter'], [{ allowed: ['a'] }, { allowed: 'a' }, 'looser'],
    [{}, { forbidden: ['a'] }, 'tighter'], [{ forbidden: ['a'] }, { forbidden: ['a', 'b'] }, 'tighter'], [{ forbidden: ['a', 'b'] }, { forbidden: ['b'] }, 'looser'], [{ forbidden: ['a'] }, {}, 'looser'],
    [{}, { strict: true }, 'tighter'], [{ strict: true }, { strict: false }, 'looser'], [{ strict: true }, {}, 'looser'],
    [{ label: 'a' }, { label: 'b' }, 'tighter'], [{ window: 5 }, { window: 6 }, 'restart'], [{ window: 5 }, { window: 5 }, 'same'],
    [{ unheard: 1 }, { unheard: 2 }, 'looser'], [{}, { unheard: 1 }, 'looser'], [{ unheard: { a: 1, b: 2 } }, { unheard: { b: 2, a: 1 } }, 'same'],
    [{ most: '5' }, { most: '4', least: -1 }, 'tighter looser'],
    // What stays as it is has no direction, whatever changes beside it.
    [{ most: '5', allowed: ['a'], label: 'a', window: 1, strict: true }, { most: '6', allowed: ['a'], label: 'a', window: 1, strict: true }, 'looser'],
    [{ most: '5', unheard: 1, least: 1 }, { most: '4', unheard: 1, least: 1 }, 'tighter'],
    // An option that falls back on another: lowering that one is one change, not an excuse.
    [{ most: '5' }, { most: '5', short: '3' }, 'tighter'], [{ most: '5', short: '3' }, { most: '5' }, 'looser'], [{ most: '5', short: '3' }, { most: '2' }, 'tighter'], [{ most: '5' }, { most: '4', short: '6' }, 'tighter looser'],
    // Named amounts: what is not named is none.
    [{ located: { a: '5' } }, { located: { a: '4' } }, 'tighter'], [{ located: { a: '5' } }, {}, 'tighter'], [{}, { located: { a: '5' } }, 'looser'], [{ located: { a: '5' } }, { located: { a: '4', b: '1' } }, 'looser'],
    // A symbol's own options stand in for the general ones.
    [{ most: '5' }, { most: '5', symbols: { A: { most: '4' } } }, 'tighter'], [{ most: '5' }, { most: '5', symbols: { A: { most: '6' } } }, 'looser'],
    [{ most: '5', symbols: { A: { most: '4' } } }, { most: '5' }, 'looser'], [{ most: '5', symbols: { A: { most: '6' } } }, { most: '5' }, 'tighter'],
    [{ most: '5', symbols: { A: { most: '6' } } }, { most: '5', symbols: { A: { most: '6' } } }, 'same'], [{ most: '5', symbols: { A: { most: '6' } } }, { most: '5', symbols: { A: { most: '6.0' } } }, 'same'],
    [{ most: '5', symbols: { A: { most: '6' } } }, { most: '4', symbols: { A: { most: '6' } } }, 'tighter'], [{ most: '5', symbols: { A: { most: '6' } } }, { most: '5', symbols: { A: { most: '7' }, B: { most: '1' } } }, 'looser'],
    [{ most: '5', symbols: { A: { most: '5' } } }, { most: '9', symbols: { A: { most: '4' } } }, 'tighter looser'],
    [{ most: '5', symbols: { A: { most: '5' } } }, { most: '5', symbols: { A: { most: '5', short: '6' } } }, 'looser'], [{ most: '5', symbols: { A: { most: '5' } } }, { most: '5', symbols: { A: { most: '5', short: '2' } } }, 'tighter'],
  ])('%j to %j: %s', (before, after, expected) => { expect(change(before, after)).toBe(expected) })

  it('a guard that declares nothing is loosened by any change', () => {
    expect(compareLimits('g', undefined, { most: '5' }, { most: '4' })).toEqual({ tightened: [], loosened: ['g'], restart: [] })
    expect(compareLimits('g', undefined, { most: '5' }, { most: '5' })).toEqual({ tightened: [], loosened: [], restart: [] })
    expect(compareLimits('g', control, null, { most: '5' })).toMatchObject({ loosened: ['g'] })
  })

  it('names each option', () => {
    expect(compareLimits('max-position', control, { most: '5', window: 1, least: 5 }, { most: '4', window: 2, least: 4 })).toEqual({ tightened: ['max-position.most'], loosened: ['max-position.least'], restart: ['max-position.window'] })
  })
})
