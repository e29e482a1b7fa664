import type { LegRole, OrderClass, OrderType, ReplaceRequest, Side, TimeInForce } from '../order/request.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'
import type { ApprovedOrder, ApprovedReplacement } from './approved-order.ts'

/**
 * What Sluice asks of a broker. An adapter translates and reports; it never retries a new order on its own, never guesses and
 * never hides an outcome. Everything it cannot prove is `ambiguous`, `indeterminate` or `unavailable`.
 */
export interface BrokerAdapter {
  readonly capabilities: BrokerCapabilities
  /**
   * Opens the connection and starts delivering. Resolves when orders can be sent and updates arrive; rejects when that is not
   * possible now. Lost connections after that are the adapter's to mend; it reports them as `connection` updates.
   */
  connect(context: AdapterContext): Promise<void>
  /** Sends a new order once. A throw counts as `ambiguous`. The permit is asked in the tick of the write. */
  submit(order: ApprovedOrder): Promise<SubmitOutcome>
  /** Asks the broker to cancel. `accepted` means that it took the request; that the order ended comes as an update. */
  cancel(command: CancelCommand): Promise<CommandOutcome>
  /**
   * Asks the broker by one request to cancel every open order of the account, whoever placed it. Only where the broker has such a
   * request. The kill switch uses it first; whatever it answers, what is left is cancelled one by one until listings show nothing.
   */
  cancelAll?(): Promise<CancelAllOutcome>
  /** Asks the broker to change a live order. `accepted` means that the new terms are in force. */
  replace(command: ApprovedReplacement): Promise<SubmitOutcome>
  /** What became of a client order id. `notFound` only when the broker itself said so. */
  lookup(clientOrderId: string): Promise<Lookup>
  /** What the broker knows now. `since` is the cursor of an earlier snapshot or update: executions after it suffice. */
  snapshot(since?: Cursor): Promise<BrokerSnapshot>
  readonly marketData?: MarketData
  readonly reference?: ReferenceData
  close(): Promise<void>
}

/** What a broker can do. Anything an order needs beyond it is denied before it is sent. */
export interface BrokerCapabilities {
  /** `live` moves real money and turns on the strict profile. */
  readonly environment: 'paper' | 'live'
  readonly orderTypes: readonly OrderType[]
  readonly timesInForce: readonly TimeInForce[]
  readonly orderClasses: readonly OrderClass[]
  /** Orders by money instead of quantity. */
  readonly notional: boolean
  /** Quantities with decimals. */
  readonly fractional: boolean
  readonly extendedHours: boolean
  /** `sell_short`, and sells beyond the position. */
  readonly shortSelling: boolean
  /** Changing a live order. */
  readonly replace: boolean
  /** An order can be cancelled before its broker id is known. */
  readonly cancelByClientOrderId: boolean
  /**
   * Snapshots tell what the account holds: one that cannot is a failed one, and new risk waits (PROTOCOL D3). `false`: the broker has no
   * word for positions, and what the account holds is counted from its own trades, from nothing.
   */
  readonly positions: boolean
  /**
   * Snapshots list what was traded. While one cannot, positions that differ from the books prove nothing (the trade that explains them may be
   * the one that is not told), and new risk waits. `false`: missed trades come another way, such as the resend of a FIX session.
   */
  readonly executions: boolean
  /** A second order with the same client id is answered `duplicate`, never executed. */
  readonly dedupesClientOrderId: boolean
  /** What a `notFound` look-up proves; undefined when it proves nothing. */
  readonly absence: AbsenceProof | undefined
  readonly clientOrderId: { readonly maximumLength: number }
}

/** When the broker's "not found" may be believed. */
export interface AbsenceProof {
  /** How long after a request can no longer be in flight the broker may still not show its order, in milliseconds. */
  readonly visibilityLag: number
  /** Finished orders stay visible to `lookup`. */
  readonly historyComplete: boolean
}

/** What the service gives an adapter. */
export interface AdapterContext {
  readonly clock: Clock
  readonly logger: Logger
  /** Aborts when the service closes. */
  readonly signal: AbortSignal
  /**
   * Hands over what the broker said, in the broker's order. Resolves when it is durable: only then may the adapter acknowledge
   * it to the broker or advance its own cursor.
   */
  deliver(update: BrokerUpdate): Promise<void>
}

