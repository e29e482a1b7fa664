import type { Observable } from 'rxjs'
import type { AccountValues, ConnectionState } from '../broker/broker-adapter.ts'
import type { JournalBackup } from '../journal/journal.ts'
import type { KillEntry } from '../kill-switch/kill-state.ts'
import type { DecisionRecord, Denial, EventOf, EventType, ExternalOrders, KillLevel, KillScope, StoredEvent } from '../order/event.ts'
import type { Order, OrderStatus } from '../order/order.ts'
import type { OrderRequest, OrderTerms, ReplaceRequest } from '../order/request.ts'
import type { Alert } from '../pipeline/alert.ts'
import type { GuardStatus } from './guard-status.ts'
import type { LimitsControl } from './limits-control.ts'
import type { SluiceError } from '../runtime/errors.ts'

/**
 * The gate between a strategy and the market. One instance owns its accounts: every order of them goes through it. Made by
 * `createExecutionService`, which resolves when the journal is replayed and the broker reconciled.
 */
export interface ExecutionService {
  /**
   * Runs an order through the guards, writes it down and sends it once. Resolves at the first verdict: denied, pending_approval,
   * new, a fill, canceled, expired, rejected, or unknown after `submitTimeout`; it never waits for a fill. A denial is an
   * answer, not an error.
   * @throws SluiceError only when no order was recorded: ORDER_INVALID, IDEMPOTENCY_CONFLICT, BUSY, JOURNAL_FAILED (retry with
   * the same key only), ABORTED, CLOSED.
   */
  placeOrder(request: OrderRequest, options?: PlaceOptions): Promise<Order>
  /**
   * Asks every guard about an order without placing it: reserves, consumes and journals nothing. What it says may have changed
   * when the order is placed.
   * @throws SluiceError ORDER_INVALID, CLOSED
   */
  preflight(request: OrderRequest, options?: PlaceOptions): Promise<Preflight>
  /**
   * Answers the challenge of an order in `pending_approval`. The guards run again; the order is then sent. Resolves like
   * `placeOrder`.
   * @throws SluiceError APPROVAL_REFUSED with `attemptsLeft`, ORDER_NOT_FOUND, ORDER_FINISHED, APPROVAL_UNAVAILABLE
   */
  approveOrder(orderId: string, approval: ApprovalRequest): Promise<Order>
  /**
   * Cancels an order at whatever point of its way it is. Nothing stops a cancel. Resolves when the outcome is known, or with
   * the order as it stands after `submitTimeout`. A finished order is returned as it is.
   * @throws SluiceError CANCEL_REFUSED when the broker refuses; ORDER_NOT_FOUND
   */
  cancelOrder(orderId: string, options?: CommandOptions): Promise<Order>
  /**
   * Cancels every unfinished order that matches, each by itself. What was placed elsewhere only where the filter says
   * `source: 'external'`; the kill switch has its own rule for it (`externalOrders`).
   */
  cancelOrders(filter?: OrderFilter, options?: CommandOptions): Promise<readonly CancelResult[]>
  /**
   * Changes a live order. The guards judge the new terms; until the broker answers, the worse of old and new terms counts.
   * @throws SluiceError REPLACE_DENIED with `denial`, REPLACE_REFUSED by the broker, VERSION_CONFLICT, ORDER_INVALID,
   * ORDER_NOT_FOUND, ORDER_FINISHED. In every case the live order is untouched.
   */
  replaceOrder(orderId: string, changes: ReplaceRequest, options?: ReplaceOptions): Promise<Order>
  /** A human's word on an order that stays `unknown`. */
  resolveOrder(orderId: string, resolution: Resolution, options?: CommandOptions): Promise<Order>
  /**
   * Takes over what the brokers show as an account's positions, where ours differ: a journaled adjustment under a person's name. Ends
   * the `reduce_only` that the difference caused. Needs a fresh code where approvals are configured.
   * @throws SluiceError ORDER_INVALID, APPROVAL_REFUSED, NOT_READY when a broker's positions cannot be read twice alike, JOURNAL_FAILED
   */
  adoptPositions(account: string, adoption: Adoption, options?: CommandOptions): Promise<readonly Position[]>
  /**
   * Lets a person approve again who was locked by wrong codes. Needs the code of another person who may approve.
   * @throws SluiceError APPROVAL_REFUSED, APPROVAL_UNAVAILABLE, JOURNAL_FAILED
   */
  unlockApprover(person: string, by: { readonly actor: string; readonly code: string }): Promise<void>
  getOrderStatus(orderId: string): Promise<Order | undefined>
  /** The durable events of one order, in order: its decisions with what the guards read, its fills. Undefined without such an order. */
  orderEvents(orderId: string): Promise<readonly StoredEvent[] | undefined>
  /** Orders that match, newest first. */
  listOrders(filter?: OrderFilter): Promise<readonly Order[]>
  /** What is held, over all brokers of the accounts. */
  positions(filter?: { readonly account?: string }): Promise<readonly Position[]>
  /** What the broker last said the account is worth; undefined when it never did. */
  accountValues(account?: string): Promise<AccountValues | undefined>
  /** The guards in the order they run: the limits in force, and how much of each is used, of one account or of all. */
  guards(filter?: { readonly account?: string }): Promise<readonly GuardStatus[]>
  /** Changes limits while the service runs. */
  readonly limits: LimitsControl
  /**
   * Durable events of one account in order, without gaps, from `after` on, then live ones as they become durable. Ends when the
   * signal aborts or the service closes. Slow readers lose nothing: what they have not taken is read from the journal.
   */
  events(options?: EventsOptions): AsyncIterable<StreamItem>
  /** Calls back on each durable event of one type, or on alerts about the service itself. Returns how to stop. */
  on<Type extends EventType>(type: Type, listener: (event: EventOf<Type>) => void): () => void
  on(type: 'event', listener: (event: StoredEvent) => void): () => void
  on(type: 'alert', listener: (alert: Alert) => void): () => void
  /** Every durable event of every account. Hot: it has no past; use `events` to resume. */
  readonly events$: Observable<StoredEvent>
  /** An order whenever it changed, after the change is durable. */
  readonly orders$: Observable<Order>
  /** Positions whenever one changed. */
  readonly positions$: Observable<readonly Position[]>
  /** The state of each broker connection; begins with the states now. */
  readonly connection$: Observable<BrokerConnection>
  readonly killSwitch: KillSwitch
  /** The brokers by key, with what they can do. */
  readonly brokers: readonly BrokerInfo[]
  /** `ready`, `rescue` (only listing and cancelling work) or `closed`. */
  readonly state: ServiceState
  /** Why it is in rescue mode: RESCUE_MODE, with what happened as `cause`. */
  readonly rescue?: SluiceError
  /**
   * Copies the journal to a new file while orders go on, and verifies the copy. Everything acknowledged before the call is in it.
   * @throws SluiceError CONFIGURATION_INVALID when the file is there already, or the journal is copied by other means;
   * JOURNAL_FAILED, JOURNAL_CORRUPT
   */
  backup(path: string): Promise<JournalBackup>
  /** Stops taking orders, lets what is in flight reach its verdict, then closes brokers and journal. */
  close(): Promise<void>
}

