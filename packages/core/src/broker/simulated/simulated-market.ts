import { formatDecimal, parseDecimal } from '../../order/decimal.ts'
import { toIso } from '../../runtime/clock.ts'
import type { Quote } from '../broker-adapter.ts'
import { createPriceWalk, type PriceWalk, type Prices } from './price-walk.ts'
import type { QuoteSource, SimulatedSettings } from './simulated-options.ts'

/** Prices on a fixed grid of wall time. */
export interface SimulatedMarket {
  /** The last step of the grid at or before a time. */
  stepAt(time: number): number
  timeOf(step: number): number
  /** The prices in force at a time; undefined where there are none. */
  prices(symbol: string, time: number): Prices | undefined
  quote(symbol: string, time: number): Quote | undefined
}

const SYMBOL = /^[A-Z0-9][A-Z0-9./-]{0,31}$/

export function isSymbol(text: string): boolean {
  return SYMBOL.test(text)
}

interface Lane {
  readonly at: (step: number) => Prices | undefined
  step: number
  prices: Prices | undefined
}

export function createSimulatedMarket(settings: SimulatedSettings): SimulatedMarket {
  const lanes = new Map<string, Lane>()
  const stepAt = (time: number): number => Math.floor(time / settings.interval)
  const timeOf = (step: number): number => step * settings.interval

  const laneOf = (symbol: string): Lane => {
    let lane = lanes.get(symbol)
    if (lane === undefined) {
      lane = { at: settings.quotes === undefined ? walkOf(symbol) : fromSource(settings.quotes, symbol), step: Number.NaN, prices: undefined }
      lanes.set(symbol, lane)
    }
    return lane
  }
  const walkOf = (symbol: string): PriceWalk => {
    const { seed, tick, volatility, spread, prices } = settings
    return createPriceWalk({ seed, symbol, start: prices.get(symbol), tick, volatility, spread })
  }
  const fromSource = (source: QuoteSource, symbol: string) => (step: number): Prices | undefined => {
    const quote = source(symbol, timeOf(step))
    return quote === undefined ? undefined : { bid: parseDecimal(quote.bid), ask: parseDecimal(quote.ask) }
  }
  const prices = (symbol: string, time: number): Prices | undefined => {
    if (!isSymbol(symbol)) return undefined
    const lane = laneOf(symbol)
    const step = stepAt(time)
    if (lane.step !== step) {
      lane.prices = lane.at(step)
      lane.step = step
    }
    return lane.prices
  }
  return {
    stepAt,
    timeOf,
    prices,
    quote: (symbol, time) => {
      const now = prices(symbol, time)
      if (now === undefined) return undefined
      return { symbol, bid: formatDecimal(now.bid), ask: formatDecimal(now.ask), time: toIso(timeOf(stepAt(time))) }
    },
  }
}
