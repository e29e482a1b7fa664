import { formatDecimal, type Units } from '@sluice/core'
import { compactTime, type FakeActivity } from './fake-activities.ts'
import type { FakeOrder, FakeSide } from './fake-order.ts'

/** A trade in the books of the fake. */
export interface FakeExecution {
  readonly id: string
  readonly orderId: string
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: FakeSide
  readonly quantity: string
  readonly price: string
  /** The order's filled quantity after it. */
  readonly cumulative: string
  readonly leaves: string
  readonly time: string
  readonly activityId: string
  /** Taken back, or replaced by a correction. */
  readonly busted: boolean
}

interface Entry extends FakeExecution {
  readonly partial: boolean
  readonly status: string
}

/** Every trade, and the account activities that tell of them. */
export interface FakeLedger {
  add(order: FakeOrder, quantity: Units, price: Units, stamp: string, id: string): FakeExecution
  change(id: string, change: Partial<Pick<FakeExecution, 'busted' | 'price' | 'quantity' | 'cumulative'>>): FakeExecution | undefined
  all(): readonly FakeExecution[]
  /** Those that stand, as account activities. */
  activities(): FakeActivity[]
}

function toWire({ activityId, cumulative, leaves, orderId, partial, price, quantity, side, status, symbol, time }: Entry): Record<string, unknown> {
  return {
    id: activityId, activity_type: 'FILL', transaction_time: time, type: partial ? 'partial_fill' : 'fill', price, qty: quantity, side, symbol,
    leaves_qty: leaves, order_id: orderId, cum_qty: cumulative, order_status: status,
  }
}

export function createFakeLedger(): FakeLedger {
  const entries: Entry[] = []
  return {
    add: (order, quantity, price, stamp, id) => {
      const leaves = order.quantity === undefined ? 0n : order.quantity - order.filled
      const entry: Entry = {
        id, orderId: order.id, clientOrderId: order.clientOrderId, symbol: order.asset.symbol, side: order.side, quantity: formatDecimal(quantity),
        price: formatDecimal(price), cumulative: formatDecimal(order.filled), leaves: formatDecimal(leaves), time: stamp,
        activityId: `${compactTime(stamp)}::${id}`, busted: false, partial: order.status !== 'filled', status: order.status,
      }
      entries.push(entry)
      return entry
    },
    change: (id, change) => {
      const index = entries.findIndex((entry) => entry.id === id)
      const entry = entries[index]
      if (entry === undefined) return undefined
      const changed = { ...entry, ...change }
      entries[index] = changed
      return changed
    },
    all: () => entries,
    activities: () => entries.filter(({ busted }) => !busted).map((entry) => ({ id: entry.activityId, type: 'FILL', time: entry.time, wire: toWire(entry) })),
  }
}
