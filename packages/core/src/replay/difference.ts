import type { Json, StoredEvent } from '../order/event.ts'

/** What a replay can find to be otherwise than journaled. */
export type DifferenceKind =
  /** A hole in a history, or an event of another account in it. */
  | 'history'
  /** An event that the order before it cannot have. */
  | 'order_state'
  /** What a guard said of an order. */
  | 'verdict'
  /** A number that was read for a decision and follows from the history. */
  | 'input'
  /** What became of an order does not follow from what the guards said. */
  | 'outcome'
  /** What the order would reserve. */
  | 'reservation'
  /** Ids and digests that follow from the order. */
  | 'identity'
  /** What a trade made of the order. */
  | 'fill'
  /** What trades made of a position. */
  | 'position'
  /** The version of the limits, or guards that cannot be made from their options. */
  | 'limits'
  /** The epoch of the kill switch. */
  | 'kill_switch'
  /** A warning that no decision gave, or one that is missing. */
  | 'warning'
  /** What a guard noted, or should have noted. */
  | 'note'
  /** The day a session belongs to, the prices it began with, or one that did not begin. */
  | 'session'

/** One thing that differs. */
export interface Difference {
  readonly kind: DifferenceKind
  /** Id of the event that says otherwise. */
  readonly event: string
  readonly orderId?: string
  readonly guard?: string
  /** What differs, for a person. */
  readonly message: string
  /** As it is journaled; null where nothing is. */
  readonly recorded: Json
  /** As the replay has it; null where it has nothing. */
  readonly derived: Json
}

/** Takes a difference at the event that is being looked at. */
export type Report = (kind: DifferenceKind, message: string, recorded: unknown, derived: unknown, guard?: string) => void

export const toJson = (value: unknown): Json => (value === undefined ? null : JSON.parse(JSON.stringify(value)) as Json)

/** With keys in one order, so that two values that say the same read the same. */
function canonical(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(canonical)
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([key, entry]) => [key, canonical(entry)]))
}

/** Whether two values say the same in JSON. */
export function isSame(recorded: unknown, derived: unknown): boolean {
  if (recorded === derived) return true
  const [left, right] = [JSON.stringify(recorded), JSON.stringify(derived)]
  return left === right || (left !== undefined && right !== undefined && JSON.stringify(canonical(toJson(recorded))) === JSON.stringify(canonical(toJson(derived))))
}

/** A report that names the event. */
export function reportFor(event: StoredEvent, take: (difference: Difference) => void): Report {
  const orderId = 'orderId' in event.data ? event.data.orderId : undefined
  return (kind, message, recorded, derived, guard) => {
    take({ kind, event: event.id, ...(orderId !== undefined && { orderId }), ...(guard !== undefined && { guard }), message, recorded: toJson(recorded), derived: toJson(derived) })
  }
}
