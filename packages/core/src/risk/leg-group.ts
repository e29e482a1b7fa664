import { maximum, minimum, type Units } from '../order/decimal.ts'
import type { OrderTerms, Side } from '../order/request.ts'

/** The exits that a broker keeps for an order: of them one trades, against what the order has traded. */
export interface LegGroup {
  readonly broker: string
  readonly symbol: string
  /** An OCO has no entry: its order is itself one of the exits. */
  readonly isOco: boolean
  /** The side of the exits. */
  side: Side
  /** What the entry has traded. */
  filled: Units
  /** What the exits have traded. */
  exited: Units
  /** What the group adds to what is working now. */
  held: Units
  /** An exit of it has been seen. */
  bound: boolean
}

export function newGroup(broker: string, { symbol, side, orderClass }: Pick<OrderTerms, 'symbol' | 'side' | 'orderClass'>): LegGroup {
  const isOco = orderClass === 'oco'
  const exits: Side = isOco === (side === 'buy') ? 'buy' : 'sell'
  return { broker, symbol, isOco, side: exits, filled: 0n, exited: 0n, held: 0n, bound: false }
}

/**
 * What the exits may trade at worst, beyond what is counted for their order (PROTOCOL D6). Only one of them trades, so the larger
 * counts. They close what the entry opened: as far as the entry has traded they may undo that, and as far as it has not, whatever
 * they trade it has traded before.
 */
export function heldByGroup(group: Pick<LegGroup, 'isOco' | 'filled' | 'exited'>, parentLeaves: Units, largestLeg: Units): Units {
  if (group.isOco) return maximum(0n, largestLeg - parentLeaves)
  return minimum(largestLeg, maximum(0n, group.filled - group.exited))
}
