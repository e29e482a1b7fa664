import type { Quote } from '../broker/broker-adapter.ts'
import { parseBrokerDecimal, type Units } from '../order/decimal.ts'
import { symbolKey } from './pair-name.ts'

/** The freshest prices of a symbol at a broker, with the moment they arrived on the monotonic clock. */
interface StoredMark {
  readonly bid: Units
  readonly ask: Units
  readonly arrived: number
}

/** The last quote of each symbol. Not journaled: what a decision read of it is recorded with the decision. */
export interface Marks {
  /** Keeps a quote; false when it is no usable two-sided price. */
  update(broker: string, quote: Quote, monotonic: number): boolean
  get(broker: string, symbol: string): StoredMark | undefined
}

export function createMarks(): Marks {
  const marks = new Map<string, StoredMark>()
  return {
    update: (broker, quote, monotonic) => {
      const bid = parseBrokerDecimal(quote.bid)?.units
      const ask = parseBrokerDecimal(quote.ask)?.units
      // A crossed, one-sided or non-positive quote is no price to measure risk with; the last good one ages instead.
      if (bid === undefined || ask === undefined || bid <= 0n || ask < bid) return false
      marks.set(symbolKey(broker, quote.symbol), { bid, ask, arrived: monotonic })
      return true
    },
    get: (broker, symbol) => marks.get(symbolKey(broker, symbol)),
  }
}
