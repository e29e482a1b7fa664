import { parseDecimal } from '@sluice/core'
import { parseTime } from '../iso-time.ts'
import type { WireOrder } from '../rest/wire.ts'
import { isFinishedStatus } from './map-broker-order.ts'

/** The newest that was heard of an order, from whatever channel. */
export interface OrderMemory {
  /** Takes in a record; an older one changes nothing. Answers the newest. */
  learn(order: WireOrder): WireOrder
  byId(brokerOrderId: string): WireOrder | undefined
  onChange(listener: (order: WireOrder) => void): () => void
}

/** Finished orders are forgotten when there are more than this. */
const KEPT = 5000

function isNewer(next: WireOrder, known: WireOrder): boolean {
  const [before, after] = [parseTime(known.updated_at ?? ''), parseTime(next.updated_at ?? '')]
  const [had, has] = [parseDecimal(known.filled_qty ?? '0'), parseDecimal(next.filled_qty ?? '0')]
  const later = before !== undefined && after !== undefined && after > before
  // Only a bust brings an order back from its end, and then it has traded less.
  if (isFinishedStatus(known.status) && !isFinishedStatus(next.status)) return later && has < had
  return before !== undefined && after !== undefined && before !== after ? later : has >= had
}

export function createOrderMemory(): OrderMemory {
  const orders = new Map<string, WireOrder>()
  const listeners = new Set<(order: WireOrder) => void>()
  const forget = (): void => {
    for (const [id, order] of orders) {
      if (orders.size <= KEPT) return
      if (isFinishedStatus(order.status)) orders.delete(id)
    }
  }
  const learn = (order: WireOrder): WireOrder => {
    for (const leg of order.legs ?? []) learn(leg)
    const known = orders.get(order.id)
    if (known !== undefined && !isNewer(order, known)) return known
    orders.set(order.id, order)
    if (orders.size > KEPT) forget()
    for (const listener of listeners) listener(order)
    return order
  }
  return {
    learn,
    byId: (id) => orders.get(id),
    onChange: (listener) => {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
  }
}
