import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SluiceError } from '../runtime/errors.ts'
import { portableHex, sha256Base32, sha256Hex } from '../runtime/hash.ts'
import { makeTerms } from '../testing/makers.ts'
import { clientOrderIdOf, digestOrder } from './digest.ts'
import type { OrderTerms } from './request.ts'

const FULL: OrderTerms = {
  account: 'main', strategy: 'momentum', symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.5', timeInForce: 'gtd',
  expireAt: '2026-12-31T21:00:00.000Z', extendedHours: false, orderClass: 'bracket', takeProfit: { limitPrice: '200' },
  stopLoss: { stopPrice: '180', limitPrice: '179' },
}

/** Every field of the terms with another value than `FULL` has. */
const OTHER: { readonly [Key in keyof OrderTerms]-?: OrderTerms[Key] | undefined } = {
  account: 'other', strategy: undefined, symbol: 'MSFT', side: 'sell', type: 'stop_limit', quantity: '10.000000001', notional: '10', limitPrice: '187.51',
  stopPrice: '187.5', trailAmount: '1', trailPercent: '1', timeInForce: 'gtc', expireAt: '2026-12-31T21:00:00.001Z', extendedHours: true,
  orderClass: 'oco', takeProfit: { limitPrice: '200.1' }, stopLoss: { stopPrice: '180' },
}

describe('digestOrder', () => {
  it('changes with every single field and with the actor', () => {
    const variants = [
      ...Object.entries(OTHER).map(([key, value]) => digestOrder({ ...FULL, [key]: value }, 'ada')),
      digestOrder({ ...FULL, stopLoss: { stopPrice: '180.1', limitPrice: '179' } }, 'ada'),
      digestOrder({ ...FULL, stopLoss: { stopPrice: '180', limitPrice: '179.1' } }, 'ada'),
      digestOrder(FULL, 'bob'), digestOrder(FULL, 'ada'),
    ]
    expect(new Set(variants).size).toBe(Object.keys(OTHER).length + 4)
    expect(variants.every((digest) => /^[\da-f]{64}$/.test(digest))).toBe(true)
  })

  it('does not depend on the order in which fields were written', () => {
    expect(digestOrder(Object.fromEntries(Object.entries(FULL).toReversed()) as unknown as OrderTerms, 'ada')).toBe(digestOrder(FULL, 'ada'))
  })

  it('stays what it is: approvals and keys in journals are bound to it', () => {
    expect(digestOrder(makeTerms(), 'local')).toBe('978fb7a65820c4db4ebe46c8e3966b94e8bf1dce707b2dda33d8c53daa7d406a')
  })

  it('cannot be shifted: no text moved from one field to the next gives the same digest', () => {
    const text = fc.string({ unit: fc.constantFrom('1', ':', ';', '-', 'a'), maxLength: 6 })
    fc.assert(fc.property(text, text, text, text, (actor, strategy, symbol, other) => {
      const base = digestOrder({ ...FULL, strategy, symbol }, actor)
      for (const [newActor, newStrategy, newSymbol] of [
        [actor + strategy, '', symbol], [actor, strategy + symbol, ''], [actor + other, strategy, symbol], [strategy, actor, symbol], [actor, symbol, strategy],
      ] as const) {
        const same = newActor === actor && newStrategy === strategy && newSymbol === symbol
        expect(digestOrder({ ...FULL, strategy: newStrategy, symbol: newSymbol }, newActor) === base).toBe(same)
      }
    }))
  })

  it('tells an absent field from one that reads like absence', () => {
    const { strategy: _, ...without } = FULL
    expect(new Set([digestOrder(without, 'ada'), ...['', '-', '-;', 'undefined'].map((strategy) => digestOrder({ ...FULL, strategy }, 'ada'))]).size).toBe(5)
  })
})

describe('clientOrderIdOf', () => {
  const format = { maximumLength: 36 }

  it('gives the same intent the same id, and every other account, key and revision another', () => {
    const parts = fc.tuple(fc.constantFrom('main', 'main1', 'm'), fc.constantFrom('a', '1', '11', '1a', ''), fc.integer({ min: 0, max: 12 }))
    fc.assert(fc.property(parts, parts, (left, right) => {
      const same = left.every((part, index) => part === right[index])
      expect(clientOrderIdOf('slc-', ...left, format) === clientOrderIdOf('slc-', ...right, format)).toBe(same)
    }))
  })

  it('fits the length and the characters of the broker', () => {
    fc.assert(fc.property(fc.string(), fc.integer({ min: 16, max: 64 }), fc.nat(99), (key, maximumLength, revision) => {
      const id = clientOrderIdOf('slc-', 'main', key, revision, { maximumLength })
      expect(id).toMatch(/^slc-[0-9a-z]{12,26}$/)
      expect(id.length).toBeLessThanOrEqual(maximumLength)
    }))
  })

  it.each([15, 4, 3, 0, -1, Number.NaN])('refuses a length of %s, which leaves no room for identity', (maximumLength) => {
    expect(() => clientOrderIdOf('slc-', 'main', 'key', 0, { maximumLength })).toThrow(SluiceError)
  })
})

describe('hashes', () => {
  it('are those of FIPS 180-4', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('are the same on a platform without a hash of its own, texts that are no Unicode included', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 500 })), (text) => { expect(portableHex(text)).toBe(sha256Hex(text)) }))
    expect(portableHex('\ud800')).toBe(sha256Hex('\ud800'))
  })

  it('write the same bits in base 32', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 51 }), (text, length) => {
      const bits = Array.from(sha256Hex(text), (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('')
      const expected = Array.from({ length }, (_, index) => '0123456789abcdefghjkmnpqrstvwxyz'.charAt(Number.parseInt(bits.slice(index * 5, index * 5 + 5), 2))).join('')
      expect(sha256Base32(text, length)).toBe(expected)
    }), { numRuns: 20 })
  })
})
