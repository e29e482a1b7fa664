import type { OrderName } from '../../journal/journal.ts'
import type { OrderState } from '../../order/order.ts'

/** What a key stands for, and the shared result while its order is on the way. */
export interface KeyClaim {
  readonly digest: string
  orderId: string
  pending: Promise<OrderState> | undefined
  /** While the journal is asked whether it knows the key: what the claim says may still change. */
  asking: Promise<unknown> | undefined
  /** Callers who wait for it. While nothing is recorded each may give up, the last one for all. */
  callers: number
}

/**
 * By which names and keys the orders in memory are found. While a history is folded nobody looks anything up, and most orders of a
 * long one have left memory by its end: so the maps are made when they are first asked for.
 */
export interface OrderIndex {
  /** Names of the orders in memory, see `order-names`. The last binding of a name counts. */
  readonly names: Map<string, string>
  readonly keys: Map<string, KeyClaim>
  hold(state: OrderState): void
  /** Gives names to an order; answers those that are new. Nothing is new in what is replayed. */
  bind(orderId: string, names: readonly string[], replayed?: boolean): readonly OrderName[]
  namesOf(orderId: string): readonly string[]
  drop(state: OrderState): void
}

interface Binding {
  readonly name: string
  /** Bindings are counted, so that the last one is known whichever order is looked at first. */
  readonly place: number
}

interface Maps {
  readonly names: Map<string, string>
  readonly keys: Map<string, KeyClaim>
}

export function createOrderIndex(orders: ReadonlyMap<string, OrderState>): OrderIndex {
  const bindings = new Map<string, Binding[]>()
  let maps: Maps | undefined
  let bound = 0

  const claim = (keys: Map<string, KeyClaim>, { id, intent: { idempotencyKey: key, digest } }: OrderState): void => {
    if (!keys.has(key)) keys.set(key, { digest, orderId: id, pending: undefined, asking: undefined, callers: 0 })
  }

  const make = (): Maps => {
    const made: Maps = { names: new Map(), keys: new Map() }
    const places = new Map<string, number>()
    for (const state of orders.values()) claim(made.keys, state)
    for (const [orderId, own] of bindings) {
      for (const { name, place } of own) {
        if ((places.get(name) ?? -1) > place) continue
        places.set(name, place)
        made.names.set(name, orderId)
      }
    }
    return made
  }

  const lookups = (): Maps => { maps ??= make(); return maps }

  const note = (orderId: string, name: string): void => {
    const own = bindings.get(orderId)
    const binding = { name, place: bound++ }
    if (own === undefined) bindings.set(orderId, [binding])
    else own.push(binding)
  }

  return {
    get names() { return lookups().names },
    get keys() { return lookups().keys },
    hold: (state) => { if (maps !== undefined) claim(maps.keys, state) },
    bind: (orderId, names, replayed = false) => {
      if (replayed && maps === undefined) {
        for (const name of names) note(orderId, name)
        return []
      }
      const known = lookups().names
      const added: OrderName[] = []
      for (const name of names) {
        if (known.get(name) === orderId) continue
        known.set(name, orderId)
        note(orderId, name)
        added.push({ name, orderId })
      }
      return added
    },
    namesOf: (orderId) => [...new Set(bindings.get(orderId)?.map(({ name }) => name))],
    drop: ({ id, intent: { idempotencyKey: key } }) => {
      if (maps !== undefined) {
        for (const { name } of bindings.get(id) ?? []) if (maps.names.get(name) === id) maps.names.delete(name)
        if (maps.keys.get(key)?.orderId === id) maps.keys.delete(key)
      }
      bindings.delete(id)
    },
  }
}
