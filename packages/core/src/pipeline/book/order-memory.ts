import type { OrderName } from '../../journal/journal.ts'
import type { StoredEvent } from '../../order/event.ts'
import { historyOrderIdOf } from '../../order/order-of-event.ts'
import { isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { namesIn } from '../../order/order-names.ts'
import { reduceHistory, reduceOrder } from '../../order/reduce.ts'
import { createOrderIndex, type KeyClaim } from './order-index.ts'

/** A finished order to keep, and the session it last changed in. */
interface Finished {
  readonly orderId: string
  readonly session: number
}

/**
 * The orders of an account that memory holds: all open ones, and the finished ones of the last two sessions up to a number. The
 * others are in the journal, found by the same names (PROTOCOL C5). Which orders are `finished` follows from the events alone.
 */
export interface OrderMemory {
  readonly orders: Map<string, OrderState>
  readonly keys: Map<string, KeyClaim>
  /** Orders that can still trade. */
  readonly open: Set<string>
  /** Names of the orders in memory, see `order-names`. */
  readonly names: Map<string, string>
  /** Finished orders to keep, the one that changed last at the end. */
  finished(): readonly Finished[]
  /** Sessions that have begun. */
  readonly sessions: number
  /** The account has orders that memory does not hold. */
  readonly partial: boolean
  /** Takes in an event of an order; answers the names that are new. A `replayed` one has given its names already. */
  put(event: StoredEvent, replayed?: boolean): { readonly state: OrderState; readonly names: readonly OrderName[] }
  /** Brings back an order by its history. It leaves again unless an event follows or it is among the finished to keep. */
  restore(history: readonly StoredEvent[]): OrderState | undefined
  sessionRolled(sequence: number): void
  /** Lets go what is no longer kept and durable, and what nobody `keeps`. */
  release(durable: number, isBusy: (state: OrderState) => boolean): void
  /**
   * Lets go in a replay what has finished a while ago, also of the orders to keep: of a long history most leave anyhow, and holding them
   * until then costs more than reading back the few that somebody asks for.
   */
  pass(isBusy: (state: OrderState) => boolean): void
  /** What the events so far say should be in memory: the open orders, and which finished ones. */
  kept(): KeptOrders
  /** Holds an order in memory while work on it goes on. Answers how to end that. */
  keep(orderId: string): () => void
}

/** Places without an order that the queue may have before it is written anew. */
const COMPACT = 1024

/** Finished orders that a replay holds: what is still to come of them mostly does by then. */
const SOON = 256

/** What a memory starts from. */
export interface KeptOrders {
  readonly sessions: number
  readonly finished: readonly Finished[]
  readonly open: readonly { readonly state: OrderState; readonly names: readonly string[] }[]
}

export function createOrderMemory(limit: number, kept?: KeptOrders): OrderMemory {
  const orders = new Map<string, OrderState>()
  const index = createOrderIndex(orders)
  const open = new Set<string>()
  // A queue with holes: what changed again is further back, and its former place no longer counts.
  let queue: Finished[] = [...(kept?.finished ?? [])]
  let head = 0
  /** Up to here in the queue a replay has let orders go. */
  let passed = 0
  const finished = new Map<string, Finished>(queue.map((entry) => [entry.orderId, entry]))
  /** No longer to be kept, with the sequence that has to be durable before they go. */
  const leaving = new Map<string, number>()
  const keepers = new Map<string, number>()
  let sessions = kept?.sessions ?? 0
  let partial = kept !== undefined

  const hold = (state: OrderState): void => {
    orders.set(state.id, state)
    index.hold(state)
  }

  const isCurrent = (entry: Finished): boolean => finished.get(entry.orderId) === entry

  const trim = (sequence: number): void => {
    for (; head < queue.length; head += 1) {
      const entry = queue[head] as Finished
      if (!isCurrent(entry)) continue
      if (finished.size <= limit && entry.session >= sessions - 1) break
      finished.delete(entry.orderId)
      if (orders.has(entry.orderId)) leaving.set(entry.orderId, sequence)
    }
    if (queue.length < finished.size * 2 + COMPACT) return
    queue = queue.slice(head).filter(isCurrent)
    head = 0
    passed = 0
  }

  const finish = (orderId: string, sequence: number): void => {
    const entry = { orderId, session: sessions }
    finished.set(orderId, entry)
    queue.push(entry)
    trim(sequence)
  }

  const drop = (orderId: string): void => {
    const state = orders.get(orderId)
    if (state === undefined) return
    orders.delete(orderId)
    index.drop(state)
  }

  for (const { state, names: own } of kept?.open ?? []) {
    hold(state)
    open.add(state.id)
    index.bind(state.id, own, true)
  }

  return {
    orders, open,
    get keys() { return index.keys },
    get names() { return index.names },
    finished: () => queue.slice(head).filter(isCurrent),
    get sessions() { return sessions },
    get partial() { return partial },
    put: (event, replayed) => {
      const orderId = historyOrderIdOf(event) as string
      const before = orders.get(orderId)
      const state = reduceOrder(before, event)
      hold(state)
      const wasOpen = before !== undefined && !isFinished(statusOf(before))
      if (!wasOpen) {
        finished.delete(orderId)
        leaving.delete(orderId)
      }
      if (isFinished(statusOf(state))) {
        if (wasOpen) open.delete(orderId)
        finish(orderId, event.sequence)
      } else if (!wasOpen) open.add(orderId)
      return { state, names: index.bind(orderId, namesIn(event, state.intent.broker), replayed) }
    },
    restore: (history) => {
      const state = reduceHistory(history)
      if (state === undefined) return undefined
      const known = orders.get(state.id)
      if (known !== undefined) return known
      hold(state)
      index.bind(state.id, history.flatMap((event) => namesIn(event, state.intent.broker)), true)
      if (!finished.has(state.id)) leaving.set(state.id, 0)
      return state
    },
    sessionRolled: (sequence) => {
      sessions += 1
      trim(sequence)
    },
    release: (durable, isBusy) => {
      if (leaving.size === 0) return
      for (const [orderId, sequence] of leaving) {
        const state = orders.get(orderId)
        if (state !== undefined && (sequence > durable || keepers.has(orderId) || isBusy(state))) continue
        leaving.delete(orderId)
        drop(orderId)
        partial = true
      }
    },
    pass: (isBusy) => {
      for (; passed < queue.length - SOON; passed += 1) {
        const entry = queue[passed] as Finished
        const state = isCurrent(entry) ? orders.get(entry.orderId) : undefined
        if (state === undefined) continue
        if (isBusy(state)) leaving.set(state.id, 0)
        else drop(state.id)
        partial = true
      }
    },
    kept: () => ({
      sessions,
      finished: queue.slice(head).filter(isCurrent),
      open: [...open].map((orderId) => ({ state: orders.get(orderId) as OrderState, names: index.namesOf(orderId) })),
    }),
    keep: (orderId) => {
      keepers.set(orderId, (keepers.get(orderId) ?? 0) + 1)
      return () => {
        const left = (keepers.get(orderId) ?? 1) - 1
        if (left === 0) keepers.delete(orderId)
        else keepers.set(orderId, left)
      }
    },
  }
}
