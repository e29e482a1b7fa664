import { multiply, ONE, parseDecimal, type Units } from '../../order/decimal.ts'
import type { Prices } from './price-walk.ts'
import { directionOf, type SimulatedOrder } from './simulated-order.ts'

/** The price at which the other side stands: a buyer pays the ask, a seller gets the bid. */
function touch(order: SimulatedOrder, prices: Prices): Units {
  return directionOf(order) === 1n ? prices.ask : prices.bid
}

/** Where a trailing stop stands at these prices: it follows a market that runs its way, and never comes back. */
export function trailedStop(order: SimulatedOrder, prices: Prices, tick: Units): Units | undefined {
  const { trailAmount, trailPercent } = order.terms
  const reference = touch(order, prices)
  const distance = trailAmount === undefined ? multiply(reference, parseDecimal(trailPercent ?? '0'), 'up') / 100n : parseDecimal(trailAmount)
  const stop = ((reference + directionOf(order) * distance) / tick) * tick
  return order.stop === undefined || (order.stop - stop) * directionOf(order) > 0n ? stop : order.stop
}

/** Whether the market has reached the order's stop price. */
export function reachesStop(order: SimulatedOrder, prices: Prices): boolean {
  if (order.stop === undefined) return true
  return (touch(order, prices) - order.stop) * directionOf(order) >= 0n
}

/** The price a triggered order trades at now: the other side's, never worse than its limit; undefined when it has to wait. */
export function executionPrice(order: SimulatedOrder, prices: Prices): Units | undefined {
  const price = touch(order, prices)
  if (order.limit !== undefined && (price - order.limit) * directionOf(order) > 0n) return undefined
  return price
}

/** Whether the order trades at once or not at all. */
export function isImmediate(order: Pick<SimulatedOrder, 'terms'>): boolean {
  const { timeInForce } = order.terms
  return timeInForce === 'ioc' || timeInForce === 'fok' || isAuction(order)
}

/** Whether the order trades only at an opening or a close. */
export function isAuction({ terms }: Pick<SimulatedOrder, 'terms'>): boolean {
  return terms.timeInForce === 'opg' || terms.timeInForce === 'cls'
}

const FINE_BELOW: Units = 1_000_000n * ONE

/** A part of what is left: whole units of a whole quantity, lots of any other; all of it when it is one. `fraction` is in [0, 1). */
export function partOf(leaves: Units, lot: Units, fraction: number): Units {
  const unit = leaves % ONE === 0n || leaves >= FINE_BELOW ? ONE : lot
  const parts = Number(leaves / unit)
  return parts < 2 ? leaves : BigInt(1 + Math.floor(fraction * (parts - 1))) * unit
}
