import type { SimulatedOrder } from './simulated-order.ts'

/** Finds orders by each of their names, and forgets the oldest finished ones beyond a limit. */
export interface OrderIndex {
  all(): Iterable<SimulatedOrder>
  /** In the order they were booked. */
  working(): Iterable<SimulatedOrder>
  /** Exits that wait for their entry. */
  held(): Iterable<SimulatedOrder>
  /** The exits of an order. */
  legsOf(brokerOrderId: string): readonly SimulatedOrder[]
  byClientOrderId(clientOrderId: string): SimulatedOrder | undefined
  byBrokerOrderId(brokerOrderId: string): SimulatedOrder | undefined
  /** Takes in an order, or the new client id or status of a known one. */
  update(order: SimulatedOrder): void
}

export function createOrderIndex(history: number, onForget: (order: SimulatedOrder) => void): OrderIndex {
  const byBrokerOrderId = new Map<string, SimulatedOrder>()
  const byClientOrderId = new Map<string, SimulatedOrder>()
  const working = new Set<SimulatedOrder>()
  const held = new Set<SimulatedOrder>()
  const legs = new Map<string, SimulatedOrder[]>()
  const finished = new Set<SimulatedOrder>()

  const forgetOldest = (): void => {
    for (const order of finished) {
      if (finished.size <= history) return
      finished.delete(order)
      byBrokerOrderId.delete(order.brokerOrderId)
      for (const clientOrderId of order.clientOrderIds) byClientOrderId.delete(clientOrderId)
      legs.delete(order.brokerOrderId)
      onForget(order)
    }
  }
  return {
    all: () => byBrokerOrderId.values(),
    working: () => working,
    held: () => held,
    legsOf: (brokerOrderId) => legs.get(brokerOrderId) ?? [],
    byClientOrderId: (clientOrderId) => byClientOrderId.get(clientOrderId),
    byBrokerOrderId: (brokerOrderId) => byBrokerOrderId.get(brokerOrderId),
    update: (order) => {
      if (order.leg !== undefined && !byBrokerOrderId.has(order.brokerOrderId)) legs.set(order.leg.parent, [...legs.get(order.leg.parent) ?? [], order])
      byBrokerOrderId.set(order.brokerOrderId, order)
      for (const clientOrderId of order.clientOrderIds) byClientOrderId.set(clientOrderId, order)
      const place = order.status === 'working' ? working : order.status === 'held' ? held : undefined
      for (const other of [working, held]) if (other !== place) other.delete(order)
      place?.add(order)
      if (place !== undefined) return
      if (history === Number.POSITIVE_INFINITY) return
      finished.add(order)
      forgetOldest()
    },
  }
}
