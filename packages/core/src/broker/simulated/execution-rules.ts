import { ONE, type Units } from '../../order/decimal.ts'
import type { Prices } from './price-walk.ts'
import { directionOf, type SimulatedOrder } from './simulated-order.ts'

/** The price at which the other side stands: a buyer pays the ask, a seller gets the bid. */
function touch(order: SimulatedOrder, prices: Prices): Units {
  return directionOf(order) === 1n ? prices.ask : prices.bid
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
export function isImmediate(order: SimulatedOrder): boolean {
  return order.terms.timeInForce === 'ioc' || order.terms.timeInForce === 'fok'
}

const FINE_BELOW: Units = 1_000_000n * ONE

/** A part of what is left: whole units of a whole quantity, lots of any other; all of it when it is one. `fraction` is in [0, 1). */
export function partOf(leaves: Units, lot: Units, fraction: number): Units {
  const unit = leaves % ONE === 0n || leaves >= FINE_BELOW ? ONE : lot
  const parts = Number(leaves / unit)
  return parts < 2 ? leaves : BigInt(1 + Math.floor(fraction * (parts - 1))) * unit
}
