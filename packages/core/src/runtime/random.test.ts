import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNoise, createRandom, hashText } from './random.ts'

describe('createRandom', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const numbers = (seed: string): number[] => Array.from({ length: 8 }, createRandom(seed).next)
    expect(numbers('a')).toEqual(numbers('a'))
    expect(numbers('a')).not.toEqual(numbers('b'))
    expect(numbers('pinned')).toMatchInlineSnapshot(`
      [
        4057668402,
        3262980322,
        3354853318,
        2675243451,
        3524125936,
        735932361,
        3533019892,
        2233082529,
      ]
    `)
  })

  it('goes on from its state, also through JSON', () => {
    fc.assert(fc.property(fc.string(), fc.nat(50), (seed, drawn) => {
      const random = createRandom(seed)
      for (let count = 0; count < drawn; count += 1) random.next()
      const copy = createRandom(JSON.parse(JSON.stringify(random.state())) as [number, number, number, number])
      expect([copy.next(), copy.float(), copy.integer(10)]).toEqual([random.next(), random.float(), random.integer(10)])
    }))
  })

  it('spreads evenly over its range', () => {
    const random = createRandom('even')
    const counts = Array.from({ length: 10 }, () => 0)
    for (let count = 0; count < 100_000; count += 1) counts[random.integer(10)]! += 1
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })
})

describe('createNoise', () => {
  it('depends on its coordinates and on nothing else', () => {
    const first = createNoise('seed', 'name')
    const second = createNoise('seed', 'name')
    first(1)
    expect(second(7, 3)).toBe(first(7, 3))
    const all = [first(7, 3), first(8, 3), first(7, 4), first(7 + 2 ** 32, 3), createNoise('seed', 'other')(7, 3), createNoise('other', 'name')(7, 3)]
    expect(new Set(all).size).toBe(all.length)
  })

  it('spreads evenly over neighbouring places', () => {
    const noise = createNoise('even', 'places')
    const counts = Array.from({ length: 10 }, () => 0)
    for (let place = 0; place < 100_000; place += 1) counts[Math.floor(noise(place) * 10)]! += 1
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })
})

it('hashText tells short texts apart', () => {
  const hashes = Array.from({ length: 10_000 }, (_, index) => hashText(`order-${index}`))
  expect(new Set(hashes).size).toBeGreaterThan(9_990)
})
