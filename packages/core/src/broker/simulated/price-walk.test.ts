import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPriceWalk, type PriceWalkOptions } from './price-walk.ts'

const CENT = 10_000_000n
const walkOf = (options: Partial<PriceWalkOptions> = {}): ReturnType<typeof createPriceWalk> =>
  createPriceWalk({ seed: 'seed', symbol: 'AAPL', start: 18_750n * CENT, tick: CENT, volatility: 1, spread: 2, ...options })
const STEP = 7_060_000_000

it('gives the same price at a step, whatever was asked before', () => {
  fc.assert(fc.property(fc.string(), fc.array(fc.nat(20_000)), fc.nat(20_000), (seed, before, step) => {
    const asked = walkOf({ seed })
    for (const earlier of before) asked(STEP + earlier)
    expect(asked(STEP + step)).toEqual(walkOf({ seed })(STEP + step))
  }))
})

it('keeps the bid above zero and the ask above the bid, on whole ticks', () => {
  fc.assert(fc.property(fc.string(), fc.bigInt(1n, 1_000_000n), fc.nat(1000), fc.nat(5000), fc.nat(1_000_000), (seed, cents, volatility, spread, step) => {
    const { bid, ask } = walkOf({ seed, start: cents * CENT, volatility, spread })(STEP + step)
    expect(bid > 0n && ask > bid && bid % CENT === 0n && ask % CENT === 0n).toBe(true)
  }))
})

it('wanders by about its volatility each step and never jumps, not even between blocks', () => {
  const walk = walkOf({ start: 100_000n * CENT, volatility: 10 })
  const middles = Array.from({ length: 10_000 }, (_, step) => Number((walk(STEP + step).bid + walk(STEP + step).ask) / 2n / CENT))
  const changes = middles.slice(1).map((middle, index) => middle - middles[index]!)
  const deviation = Math.sqrt(changes.reduce((sum, change) => sum + change * change, 0) / changes.length)
  expect(deviation).toBeGreaterThan(80)
  expect(deviation).toBeLessThan(125)
  expect(Math.max(...changes.map(Math.abs))).toBeLessThan(700)
})

it('stays near its start for ever', () => {
  const walk = walkOf({ volatility: 1 })
  for (let step = 0; step < 1_000_000; step += 997) {
    expect(Math.abs(Number(walk(STEP + step).bid / CENT) / 18_750 - 1)).toBeLessThan(0.05)
  }
})

it('stands still without volatility, and starts where the seed and the symbol say', () => {
  const still = walkOf({ volatility: 0 })
  expect(still(STEP)).toEqual(still(STEP + 12_345))
  const starts = ['AAPL', 'MSFT', 'BTC/USD'].map((symbol) => walkOf({ symbol, start: undefined, volatility: 0 })(0).bid)
  expect(new Set(starts).size).toBe(3)
  expect(starts.every((bid) => bid > 900n * CENT && bid < 50_100n * CENT)).toBe(true)
})
