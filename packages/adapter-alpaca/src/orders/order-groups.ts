import type { AdapterContext, BrokerOrder, BrokerUpdate } from '@sluice/core'
import type { WireOrder } from '../rest/wire.ts'
import { NO_EARLIER_FILLS, toBrokerOrder } from './map-broker-order.ts'
import type { OrderMemory } from './order-memory.ts'

type Leg = NonNullable<BrokerOrder['leg']>

/** Which orders are the exits of which: Alpaca shows it only on the record of the order that brought them. */
export interface OrderGroups {
  /** Takes in a record that shows the exits, if it has any. */
  learn(order: WireOrder): void
  /** Whether it has been seen as an entry or as an exit. */
  knows(brokerOrderId: string): boolean
  legOf(brokerOrderId: string): Leg | undefined
}

/** The oldest groups are forgotten when there are more than this: the service has long bound their exits. */
const KEPT = 5000

export function isGrouped({ order_class: orderClass }: WireOrder): boolean {
  return orderClass === 'bracket' || orderClass === 'oco' || orderClass === 'oto'
}

const roleOf = ({ type }: WireOrder): Leg['role'] => (type === 'limit' ? 'take_profit' : 'stop_loss')

export function createOrderGroups(): OrderGroups {
  const entries = new Set<string>()
  const legs = new Map<string, Leg>()
  const forget = (known: { readonly size: number; keys(): IterableIterator<string>; delete(key: string): boolean }): void => {
    for (const key of known.keys()) {
      if (known.size <= KEPT) return
      known.delete(key)
    }
  }
  return {
    learn: (order) => {
      entries.add(order.id)
      for (const leg of order.legs ?? []) legs.set(leg.id, { parentBrokerOrderId: order.id, role: roleOf(leg) })
      forget(entries)
      forget(legs)
    },
    knows: (id) => entries.has(id) || legs.has(id),
    legOf: (id) => legs.get(id),
  }
}

/** An exit, as far as it is known to be one. What is held works only once its entry has filled. */
export function asLeg(order: BrokerOrder, wire: WireOrder, leg: Leg | undefined): BrokerOrder {
  return leg === undefined ? order : { ...order, leg, ...(wire.status === 'held' && { status: 'suspended' }) }
}

/**
 * What a record says of a group: first that the order is there, then each exit. Nothing for an order without exits. The answer to an
 * order may come after frames that are newer: an exit is told as the newest record of it says.
 */
export function groupUpdates(groups: OrderGroups, memory: Pick<OrderMemory, 'learn'>, order: WireOrder): readonly BrokerUpdate[] {
  groups.learn(order)
  if (order.legs === undefined || order.legs.length === 0) return []
  return [
    { kind: 'accepted', clientOrderId: order.client_order_id, brokerOrderId: order.id },
    ...order.legs.map((leg) => memory.learn(leg)).map((leg): BrokerUpdate => ({ kind: 'leg', order: asLeg(toBrokerOrder(leg, NO_EARLIER_FILLS), leg, groups.legOf(leg.id)) })),
  ]
}

/** Tells the service of a group that an answer has shown. */
export function tellGroup({ context, groups, memory }: { readonly context: Pick<AdapterContext, 'deliver'>; readonly groups: OrderGroups; readonly memory: OrderMemory }, order: WireOrder): void {
  for (const update of groupUpdates(groups, memory, order)) context.deliver(update).catch(() => undefined)
}
