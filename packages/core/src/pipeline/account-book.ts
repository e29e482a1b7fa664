import { BrokenMemory } from '../guards/evaluate.ts'
import type { Guard } from '../guards/guard.ts'
import type { Batch, Journal, Lease } from '../journal/journal.ts'
import { type EventDraft, orderIdOf, type StoredEvent } from '../order/event.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import { reduceOrder } from '../order/reduce.ts'
import { createLedger, type Ledger } from '../risk/ledger.ts'
import { type Clock, toIso } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'

/** What a key stands for, and the shared result while its order is on the way. */
export interface KeyClaim {
  readonly digest: string
  readonly orderId: string
  pending: Promise<OrderState> | undefined
  /** Callers who wait for it. While nothing is recorded each may give up, the last one for all. */
  callers: number
}

/** A new order or a replace on its way to the broker. */
export interface Flight {
  /** A permit was given: bytes may be on the wire. */
  written: boolean
  /** The adapter has answered, or has not in time: updates wait for it no longer. */
  ended: boolean
}

/** Who wants an order cancelled, and why. */
export interface CancelWish {
  readonly actor: string
  readonly reason: string | undefined
}

/**
 * One account in memory: its orders, keys, ledger and guard memories. All of it is a fold of the account's events, so that a
 * restart rebuilds exactly this.
 */
export interface AccountBook {
  readonly account: string
  readonly orders: Map<string, OrderState>
  readonly keys: Map<string, KeyClaim>
  /** Orders that can still trade. */
  readonly open: Set<string>
  readonly byClientOrderId: Map<string, string>
  /** `broker\nbrokerOrderId` to order id. */
  readonly byBrokerOrderId: Map<string, string>
  /** `broker\nexecutionId` of every execution that counts or once counted. */
  readonly executions: Set<string>
  readonly ledger: Ledger
  readonly guardStates: unknown[]
  /** By order id; replaces by their client id. */
  readonly flights: Map<string, Flight>
  /**
   * Orders somebody wants cancelled. The wish is sticky: before the write the permit sees it, after the write it goes out as
   * soon as the broker is known to have the order.
   */
  readonly cancelWishes: Map<string, CancelWish>
  /** Orders between their claim and their first verdict. */
  inFlight: number
  readonly sequence: number
  /** The last sequence number that is durable. */
  readonly durableSequence: number
  /**
   * Takes sequence numbers and changes memory in this tick, then appends. The returned promise resolves when the events are
   * durable and published. A draft given as a function sees the memory after the drafts before it.
   */
  record(drafts: readonly (EventDraft | (() => EventDraft))[], batch?: Pick<Batch, 'keys' | 'cursors'>): Promise<void>
  /** Applies an event that is durable already. */
  replay(event: StoredEvent): void
}

/** What a book needs from outside. */
export interface BookPorts {
  readonly clock: Clock
  readonly journal: Journal
  readonly guards: readonly Guard[]
  /** Called in the tick in which an event changes memory. */
  applied(event: StoredEvent): void
  /** Called in sequence with durable events and, where they are about an order, the order after each. */
  publish(events: readonly PublishedEvent[]): void
  /** An append failed: the journal has stopped. What it held is in memory and will not be published. */
  failed(error: unknown, unpublished: readonly PublishedEvent[]): void
}

export interface PublishedEvent {
  readonly event: StoredEvent
  readonly order: OrderState | undefined
}

export const brokerKey = (broker: string, id: string): string => `${broker}\n${id}`

export function createAccountBook(account: string, lease: Lease, ports: BookPorts): AccountBook {
  const { clock, journal, guards } = ports
  const orders = new Map<string, OrderState>()
  const keys = new Map<string, KeyClaim>()
  const open = new Set<string>()
  const byClientOrderId = new Map<string, string>()
  const byBrokerOrderId = new Map<string, string>()
  const executions = new Set<string>()
  const ledger = createLedger()
  const cancelWishes = new Map<string, CancelWish>()
  const guardStates = guards.map((guard) => structuredClone(guard.initial))
  let sequence = 0
  let durableSequence = 0
  let tail: Promise<void> = Promise.resolve()

  const index = (state: OrderState, event: StoredEvent): void => {
    orders.set(state.id, state)
    if (isFinished(statusOf(state))) {
      open.delete(state.id)
      cancelWishes.delete(state.id)
    } else open.add(state.id)
    if ('clientOrderId' in event.data) byClientOrderId.set(event.data.clientOrderId, state.id)
    if ('brokerOrderId' in event.data) byBrokerOrderId.set(brokerKey(state.intent.broker, event.data.brokerOrderId), state.id)
    if ('execution' in event.data) {
      const { broker, brokerOrderId, executionId } = event.data.execution
      executions.add(brokerKey(broker, executionId))
      byBrokerOrderId.set(brokerKey(broker, brokerOrderId), state.id)
    }
    if ('intent' in event.data && event.data.intent !== undefined && !keys.has(state.intent.idempotencyKey)) {
      keys.set(state.intent.idempotencyKey, { digest: state.intent.digest, orderId: state.id, pending: undefined, callers: 0 })
    }
  }

  /** The one place where an event changes memory, live and on replay alike. */
  const fold = (event: StoredEvent): OrderState | undefined => {
    sequence = event.sequence
    let state: OrderState | undefined
    const orderId = orderIdOf(event)
    // Warnings and anomalies may name an order without being part of its history.
    if (orderId !== undefined && event.type !== 'limit_warning' && event.type !== 'anomaly_detected') {
      state = reduceOrder(orders.get(orderId), event)
      index(state, event)
    }
    ledger.apply(event)
    for (let position = 0; position < guards.length; position += 1) {
      const guard = guards[position] as Guard
      if (guard.apply === undefined || guardStates[position] instanceof BrokenMemory) continue
      try {
        guardStates[position] = guard.apply(guardStates[position], event)
      } catch (error) {
        guardStates[position] = new BrokenMemory(`its memory broke at event ${event.id}: ${describeError(error)}`)
      }
    }
    ports.applied(event)
    return state
  }

  // A journal that throws has failed like one that rejects: memory has changed already.
  const append = async (batch: Batch): Promise<unknown> => journal.append(lease, batch)

  const record: AccountBook['record'] = (drafts, batch = {}) => {
    const time = toIso(clock.now())
    const published: PublishedEvent[] = []
    for (const draft of drafts) {
      const { type, data } = typeof draft === 'function' ? draft() : draft
      const next = sequence + 1
      const event = { id: `${account}:${next}`, account, sequence: next, time, type, data } as StoredEvent
      published.push({ event, order: fold(event) })
    }
    const last = sequence
    const appended = append({ events: published.map(({ event }) => event), ...batch })
    // Appends pipeline; publishing keeps their order even where a journal would resolve them out of order.
    tail = Promise.all([tail, appended]).then(() => {
      durableSequence = last
      ports.publish(published)
    })
    tail.catch((error: unknown) => { ports.failed(error, published) })
    return tail
  }

  return {
    account, orders, keys, open, byClientOrderId, byBrokerOrderId, executions, ledger, guardStates, flights: new Map(), cancelWishes, inFlight: 0,
    get sequence() { return sequence },
    get durableSequence() { return durableSequence },
    record,
    replay: (event) => {
      fold(event)
      durableSequence = event.sequence
    },
  }
}