export type ServiceState = 'ready' | 'rescue' | 'closed'

export interface BrokerInfo {
  readonly name: string
  readonly environment: 'paper' | 'live'
}

export interface CommandOptions {
  /** Who asks; recorded with the event. Default `local`. */
  readonly actor?: string
  readonly reason?: string
}

export interface PlaceOptions {
  /** Who places the order. Part of its digest. Default `local`. */
  readonly actor?: string
  /** Gives up as long as nothing is recorded; afterwards it has no effect: cancel the order instead. */
  readonly signal?: AbortSignal
  /** Called when the key was used before, so that the answer is an earlier order and not a new one. */
  readonly onReplay?: () => void
  /** Refuse a new order from this instant on, ISO 8601, with TOO_LATE: who sent it has stopped waiting for it. A key that is known answers all the same. */
  readonly notAfter?: string
}

export interface ReplaceOptions extends CommandOptions {
  /** Refuse with VERSION_CONFLICT when the order has another version now. */
  readonly expectedVersion?: number
}

export interface ApprovalRequest {
  readonly code: string
  /** Who approves. Default `local`. */
  readonly actor?: string
}

export type Resolution =
  /** The order is this one at the broker. */
  | { readonly brokerOrderId: string; readonly statement: string; readonly code?: string }
  /** The broker certainly has no such order. */
  | { readonly absent: true; readonly statement: string; readonly code?: string }

/** Why positions of unknown origin may count as ours. */
export interface Adoption {
  /** Where they come from, for whoever reads the journal. */
  readonly statement: string
  readonly code?: string
}

