import type { SimulatedOrder } from './simulated-order.ts'

/** Finds orders by each of their names, and forgets the oldest finished ones beyond a limit. */
export interface OrderIndex {
  all(): Iterable<SimulatedOrder>
  /** In the order they were booked. */
  working(): Iterable<SimulatedOrder>
  byClientOrderId(clientOrderId: string): SimulatedOrder | undefined
  byBrokerOrderId(brokerOrderId: string): SimulatedOrder | undefined
  /** Takes in an order, or the new client id or status of a known one. */
  update(order: SimulatedOrder): void
}

export function createOrderIndex(history: number, onForget: (order: SimulatedOrder) => void): OrderIndex {
  const byBrokerOrderId = new Map<string, SimulatedOrder>()
  const byClientOrderId = new Map<string, SimulatedOrder>()
  const working = new Set<SimulatedOrder>()
  const finished = new Set<SimulatedOrder>()

  const forgetOldest = (): void => {
    for (const order of finished) {
      if (finished.size <= history) return
      finished.delete(order)
      byBrokerOrderId.delete(order.brokerOrderId)
      for (const clientOrderId of order.clientOrderIds) byClientOrderId.delete(clientOrderId)
      onForget(order)
    }
  }
  return {
    all: () => byBrokerOrderId.values(),
    working: () => working,
    byClientOrderId: (clientOrderId) => byClientOrderId.get(clientOrderId),
    byBrokerOrderId: (brokerOrderId) => byBrokerOrderId.get(brokerOrderId),
    update: (order) => {
      byBrokerOrderId.set(order.brokerOrderId, order)
      for (const clientOrderId of order.clientOrderIds) byClientOrderId.set(clientOrderId, order)
      if (order.status === 'working') {
        working.add(order)
        return
      }
      working.delete(order)
      if (history === Number.POSITIVE_INFINITY) return
      finished.add(order)
      forgetOldest()
    },
  }
}
