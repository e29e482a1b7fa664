import type { BrokerUpdate } from '@sluice/core'
import type { OrderMemory } from '../orders/order-memory.ts'

/**
 * The orders that the service takes for live, by what it was told. What the adapter has read itself is more: an answer of its own
 * may show that an order ended while the frame that would have said so was lost.
 */
export interface ToldOrders {
  hear(update: BrokerUpdate): void
  /** An answer said that it lives. */
  lives(brokerOrderId: string): void
  /** An answer said that it ended, or the service was asked to compare. */
  ended(brokerOrderId: string): void
  all(): readonly string[]
}

/** The oldest are forgotten when there are more than this. */
const KEPT = 5000

function add(ids: Set<string>, id: string): void {
  ids.add(id)
  for (const oldest of ids) {
    if (ids.size <= KEPT) return
    ids.delete(oldest)
  }
}

export function createToldOrders(memory: Pick<OrderMemory, 'byId'>): ToldOrders {
  const live = new Set<string>()
  // The answer to an order may come after the frames that told its whole life.
  const over = new Set<string>()
  const ended = (id: string | undefined): void => {
    if (id === undefined) return
    live.delete(id)
    add(over, id)
  }
  const lives = (id: string | undefined): void => {
    if (id === undefined || over.has(id)) return
    add(live, id)
    // A change goes on where another order ended.
    ended(memory.byId(id)?.replaces)
  }
  return {
    lives, ended,
    all: () => [...live],
    hear: (update) => {
      switch (update.kind) {
        case 'accepted':
        case 'resumed':
        case 'replaced':
          lives(update.brokerOrderId)
          return
        case 'leg':
          lives(update.order.brokerOrderId)
          return
        case 'canceled':
        case 'expired':
        case 'rejected':
          ended(update.brokerOrderId)
          return
        case 'fill':
          if (memory.byId(update.execution.brokerOrderId)?.status === 'filled') ended(update.execution.brokerOrderId)
          return
        default:
      }
    },
  }
}
