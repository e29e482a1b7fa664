import type { Guard } from '../../guards/guard.ts'
import type { Snapshot } from '../../journal/journal.ts'
import type { Json } from '../../order/event.ts'
import type { OrderState } from '../../order/order.ts'
import type { Ledger, LedgerState } from '../../risk/ledger.ts'
import { decodePlain, encodePlain } from '../../runtime/plain-data.ts'
import type { KeptOrders, OrderMemory } from './order-memory.ts'

/** Of the shape below and of what events mean. Another version is no snapshot to start from: the history is replayed instead. */
const VERSION = 2

interface SavedGuard {
  /** The options under which the memory came to be, as JSON text. */
  readonly options: string
  readonly memory: Json
}

/** An order as JSON: only two of its fields are none by themselves. */
interface SavedOrder {
  readonly state: Omit<OrderState, 'filled' | 'filledValue'> & { readonly filled: string; readonly filledValue: string }
  readonly names: readonly string[]
}

interface SavedBook {
  readonly version: number
  readonly sessions: number
  readonly finished: KeptOrders['finished']
  readonly open: readonly SavedOrder[]
  readonly ledger: Json
  readonly busts: readonly string[]
  readonly guards: { readonly [name: string]: SavedGuard }
}

const optionsOf = (guard: Guard): string => JSON.stringify(guard.options) ?? 'undefined'

/** A guard's memory, unless it is nothing that can be written down: it is then folded again from the history. */
function saveGuard(guard: Guard, memory: unknown): SavedGuard | undefined {
  try {
    return { options: optionsOf(guard), memory: encodePlain(memory) }
  } catch {
    return undefined
  }
}

// States never change in place, so that the rest of them needs no copy.
const saveOrder = ({ state, names }: KeptOrders['open'][number]): SavedOrder =>
  ({ state: { ...state, filled: String(state.filled), filledValue: String(state.filledValue) }, names: [...names] })

const readOrder = ({ state, names }: SavedOrder): KeptOrders['open'][number] =>
  // Field by field: JSON leaves out what is undefined, and an order has all of its fields.
  ({
    names,
    state: {
      id: state.id, intent: state.intent, terms: state.terms, reservation: state.reservation, chain: state.chain,
      clientOrderId: state.clientOrderId, brokerOrderId: state.brokerOrderId, submitBy: state.submitBy,
      executions: state.executions, filled: BigInt(state.filled), filledValue: BigInt(state.filledValue), terminal: state.terminal, phase: state.phase,
      requests: state.requests, challenge: state.challenge, approved: state.approved, denial: state.denial, rejection: state.rejection,
      version: state.version, createdAt: state.createdAt, updatedAt: state.updatedAt,
    },
  })

/** All of a book that follows from its events. */
export function encodeBook({ memory, ledger, busts }: { readonly memory: OrderMemory; readonly ledger: Ledger; readonly busts: ReadonlySet<string> }, guards: readonly Guard[], guardStates: readonly unknown[]): Json {
  const saved = guards.flatMap((guard, index) => {
    const entry = guard.apply === undefined ? undefined : saveGuard(guard, guardStates[index])
    return entry === undefined ? [] : [[guard.name, entry] as const]
  })
  const { sessions, finished, open } = memory.kept()
  const book: SavedBook = {
    version: VERSION, sessions, finished, open: open.map(saveOrder), ledger: encodePlain(ledger.state, 'copy'), busts: [...busts], guards: Object.fromEntries(saved),
  }
  return book as unknown as Json
}

/** What a snapshot says of a book, and which guards it says nothing of: they are new, or their options changed. */
export interface DecodedBook {
  readonly orders: KeptOrders
  readonly ledger: LedgerState
  readonly busts: readonly string[]
  readonly guardStates: unknown[]
  /** Places of the guards whose memory has to be folded from the beginning. */
  readonly missing: readonly number[]
}

/** Reads a snapshot; undefined when it is of another version. @throws Error when it is damaged. */
export function decodeBook({ state }: Snapshot, guards: readonly Guard[]): DecodedBook | undefined {
  const book = state as unknown as SavedBook
  if (book.version !== VERSION) return undefined
  const missing: number[] = []
  const guardStates = guards.map((guard, index) => {
    if (guard.apply === undefined) return structuredClone(guard.initial)
    const saved = Object.hasOwn(book.guards, guard.name) ? book.guards[guard.name] : undefined
    if (saved?.options === optionsOf(guard)) return decodePlain(saved.memory)
    missing.push(index)
    return structuredClone(guard.initial)
  })
  return { orders: { sessions: book.sessions, finished: book.finished, open: book.open.map(readOrder) }, ledger: decodePlain(book.ledger) as LedgerState, busts: book.busts, guardStates, missing }
}

/** The options under which the guards of a snapshot came to their memories, by name. */
export function optionsIn({ state }: Snapshot): ReadonlyMap<string, Json> {
  const { guards } = state as unknown as Pick<SavedBook, 'guards'>
  return new Map(Object.entries(guards).flatMap(([name, { options }]) => (options === 'undefined' ? [] : [[name, JSON.parse(options) as Json] as const])))
}
