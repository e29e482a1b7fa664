import { BrokenMemory } from '../guards/evaluate.ts'
import type { Guard } from '../guards/guard.ts'
import type { Batch, Journal, Lease, OrderName } from '../journal/journal.ts'
import { type EventDraft, historyOrderIdOf, type StoredEvent } from '../order/event.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import { createLedger, type Ledger } from '../risk/ledger.ts'
import { type Clock, toIso } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'
import { createOrderMemory, type KeyClaim, type OrderMemory } from './order-memory.ts'

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
  /** The orders in memory; the others are read back by `recall`. */
  readonly orders: ReadonlyMap<string, OrderState>
  readonly keys: Map<string, KeyClaim>
  /** Orders that can still trade. */
  readonly open: ReadonlySet<string>
  /** Names of the orders in memory, see `order-names`. */
  readonly names: ReadonlyMap<string, string>
  readonly memory: Pick<OrderMemory, 'partial' | 'finished' | 'keep' | 'restore' | 'sessions'>
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
  /** Applies an event that is durable already. Its order has to be in memory, where it has one that was before. */
  replay(event: StoredEvent): void
}

/** What a book needs from outside. */
export interface BookPorts {
  readonly clock: Clock
  readonly journal: Journal
  readonly guards: readonly Guard[]
  /** Finished orders of an account that memory keeps at most. */
  readonly finishedOrders: number
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

export function createAccountBook(account: string, lease: Lease, ports: BookPorts): AccountBook {
  const { clock, journal, guards } = ports
  const memory = createOrderMemory(ports.finishedOrders)
  const ledger = createLedger()
  const cancelWishes = new Map<string, CancelWish>()
  const flights = new Map<string, Flight>()
  const guardStates = guards.map((guard) => structuredClone(guard.initial))
  let sequence = 0
  let durableSequence = 0
  let tail: Promise<void> = Promise.resolve()

  /** Someone still works on it, or waits for what becomes of it. */
  const isBusy = ({ id, intent, chain }: OrderState): boolean =>
    flights.has(id) || memory.keys.get(intent.idempotencyKey)?.pending !== undefined || chain.some((link) => flights.has(link.clientOrderId))

  /** The one place where an event changes memory, live and on replay alike. */
  const fold = (event: StoredEvent, names?: OrderName[]): OrderState | undefined => {
    sequence = event.sequence
    let state: OrderState | undefined
    if (historyOrderIdOf(event) !== undefined) {
      const changed = memory.put(event)
      state = changed.state
      names?.push(...changed.names)
      if (isFinished(statusOf(state))) cancelWishes.delete(state.id)
    } else if (event.type === 'session_rolled') memory.sessionRolled(event.sequence)
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
    const names: OrderName[] = []
    for (const draft of drafts) {
      const { type, data } = typeof draft === 'function' ? draft() : draft
      const next = sequence + 1
      const event = { id: `${account}:${next}`, account, sequence: next, time, type, data } as StoredEvent
      published.push({ event, order: fold(event, names) })
    }
    const last = sequence
    const appended = append({ events: published.map(({ event }) => event), ...(names.length > 0 && { names }), ...batch })
    // Appends pipeline; publishing keeps their order even where a journal would resolve them out of order.
    tail = Promise.all([tail, appended]).then(() => {
      durableSequence = last
      ports.publish(published)
      memory.release(last, isBusy)
    })
    tail.catch((error: unknown) => { ports.failed(error, published) })
    return tail
  }

  return {
    account, orders: memory.orders, keys: memory.keys, open: memory.open, names: memory.names, memory,
    ledger, guardStates, flights, cancelWishes, inFlight: 0,
    get sequence() { return sequence },
    get durableSequence() { return durableSequence },
    record,
    replay: (event) => {
      fold(event)
      durableSequence = event.sequence
      memory.release(durableSequence, isBusy)
    },
  }
}
