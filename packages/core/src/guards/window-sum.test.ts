import { describe, expect, it } from 'vitest'
import { addTo, sumOf, sumsNow, windowOf, type WindowSums } from './window-sum.ts'

/** A minute, in seconds. */
const minute = windowOf(60)
const sums = (...added: readonly (readonly [at: number, value: bigint])[]): WindowSums => {
  const made: WindowSums = new Map()
  for (const [at, value] of added) addTo(made, 'a', value, at, minute)
  return made
}
const buckets = (made: WindowSums) => made.get('a')?.buckets

describe('a sliding window', () => {
  it('is kept in a sixtieth of it', () => { expect([minute, windowOf(900)]).toEqual([{ window: 60_000, width: 1000 }, { window: 900_000, width: 15_000 }]) })

  it('counts until the last moment of a bucket has left it', () => {
    const one = sums([0, 5n])
    expect([0, 60_000, 60_999, 61_000, 61_001].map((now) => sumOf(one, 'a', now, minute))).toEqual([5n, 5n, 5n, 0n, 0n])
    expect(sumOf(one, 'b', 0, minute)).toBe(0n)
  })

  it('adds up what is within it, and forgets the oldest first', () => {
    const three = sums([0, 1n], [30_000, 20n], [60_000, 300n])
    expect([60_000, 60_999, 61_000, 90_999, 91_000, 121_000].map((now) => sumOf(three, 'a', now, minute))).toEqual([321n, 321n, 320n, 320n, 300n, 0n])
  })

  it('puts together what comes within one width, and no more', () => {
    expect(buckets(sums([0, 1n], [999, 2n]))).toEqual([{ start: 0, value: 3n }])
    expect(buckets(sums([0, 1n], [1000, 2n]))).toEqual([{ start: 0, value: 1n }, { start: 1000, value: 2n }])
  })

  it('drops what has left it when something is added, and only that', () => {
    expect(buckets(sums([0, 1n], [30_000, 2n], [60_999, 3n]))).toEqual([{ start: 0, value: 1n }, { start: 30_000, value: 2n }, { start: 60_999, value: 3n }])
    const later = sums([0, 1n], [30_000, 2n], [61_000, 3n])
    expect(later.get('a')).toEqual({ buckets: [{ start: 30_000, value: 2n }, { start: 61_000, value: 3n }], total: 5n })
    expect(sums([0, 1n], [10, 2n], [500_000, 3n]).get('a')).toEqual({ buckets: [{ start: 500_000, value: 3n }], total: 3n })
  })

  it('adds only what is worth something', () => {
    expect(sums([0, 0n], [0, -5n]).size).toBe(0)
    expect(buckets(sums([0, 1n]))).toEqual([{ start: 0, value: 1n }])
  })

  it('stamps of a clock that was set back since count as of now', () => {
    const back = sums([45_000, 1n], [100_000, 2n], [101_000, 4n], [50_000, 8n])
    expect(buckets(back)).toEqual([{ start: 45_000, value: 1n }, { start: 50_000, value: 2n }, { start: 50_000, value: 12n }])
    expect([sumOf(back, 'a', 50_000, minute), sumOf(back, 'a', 110_999, minute), sumOf(back, 'a', 111_000, minute)]).toEqual([15n, 14n, 0n])
    expect(buckets(sums([100, 1n], [100, 2n]))).toEqual([{ start: 100, value: 3n }])
    expect(buckets(sums([101, 1n], [100, 2n]))).toEqual([{ start: 100, value: 3n }])
  })

  it('knows by name what has something in it now', () => {
    const made = sums([0, 5n])
    addTo(made, 'b', 7n, 30_000, minute)
    addTo(made, 'c', 1n, 61_000, minute)
    expect(sumsNow(made, 61_000, minute)).toEqual([{ name: 'b', sum: 7n }, { name: 'c', sum: 1n }])
    expect(sumsNow(made, 0, minute).length).toBe(3)
  })
})
