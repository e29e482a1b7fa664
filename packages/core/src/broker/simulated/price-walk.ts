import type { Units } from '../../order/decimal.ts'
import { createNoise, type Noise } from '../../runtime/random.ts'

/** The best prices of a symbol. */
export interface Prices {
  readonly bid: Units
  readonly ask: Units
}

export interface PriceWalkOptions {
  readonly seed: string
  readonly symbol: string
  /** The price the walk wanders around; undefined draws one from the seed and the symbol. */
  readonly start: Units | undefined
  readonly tick: Units
  /** Standard deviation of one step, in hundredths of a percent of the start. */
  readonly volatility: number
  /** Distance of bid and ask, in hundredths of a percent of the start. */
  readonly spread: number
}

/** The prices of one symbol at any step of the grid. */
export type PriceWalk = (step: number) => Prices

const BLOCK = 4096
const HUNDREDTHS_OF_PERCENT = 10_000
/** Turns a number in [0, 1) into one of mean 0 and standard deviation 1. */
const standardise = (uniform: number): number => (uniform - 0.5) * Math.sqrt(12)

/**
 * A random walk that can be asked at any step, in any order: Lévy's construction of Brownian motion, in which the middle of
 * two known points is their mean and a random displacement. Nothing can move the path: not an order, not a restart and not
 * the steps that nobody asked for. Only exact floating-point operations, so it is the same on every platform.
 */
export function createPriceWalk(options: PriceWalkOptions): PriceWalk {
  const noise = createNoise(options.seed, `price/${options.symbol}`)
  const tick = options.tick
  const start = Number((options.start ?? drawStart(options.seed, options.symbol, tick)) / tick)
  const spread = Math.max(1, Math.round((start * options.spread) / HUNDREDTHS_OF_PERCENT))
  return (step) => {
    const middle = start * (1 + (displacement(noise, step) * options.volatility) / HUNDREDTHS_OF_PERCENT)
    const bid = Math.max(1, Math.round(middle - spread / 2))
    return { bid: BigInt(bid) * tick, ask: BigInt(bid + spread) * tick }
  }
}

function drawStart(seed: string, symbol: string, tick: Units): Units {
  const cents = 1000 + Math.floor(createNoise(seed, `start/${symbol}`)(0) * 49_000)
  return (BigInt(cents) * 10_000_000n / tick) * tick
}

/** The walk's distance from its start at a step, in standard deviations of one step. */
function displacement(noise: Noise, step: number): number {
  let low = Math.floor(step / BLOCK) * BLOCK
  let high = low + BLOCK
  let atLow = anchor(noise, low)
  let atHigh = anchor(noise, high)
  while (step !== low) {
    const middle = (low + high) / 2
    const atMiddle = (atLow + atHigh) / 2 + standardise(noise(middle)) * Math.sqrt(high - low) / 2
    if (step < middle) {
      high = middle
      atHigh = atMiddle
    } else {
      low = middle
      atLow = atMiddle
    }
  }
  return atLow
}

/** Block ends are drawn around the start, so that prices never drift away for good, however long the broker runs. */
function anchor(noise: Noise, step: number): number {
  return standardise(noise(step)) * Math.sqrt(BLOCK / 2)
}
