import { maximum, minimum, type Units } from '../../order/decimal.ts'
import { type Direction, directionOf, leavesOf, type SimulatedOrder } from './simulated-order.ts'

/** What working orders may still do: quantities that wait on each side of a symbol, and the money held for them. */
export interface Commitments {
  /** Money held for what may open or enlarge positions, scaled 1e18. */
  held(): bigint
  /** How much of a new quantity would open or enlarge a position, when everything that waits on its side trades first. */
  opening(symbol: string, direction: Direction, quantity: Units, position: Units): Units
  /** Counts an order. Call `release` before it changes and `hold` after. */
  hold(order: SimulatedOrder): void
  release(order: SimulatedOrder): void
}

export function createCommitments(): Commitments {
  let held = 0n
  const waiting = new Map<string, Units>()
  const laneOf = (symbol: string, direction: Direction): string => `${direction === 1n ? '+' : '-'}${symbol}`

  const add = (order: SimulatedOrder, sign: Direction): void => {
    const leaves = leavesOf(order)
    const lane = laneOf(order.terms.symbol, directionOf(order))
    const total = (waiting.get(lane) ?? 0n) + sign * leaves
    if (total === 0n) waiting.delete(lane)
    else waiting.set(lane, total)
    held += sign * minimum(order.exposure.opening, leaves) * order.exposure.heldPrice
  }
  return {
    held: () => held,
    opening: (symbol, direction, quantity, position) => {
      const covered = maximum(0n, -direction * position) - (waiting.get(laneOf(symbol, direction)) ?? 0n)
      return quantity - minimum(quantity, maximum(0n, covered))
    },
    hold: (order) => { add(order, 1n) },
    release: (order) => { add(order, -1n) },
  }
}
