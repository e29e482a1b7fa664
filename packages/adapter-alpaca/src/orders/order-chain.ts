import { parseDecimal } from '@sluice/core'
import type { RestClient, RestResult } from '../rest/rest-client.ts'
import type { WireOrder } from '../rest/wire.ts'
import { addFills, type EarlierFills, NO_EARLIER_FILLS } from './map-broker-order.ts'
import type { OrderMemory } from './order-memory.ts'

/** An order that goes on under another id after each replace. */
export interface OrderChain {
  /** Follows `replaced_by` to the link that is live or was last. */
  latest(order: WireOrder): Promise<RestResult<WireOrder>>
  /** What the links before this one have traded. */
  earlier(order: WireOrder): Promise<RestResult<EarlierFills>>
}

/** A chain longer than this is a loop. */
const LONGEST = 100

export function createOrderChain(rest: RestClient, memory: OrderMemory): OrderChain {
  const fetchOrder = async (id: string): Promise<RestResult<WireOrder>> => {
    const answer = await rest.orderById(id)
    if (answer.kind === 'answer') memory.learn(answer.value)
    return answer
  }
  const predecessor = async (id: string): Promise<RestResult<WireOrder>> => {
    const known = memory.byId(id)
    // Only what is replaced for good can no longer trade.
    return known?.status === 'replaced' ? { kind: 'answer', value: known } : fetchOrder(id)
  }
  return {
    latest: async (order) => {
      let current = order
      for (let links = 0; current.status === 'replaced' && current.replaced_by !== undefined && links < LONGEST; links += 1) {
        const next = await fetchOrder(current.replaced_by)
        if (next.kind !== 'answer') return next
        current = next.value
      }
      return { kind: 'answer', value: current }
    },
    earlier: async (order) => {
      const links: WireOrder[] = []
      for (let current = order; current.replaces !== undefined && links.length < LONGEST;) {
        const before = await predecessor(current.replaces)
        if (before.kind !== 'answer') return before
        const traded = parseDecimal(before.value.filled_qty ?? '0')
        // Should Alpaca carry the old quantity over, the new order already counts what was traded.
        if (traded > 0n && before.value.qty !== current.qty) links.push(before.value)
        current = before.value
      }
      return { kind: 'answer', value: links.reduce(addFills, NO_EARLIER_FILLS) }
    },
  }
}
