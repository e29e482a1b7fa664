import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePlain, encodePlain } from './plain-data.ts'

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' }, fc.string(), fc.boolean(), fc.double(), fc.bigInt(), fc.constant(null), fc.constant(undefined), fc.date({ noInvalidDate: true }),
    fc.array(tie('value')), fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', 'v', '__proto__')), tie('value'), { noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)), fc.array(fc.string()).map((entries) => new Set(entries)),
  ),
})).value

describe('plain data', () => {
  it('comes back the same through JSON text', () => {
    fc.assert(fc.property(plain, (value) => {
      expect(decodePlain(JSON.parse(JSON.stringify(encodePlain(value, 'copy'))) as never)).toStrictEqual(value)
    }), { numRuns: 500 })
  })

  it('what is no data is refused, and so is an object in two places unless it is frozen', () => {
    class Thing { readonly x = 1 }
    for (const value of [new Thing(), () => 1, Symbol('x'), new Uint8Array(1), /x/, new Date(Number.NaN)]) expect(() => encodePlain({ value })).toThrow(TypeError)
    const lane = { sum: 1 }
    expect(() => encodePlain({ lane, orders: [lane] })).toThrow('twice')
    expect(decodePlain(encodePlain({ lane, orders: [lane] }, 'copy'))).toEqual({ lane, orders: [lane] })
    expect(decodePlain(encodePlain([Object.freeze(lane), lane]))).toEqual([lane, lane])
    expect(() => decodePlain({ $: 'regexp', v: 'x' })).toThrow(TypeError)
  })
})