/** An opaque place in the broker's history. */
export type Cursor = string

/** The answer to a new order or a replace. */
export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly brokerOrderId: string }
  /** The broker took the request, looked at it and said no. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** The broker already has an order with this client id. The service looks it up and adopts it. */
  | { readonly kind: 'duplicate' }
  /** Proven never sent: the permit said no, or the write did not begin. */
  | { readonly kind: 'not_sent'; readonly reason: string; readonly retryable: boolean }
  /** It may or may not have reached the broker: timeouts, resets, 5xx. */
  | { readonly kind: 'ambiguous'; readonly reason: string }

/** The answer to a cancel. */
export type CommandOutcome = Exclude<SubmitOutcome, { kind: 'accepted' | 'duplicate' }> | { readonly kind: 'accepted' }

/** The answer to a cancel of everything: one for each order that the broker saw, or one for all. */
export type CancelAllOutcome =
  | { readonly kind: 'answered'; readonly answers: readonly { readonly brokerOrderId: string; readonly outcome: CommandOutcome }[] }
  | CommandOutcome

/** A cancel on its way to the broker. Nothing may stop it, so it carries no permit. */
export interface CancelCommand {
  readonly orderId: string
  readonly account: string
  /** The cancel's own id (FIX ClOrdID 11 of the cancel). */
  readonly clientOrderId: string
  /** The last accepted id of the order (FIX OrigClOrdID 41). */
  readonly originalClientOrderId: string
  /** Absent while the broker has not acknowledged the order; sent then only where `cancelByClientOrderId`. */
  readonly brokerOrderId: string | undefined
  readonly symbol: string
  readonly side: Side
}

/** An order in the broker's words. Numbers are canonical decimal strings. */
export interface BrokerOrder {
  readonly clientOrderId: string | undefined
  readonly brokerOrderId: string
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  readonly quantity: string | undefined
  readonly notional: string | undefined
  readonly limitPrice: string | undefined
  readonly stopPrice: string | undefined
  readonly timeInForce: TimeInForce
  readonly status: BrokerOrderStatus
  readonly filledQuantity: string
  readonly averagePrice: string | undefined
  /** The executions, where the broker lists them with the order; undefined when it does not. */
  readonly executions: readonly BrokerExecution[] | undefined
  readonly rejection?: { readonly code: string; readonly message: string }
  /** Of an exit that the broker opened for another order: which order, and what for. One that is held has the status `suspended`. */
  readonly leg?: { readonly parentBrokerOrderId: string; readonly role: LegRole }
  readonly createdAt: string
  readonly updatedAt: string
}

export type BrokerOrderStatus =
  | 'pending_new' | 'new' | 'partially_filled' | 'filled' | 'pending_cancel' | 'pending_replace'
  | 'canceled' | 'rejected' | 'expired' | 'replaced' | 'done_for_day' | 'suspended'

/** A trade as the broker reports it. */
export interface BrokerExecution {
  /** Unique per broker and scope, the same on every channel. Put the scope into it where the broker reuses ids. */
  readonly executionId: string
  readonly brokerOrderId: string
  readonly clientOrderId: string | undefined
  readonly symbol: string
  readonly side: Side
  readonly lastQuantity: string
  readonly lastPrice: string
  /** ISO 8601. */
  readonly time: string
}

/** How an update names its order: at least one of the two ids. */
export interface OrderReference {
  readonly clientOrderId?: string
  readonly brokerOrderId?: string
}

