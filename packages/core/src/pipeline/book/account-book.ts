import type { Guard } from '../../guards/guard.ts'
import { remember } from '../../guards/guard-memory.ts'
import type { Batch, Journal, Lease, OrderName, Snapshot } from '../../journal/journal.ts'
import type { EventDraft, StoredEvent } from '../../order/event.ts'
import { historyOrderIdOf } from '../../order/order-of-event.ts'
import { isFinished, legIdOf, type OrderState, statusOf } from '../../order/order.ts'
import { executionName } from '../../order/order-names.ts'
import { LEG_ROLES } from '../../order/request.ts'
import { createLedger, type Ledger, type LedgerState } from '../../risk/ledger.ts'
import { type Clock, toIso } from '../../runtime/clock.ts'
import { encodeBook } from './book-snapshot.ts'
import type { KeyClaim } from './order-index.ts'
import { createOrderMemory, type KeptOrders, type OrderMemory } from './order-memory.ts'

/** A new order or a replace on its way to the broker. */
export interface Flight {
  /** A permit was given: bytes may be on the wire. */
  written: boolean
  /** The adapter has answered, or has not in time: updates wait for it no longer. */
  ended: boolean
}

/**
 * Whether nobody can say yet that the broker has the order: its answer is outstanding and nothing else has proven it. An adapter that
 * never answers must not hide for ever what the broker says of an order it is known to have.
 */
export function isOnItsWay(book: Pick<AccountBook, 'flights' | 'orders'>, orderId: string): boolean {
  return book.flights.has(orderId) && book.orders.get(orderId)?.requests.some((request) => request.command === 'new') !== false
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
  /** The right by which it writes. */
  readonly lease: Lease
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
  /** Names of executions that a broker took back before it told of them. */
  readonly busts: Set<string>
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
  /** Lets go what memory need not hold any more, after some replayed events. */
  settle(): void
  /** Resolves when every event so far is durable and published. */
  durable(): Promise<void>
  /** Everything that follows from the events so far. */
  capture(): Snapshot
  /** Keeps what follows from the events so far, once they are durable: the next start begins there. */
  saveSnapshot(): Promise<void>
}

/** Where a book begins when not with nothing. */
export interface BookStart {
  readonly sequence: number
  readonly orders: KeptOrders
  readonly ledger: LedgerState
  readonly guardStates: readonly unknown[]
  readonly busts: readonly string[]
}

/** What a book needs from outside. */
export interface BookPorts {
  readonly clock: Clock
  readonly journal: Journal
  readonly guards: readonly Guard[]
  /** Finished orders of an account that memory keeps at most. */
  readonly finishedOrders: number
  /** Events between two snapshots of an account; 0: none but at the end. */
  readonly snapshotEvery: number
  /** Something that harms nothing but should be known. */
  warn(message: string, cause: unknown): void
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

export function createAccountBook(account: string, lease: Lease, ports: BookPorts, start?: BookStart): AccountBook {
  const { clock, journal, guards } = ports
  const memory = createOrderMemory(ports.finishedOrders, start?.orders)
  const ledger = createLedger(start?.ledger)
  const cancelWishes = new Map<string, CancelWish>()
  const busts = new Set<string>(start?.busts)
  const flights = new Map<string, Flight>()
  const guardStates = guards.map((guard, index) => (start === undefined ? structuredClone(guard.initial) : start.guardStates[index]))
  let sequence = start?.sequence ?? 0
  let durableSequence = sequence
  let snapshotAt = sequence
  let tail: Promise<void> = Promise.resolve()

  const hasOpenLegs = ({ id, intent }: OrderState): boolean => intent.terms.orderClass !== undefined && LEG_ROLES.some((role) => memory.open.has(legIdOf(id, role)))

  /** Someone still works on it, or waits for what becomes of it. */
  const isBusy = (state: OrderState): boolean => {
    const { id, intent, chain } = state
    return flights.has(id) || hasOpenLegs(state) || memory.keys.get(intent.idempotencyKey)?.pending !== undefined || chain.some((link) => flights.has(link.clientOrderId))
  }

  /** The one place where an event changes memory, live and on replay alike. */
  const fold = (event: StoredEvent, names?: OrderName[]): OrderState | undefined => {
    sequence = event.sequence
    let state: OrderState | undefined
    if (historyOrderIdOf(event) !== undefined) {
      const changed = memory.put(event, names === undefined)
      state = changed.state
      names?.push(...changed.names)
      if (isFinished(statusOf(state))) cancelWishes.delete(state.id)
    } else if (event.type === 'session_rolled') memory.sessionRolled(event.sequence)
    if (event.type === 'anomaly_detected' && event.data.bust !== undefined) busts.add(executionName(event.data.bust.broker, event.data.bust.executionId))
    else if (event.type === 'execution_busted') busts.delete(executionName(event.data.execution.broker, event.data.execution.executionId))
    ledger.apply(event)
    for (let position = 0; position < guards.length; position += 1) {
      guardStates[position] = remember(guards[position] as Guard, guardStates[position], event)
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
      if (isSnapshotDue()) saveSnapshot().catch((error: unknown) => { ports.failed(error, []) })
    })
    tail.catch((error: unknown) => { ports.failed(error, published) })
    return tail
  }

  const capture = (): Snapshot => ({ sequence, state: encodeBook({ memory, ledger, busts }, guards, guardStates) })

  // A snapshot costs a little for every open order, and is worth it only after some events for each.
  const isSnapshotDue = (): boolean => ports.snapshotEvery > 0 && sequence - snapshotAt >= Math.max(ports.snapshotEvery, 4 * memory.open.size)

  const saveSnapshot = async (): Promise<void> => {
    if (sequence === snapshotAt) return
    snapshotAt = sequence
    const snapshot = capture()
    await tail
    await journal.saveSnapshot(lease, snapshot)
  }

  return {
    account, lease, orders: memory.orders, open: memory.open, memory,
    get keys() { return memory.keys },
    get names() { return memory.names },
    ledger, guardStates, flights, cancelWishes, busts, inFlight: 0,
    get sequence() { return sequence },
    get durableSequence() { return durableSequence },
    record, durable: () => tail, capture, saveSnapshot,
    replay: (event) => {
      fold(event)
      durableSequence = event.sequence
    },
    // Nothing is under way while a history is read.
    settle: () => {
      memory.release(durableSequence, hasOpenLegs)
      memory.pass(hasOpenLegs)
    },
  }
}
