import type { WireOrder } from '../rest/wire.ts'

/**
 * Whether it is the parent of a multi-leg order, which has no symbol and no side. The adapter places none; one of somebody else shows
 * as the orders of its legs, which have both, and whose trades the activities tell.
 */
export function isMultiLegParent({ order_class: orderClass, symbol }: WireOrder): boolean {
  return orderClass === 'mleg' && (symbol === undefined || symbol === '')
}

/** A listing with the legs in place of their parents, each once, wherever Alpaca shows them. */
export function withoutParents(orders: readonly WireOrder[]): WireOrder[] {
  const byId = new Map<string, WireOrder>()
  for (const order of orders) for (const each of isMultiLegParent(order) ? order.legs ?? [] : [order]) byId.set(each.id, each)
  return [...byId.values()]
}