/** Fields that are present must match. */
export interface OrderFilter {
  readonly account?: string
  readonly strategy?: string
  readonly symbol?: string
  readonly broker?: string
  /** The order of one key, however old. One that is on its way is waited for: an empty list says that the key was not taken. */
  readonly idempotencyKey?: string
  readonly status?: OrderStatus | readonly OrderStatus[]
  /** true: only unfinished orders. */
  readonly open?: boolean
  /** `own`: placed through this service; `external`: placed elsewhere on the same account, listed while they can trade. Default: both. */
  readonly source?: 'own' | 'external'
  /** At most this many; default 1000. */
  readonly limit?: number
  /** Only orders that come after this one in a list, newest first: where the next page begins. */
  readonly before?: Pick<Order, 'createdAt' | 'id'>
}

export type CancelResult =
  | { readonly kind: 'order'; readonly orderId: string; readonly order: Order }
  | { readonly kind: 'error'; readonly orderId: string; readonly error: SluiceError }

/** What the guards say of an order that was not placed. */
export interface Preflight {
  readonly verdict: 'allow' | 'reject' | 'challenge'
  /** Every guard in the order they run, with its limit and what it saw. */
  readonly decisions: readonly DecisionRecord[]
  /** The first reject, when there is one. */
  readonly denial?: Denial
  /** Why a code would be asked for. */
  readonly challenges: readonly Denial[]
  readonly terms: OrderTerms
  /** What an approval would be bound to. */
  readonly digest: string
  readonly broker: string
  /** The most money the order may move, a decimal; absent when no price is known. */
  readonly estimatedValue?: string
  /** ISO 8601: when the answer is too old to show. */
  readonly expiresAt: string
}

export interface Position {
  readonly account: string
  readonly broker: string
  readonly symbol: string
  /** Negative when short. */
  readonly quantity: string
  readonly averagePrice: string
  /** What unfinished orders may still buy and sell. */
  readonly workingBuy: string
  readonly workingSell: string
  /** The price it would close at now; absent when no fresh quote is known. */
  readonly mark?: string
  readonly unrealisedProfit?: string
  /** Since the account began, by average prices. Both are multiplied as the contract is, once the broker has described it. */
  readonly realisedProfit: string
}

export interface EventsOptions {
  /** Default `main`; `*` has the events of no single account. */
  readonly account?: string
  /** The last sequence number already seen; default 0, the beginning. */
  readonly after?: number
  readonly signal?: AbortSignal
}

/** Sent instead of events that are no longer kept, or that this journal never had. Start again from it. */
export interface StreamReset {
  readonly type: 'stream_reset'
  readonly account: string
  /** The state includes everything up to this sequence number. */
  readonly sequence: number
  readonly orders: readonly Order[]
  readonly positions: readonly Position[]
}

export type StreamItem = StoredEvent | StreamReset

export interface BrokerConnection {
  readonly broker: string
  readonly state: ConnectionState
  readonly reason?: string
}

/** Stops trading at once. Anyone may engage it; only a human may release it. */
export interface KillSwitch {
  /**
   * Blocks in memory in this tick, then persists and sweeps. When it resolves, this process writes no new order that the level
   * forbids to any socket.
   */
  engage(command: EngageCommand): Promise<KillReport>
  /**
   * Releases one scope. Needs a fresh code where approvals are configured, and a reason.
   * @throws SluiceError APPROVAL_REFUSED, APPROVAL_UNAVAILABLE, JOURNAL_FAILED
   */
  release(command: ReleaseCommand): Promise<KillStatus>
  status(): KillStatus
  /** The status now and whenever it changes. */
  readonly state$: Observable<KillStatus>
}

export interface EngageCommand {
  /** Default `global`. */
  readonly scope?: KillScope
  /** Default `cancel_all`. */
  readonly level?: KillLevel
  readonly reason: string
  readonly actor?: string
  /** What tripped it, when no person did. */
  readonly trigger?: string
  /** Whether the sweep takes orders with it that were not placed here. Default: `sweep` at the global scope, `leave` below it. */
  readonly externalOrders?: ExternalOrders
}

export interface ReleaseCommand {
  readonly scope?: KillScope
  readonly code?: string
  readonly reason: string
  readonly actor?: string
}

export interface KillStatus {
  readonly epoch: number
  readonly engaged: readonly KillEntry[]
}

export interface KillReport {
  readonly epoch: number
  /** false: blocked in memory only; a restart may forget it. */
  readonly durable: boolean
  /** Orders on their way to the broker when it engaged; they are cancelled on sight. */
  readonly inFlight: readonly string[]
  /** Orders working at the broker that the level sweeps. */
  readonly working: readonly string[]
  /** Orders of unknown outcome. */
  readonly unknown: readonly string[]
}
