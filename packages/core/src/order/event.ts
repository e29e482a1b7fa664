import type { DecisionSettings, Evaluation, GuardLimits, Json, NoteEvidence, TripEvidence } from './evaluation.ts'
import type { LegRole, OrderTerms, ReplaceRequest, Side } from './request.ts'

export type { DecisionBasis, DecisionRecord, DecisionSettings, Evaluation, GuardLimits, Json, TripEvidence } from './evaluation.ts'

/** What the kill switch does at each level; each includes the ones before it. */
export type KillLevel = 'reduce_only' | 'no_new' | 'cancel_all' | 'flatten'
/** What a kill switch covers. */
export type KillScope = 'global' | `broker:${string}` | `account:${string}` | `strategy:${string}` | `symbol:${string}`

/** Whether a sweep takes orders with it that were not placed here. */
export type ExternalOrders = 'sweep' | 'leave'

/** Our refusal of an order, before anything was sent. `limit` and `observed` are decimal strings or names. */
export interface Denial {
  /** Stable, `CATEGORY_CONDITION`, for example `POSITION_LIMIT_EXCEEDED`. */
  readonly code: string
  readonly message: string
  /** The guard that refused; absent where the service itself did (`NOT_SENT`). */
  readonly guard?: string
  readonly limit?: string
  readonly observed?: string
  /** What of `observed` is the order's own, where it is a sum: an approval holds while that is no worse. */
  readonly own?: string
  /** For rate guards: when another attempt may pass, in milliseconds from the decision. */
  readonly retryAfter?: number
}

/** The broker's refusal of an order. */
export interface Rejection {
  readonly code: string
  readonly message: string
}

/** A request for a human's approval that an order waits for. */
export interface Challenge {
  readonly id: string
  /** Why: one entry for each guard that challenged. */
  readonly reasons: readonly Denial[]
  /** SHA-256 of the order the approval is bound to. */
  readonly digest: string
  /** ISO 8601; kept over a restart. */
  readonly expiresAt: string
  /** The name of the approval provider, for example `totp`. */
  readonly method: string
}

/** The human's consent to a challenged order. */
export interface Approval {
  readonly challengeId: string
  readonly digest: string
  readonly actor: string
  readonly method: string
}

/** The worst case an order may add: units that may trade and the worst price they may trade at. */
export interface Reservation {
  readonly quantity: string
  readonly price: string
  /** Units of the underlying in one unit; absent for 1. */
  readonly multiplier?: string
}

/** Everything that fixes an order's identity. */
export interface OrderIntent {
  readonly terms: OrderTerms
  readonly digest: string
  readonly idempotencyKey: string
  readonly actor: string
  readonly broker: string
  readonly reservation: Reservation
  /** `flatten`: the kill switch closes a position with it. It must reduce; it needs no approval. */
  readonly purpose?: 'flatten'
  /** It was not placed here; the broker shows it. It counts like any other, and can be cancelled. */
  readonly source?: 'external'
  /** An exit that the broker opened for an order of ours. */
  readonly leg?: { readonly parentOrderId: string; readonly role: LegRole }
}

/** One trade of an order (FIX ExecutionReport with ExecType 150 = F). */
export interface Execution {
  /** FIX ExecID 17; unique per (broker, scope). */
  readonly executionId: string
  readonly broker: string
  readonly brokerOrderId: string
  readonly symbol: string
  readonly side: Side
  /** FIX LastQty 32. */
  readonly lastQuantity: string
  /** FIX LastPx 31. */
  readonly lastPrice: string
  /** The broker's time of the trade, ISO 8601. */
  readonly time: string
  /** True when Sluice derived it from a cumulative quantity because the execution itself was not seen. */
  readonly inferred?: boolean
}

/** A command an order waits on. */
export type OrderCommand = 'new' | 'cancel' | 'replace'

/** What an order may trade in all, and what it has. */
interface Holding {
  readonly reservation: Reservation
  readonly filledQuantity: string
  /** It is an exit of this order. */
  readonly parent?: string
}

