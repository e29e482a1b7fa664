import { divide, multiply, ONE, type Units } from '@sluice/core'
import type { FakeOrder } from './fake-order.ts'

const CENT = ONE / 100n

/** Where a trailing stop triggers now: behind the best price since it began to work, in whole cents. */
export function trailStopOf({ side, highWater, trailPercent, trailPrice }: FakeOrder): Units | undefined {
  if (highWater === undefined) return undefined
  const distance = trailPrice ?? divide(multiply(highWater, trailPercent ?? 0n, 'down'), 100n * ONE, 'down')
  const exact = side === 'sell' ? highWater - distance : highWater + distance
  return exact - exact % CENT
}

/** Lets a trailing stop follow the market, and answers whether the market has turned so far that it trades. */
export function follow(order: FakeOrder, price: Units): boolean {
  if (order.triggered) return true
  const best = order.highWater
  if (best === undefined || (order.side === 'sell' ? price > best : price < best)) order.highWater = price
  const stop = trailStopOf(order)
  order.triggered = stop !== undefined && (order.side === 'sell' ? price <= stop : price >= stop)
  return order.triggered
}