/** Something the broker said unasked. `cursor`, where given, becomes durable with the update. */
export type BrokerUpdate = { readonly cursor?: Cursor } & (
  | ({ readonly kind: 'accepted'; readonly brokerOrderId: string } & OrderReference)
  | ({ readonly kind: 'rejected'; readonly code: string; readonly message: string } & OrderReference)
  /** `complete`: nothing more will trade. Needed for an order by money, whose quantity nobody knows before. */
  | { readonly kind: 'fill'; readonly execution: BrokerExecution; readonly complete?: true }
  | ({ readonly kind: 'canceled' | 'expired' | 'done_for_day' | 'suspended' | 'resumed' } & OrderReference)
  | ({ readonly kind: 'cancel_refused' | 'replace_refused'; readonly code: string; readonly message: string } & OrderReference)
  /** `clientOrderId` and `brokerOrderId` are the new link's; `originalClientOrderId` names the link it replaces. */
  | { readonly kind: 'replaced'; readonly clientOrderId: string; readonly brokerOrderId: string; readonly originalClientOrderId?: string; readonly changes: ReplaceRequest }
  | { readonly kind: 'busted'; readonly executionId: string }
  /** The broker opened an exit of a group. It is an order of its own from here on, by its own ids; `order.leg` names its parent. */
  | { readonly kind: 'leg'; readonly order: BrokerOrder }
  | { readonly kind: 'corrected'; readonly executionId: string; readonly execution: BrokerExecution }
  | { readonly kind: 'account_values'; readonly values: AccountValues }
  /** `gap`: updates may have been lost; the service denies new risk until it has reconciled. `ready`: they flow again. */
  | { readonly kind: 'connection'; readonly state: ConnectionState; readonly reason?: string }
)

export type ConnectionState = 'connecting' | 'ready' | 'gap' | 'closed'

/** The answer to a look-up. */
export type Lookup =
  | { readonly kind: 'found'; readonly order: BrokerOrder }
  /** `asOf`: the broker's or our time, in ms since the epoch, at which it was not there. */
  | { readonly kind: 'not_found'; readonly asOf: number }
  | { readonly kind: 'indeterminate'; readonly reason: string }

/** A part of a snapshot is there or is not; an empty list says that the broker has none. */
export type SnapshotPart<Value> =
  | { readonly status: 'present'; readonly value: Value }
  | { readonly status: 'unavailable'; readonly reason: string }

export interface BrokerSnapshot {
  /** When it was asked for, in ms since the epoch. */
  readonly asOf: number
  readonly openOrders: SnapshotPart<readonly BrokerOrder[]>
  readonly executions: SnapshotPart<readonly BrokerExecution[]>
  readonly positions: SnapshotPart<readonly BrokerPosition[]>
  readonly account: SnapshotPart<AccountValues>
  readonly cursor?: Cursor
}

export interface BrokerPosition {
  readonly symbol: string
  /** Negative when short. */
  readonly quantity: string
  readonly averagePrice: string
}

/** What the account is worth, in its own currency. */
export interface AccountValues {
  readonly equity: string
  readonly cash: string
  readonly buyingPower: string
  readonly currency: string
  /** Equity at the last session roll, where the broker keeps it. */
  readonly lastEquity?: string
  /** ISO 8601. */
  readonly time: string
}

/** The best prices of a symbol. */
export interface Quote {
  readonly symbol: string
  readonly bid: string
  readonly ask: string
  /** The price of the last trade, where known. */
  readonly last?: string
  /** ISO 8601. */
  readonly time: string
}

export interface MarketData {
  /** The latest quote; rejects when there is none. */
  quote(symbol: string, signal: AbortSignal): Promise<Quote>
  /** Emits quotes of the symbols until the signal aborts. */
  watch(symbols: readonly string[], emit: (quote: Quote) => void, signal: AbortSignal): void
}

export interface ReferenceData {
  /** undefined: the broker does not know the symbol. */
  instrument(symbol: string): Promise<Instrument | undefined>
  session(symbol: string, at: number): Promise<MarketSession>
}

export interface Instrument {
  readonly symbol: string
  readonly assetClass: string
  readonly tradable: boolean
  readonly shortable: boolean
  readonly fractionable: boolean
  /** Smallest price step. */
  readonly tickSize: string
  /** Smallest quantity step. */
  readonly lotSize: string
  /** Units of the underlying in one unit; `1` for shares. */
  readonly multiplier: string
  readonly currency: string
}

export interface MarketSession {
  readonly phase: 'closed' | 'pre' | 'open' | 'post' | 'halted'
  /** When the current phase began and ends, in ms since the epoch. */
  readonly since: number
  readonly until: number
}