interface Fill {
  readonly orderId: string
  readonly execution: Execution
  readonly filledQuantity: string
  /** Absent for a notional order. */
  readonly leavesQuantity?: string
  readonly averagePrice: string
}

/** Prices by broker and symbol: a position is one broker's (PROTOCOL A5), long or short there. */
export interface SessionMarks {
  readonly [broker: string]: { readonly [symbol: string]: string }
}

/** The data of each event, by type. */
export interface EventData {
  /** `intent` is present when this is the first event of the order, or of another attempt (`again`) after a proven NOT_SENT. */
  readonly order_denied: { readonly orderId: string; readonly intent?: OrderIntent; readonly again?: true; readonly denial: Denial; readonly evaluation?: Evaluation }
  readonly order_pending_approval: {
    readonly orderId: string; readonly intent: OrderIntent; readonly again?: true; readonly challenge: Challenge; readonly evaluation: Evaluation
  }
  /** The durable intent: written before a byte leaves. `submitBy` is the permit's deadline, ISO 8601. */
  readonly order_pending_new: {
    readonly orderId: string; readonly intent: OrderIntent; readonly again?: true; readonly clientOrderId: string; readonly submitBy: string
    readonly evaluation: Evaluation; readonly approval?: Approval
  }
  /**
   * `intent` is present when the order begins with it: the broker opened it for us, as a leg of a group. With `again` the order had
   * ended as never sent, and the broker has it all the same: it trades, and holds its exposure again.
   */
  readonly order_accepted: { readonly orderId: string; readonly clientOrderId: string; readonly brokerOrderId: string; readonly intent?: OrderIntent; readonly again?: true }
  readonly order_rejected: { readonly orderId: string; readonly rejection: Rejection }
  readonly order_partially_filled: Fill
  readonly order_filled: Fill
  /** `waits`: only wanted so far; it goes out as soon as the broker is known to have the order. */
  readonly order_pending_cancel: { readonly orderId: string; readonly clientOrderId: string; readonly actor: string; readonly reason?: string; readonly waits?: true }
  readonly order_cancel_refused: { readonly orderId: string; readonly code: string; readonly message: string }
  /** `reason`: `withdrawn` = never sent, `requested` = we asked, `broker` = the broker did it by itself. */
  readonly order_canceled: { readonly orderId: string; readonly reason: 'withdrawn' | 'requested' | 'broker' }
  readonly order_pending_replace: {
    readonly orderId: string; readonly clientOrderId: string; readonly revision: number; readonly changes: ReplaceRequest
    readonly reservation: Reservation; readonly submitBy: string; readonly actor: string; readonly evaluation: Evaluation
  }
  readonly order_replaced: {
    readonly orderId: string; readonly clientOrderId: string; readonly brokerOrderId: string; readonly changes: ReplaceRequest
  }
  readonly order_replace_refused: { readonly orderId: string; readonly code: string; readonly message: string }
  /** Our guards denied an amend: nothing was sent, the live order is as it was. */
  readonly order_replace_denied: { readonly orderId: string; readonly changes: ReplaceRequest; readonly denial: Denial; readonly actor: string; readonly evaluation: Evaluation }
  readonly order_expired: { readonly orderId: string }
  readonly order_suspended: { readonly orderId: string; readonly phase: 'suspended' | 'done_for_day' }
  /** The outcome of a command is not known yet, or (`new`) the broker shows an accepted order no more. It keeps its worst-case exposure. */
  readonly order_unknown: { readonly orderId: string; readonly command: OrderCommand; readonly reason: string }
  /** The trade did not happen; `execution` is reversed. `holds`: what the order held before it, where the ledger has forgotten it. */
  readonly execution_busted: { readonly orderId: string; readonly execution: Execution; readonly holds?: Holding }
  /** `previous` is reversed, `execution` takes its place under the same id. */
  readonly execution_corrected: { readonly orderId: string; readonly previous: Execution; readonly execution: Execution; readonly holds?: Holding }
  /** `source` `fill` restates what executions already say; the other sources change the position by themselves. */
  readonly position_changed: {
    readonly broker: string; readonly symbol: string; readonly quantity: string; readonly averagePrice: string
    readonly source: 'fill' | 'opening' | 'external' | 'adjustment'
  }
  readonly limit_warning: { readonly guard: string; readonly code: string; readonly limit: string; readonly observed: string; readonly percent: 70 | 90; readonly orderId?: string }
  readonly kill_switch_changed: {
    readonly action: 'engage' | 'release'; readonly scope: KillScope; readonly level: KillLevel; readonly epoch: number
    readonly reason: string; readonly actor: string
    /** What tripped it, when no person did: a guard's name, or `trip-file:` and the id of a line of the trip file. */
    readonly trigger?: string
    /** What a guard that tripped stood on: an account after one of its events, judged at a broker, and what it read. */
    readonly evidence?: TripEvidence
    /** What becomes of orders that were not placed here. Default: `sweep` at the global scope, `leave` below it. */
    readonly externalOrders?: ExternalOrders
  }
  /**
   * The guards and settings in force from here on: written at the start of a service when they are not those of the start before,
   * and at each reload.
   */
  readonly limits_changed: {
    /** One more than the version before. */
    readonly version: number
    readonly guards: readonly GuardLimits[]
    readonly settings: DecisionSettings
    /** `rebuilt`: guards' memories are folds of the whole history by these guards. `kept`: they go on from where they were. */
    readonly memory: 'rebuilt' | 'kept'
    /** The last event of each account before these limits. */
    readonly after: { readonly [account: string]: number }
    readonly actor: string
    /** What the code set, for guards that run under other options. */
    readonly configured?: readonly GuardLimits[]
    /** Options that became stricter, and others, as `guard.option`. */
    readonly tightened?: readonly string[]
    readonly loosened?: readonly string[]
    readonly reason?: string
    /** How a human approved what was loosened, for example `totp`. */
    readonly approval?: string
  }
  /** Something a guard wants remembered that no other event says; it comes back to its `apply`. */
  readonly guard_noted: { readonly guard: string; readonly note: Json; readonly evidence?: NoteEvidence }
  /**
   * A person's code: `asked` is durable before the code is looked at, `accepted` when it was right and spent. Codes asked for in a
   * row without one accepted lock the person; `unlocked` ends that.
   */
  readonly approval_checked: { readonly approver: string; readonly subject: string; readonly step: 'asked' | 'accepted' | 'unlocked'; readonly by?: string }
  /** `equity` is absent where the broker does not report it. `marks` are the prices the new session starts from. */
  readonly session_rolled: { readonly session: string; readonly equity?: string; readonly source: string; readonly marks: SessionMarks }
  /** `bust`: a trade that the broker took back before it told of it. Should the trade still come, it is reversed at once. */
  readonly anomaly_detected: { readonly code: string; readonly message: string; readonly orderId?: string; readonly bust?: { readonly broker: string; readonly executionId: string } }
}

export type EventType = keyof EventData

/** An event before it has its place in an account's history. */
export type EventDraft = { readonly [Type in EventType]: { readonly type: Type; readonly data: EventData[Type] } }[EventType]

/**
 * A durable fact. One union for the journal, `events$`, `on`, SSE and every sink: per account the sequence starts at 1 and has
 * no gaps. Events that concern no single account (kill switch, limits) belong to the account `*`.
 */
export type StoredEvent = {
  readonly [Type in EventType]: {
    /** `account:sequence`; the same event always has the same id. */
    readonly id: string
    readonly account: string
    readonly sequence: number
    /** When it was recorded, ISO 8601 UTC. */
    readonly time: string
    readonly type: Type
    readonly data: EventData[Type]
  }
}[EventType]

/** One kind of event. */
export type EventOf<Type extends EventType> = Extract<StoredEvent, { readonly type: Type }>

/** The account that holds events of no single account. */
export const GLOBAL_ACCOUNT = '*'
