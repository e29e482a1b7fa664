import type { Approvers } from '../approval/approvers.ts'
import type { ApprovalProvider } from '../approval/approval-provider.ts'
import type { BrokerAdapter, BrokerExecution, ConnectionState, Instrument, MarketSession } from '../broker/broker-adapter.ts'
import type { Guard } from '../guards/guard.ts'
import type { Journal } from '../journal/journal.ts'
import type { KillState } from '../kill-switch/kill-state.ts'
import type { EventData, Json } from '../order/event.ts'
import type { OrderState } from '../order/order.ts'
import type { OrderTerms } from '../order/request.ts'
import type { Marks } from '../risk/marks.ts'
import type { StoredAccountValues } from '../risk/risk-sources.ts'
import type { SessionRoll } from '../risk/session-day.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Logger } from '../runtime/logger.ts'
import { SluiceError } from '../runtime/errors.ts'
import type { AccountBook, Flight } from './book/account-book.ts'
import type { Alert } from './alert.ts'

/** One broker and what the service knows of it beyond the journal. */
export interface BrokerLink {
  readonly name: string
  /** The one account that trades there. */
  readonly account: string
  readonly adapter: BrokerAdapter
  connection: ConnectionState
  reconciled: boolean
  accountValues: StoredAccountValues | undefined
  readonly instruments: Map<string, Instrument>
  readonly sessions: Map<string, MarketSession>
  /** Symbols whose quotes are being watched. */
  readonly watched: Set<string>
  /** Exits were listed that may belong to an order of ours whose id there is not known yet. */
  hasUnboundExits: boolean
  /** Listed orders that nobody can say yet whose they are, with the submits whose answers may tell. */
  readonly strangers: Map<string, readonly Flight[]>
  /** The broker has listed its trades since updates may have been lost: no cursor moves past what it has not. */
  hasListedTrades: boolean
  /** The broker has listed its open orders once: where it cannot, it does not say that there are none. */
  hasListedOrders: boolean
  /** Trades told of no order of ours, until a comparison has taken them in: no cursor moves past them before that. */
  readonly trades: Map<string, BrokerExecution>
  /** Orders on their way when the books were compared: to be looked up when their answer has come. */
  readonly unseen: Set<string>
  /** Grows whenever updates may have been lost. */
  gaps: number
  /** Grows with every update: two snapshots with the same count between them saw the same books. */
  updates: number
}

/** The limits of time and number that a service runs under. */
export interface Timing {
  readonly recoveryTimeout: number
  readonly reconcileEvery: number
  readonly submitTimeout: number
  readonly submitWithin: number
  readonly prepareTimeout: number
  readonly quoteMaximumAge: number
  readonly accountMaximumAge: number
  readonly approvalTimeout: number
  readonly approvalAttempts: number
  readonly approverAttempts: number
  readonly maximumChallenges: number
  readonly maximumInFlight: number
}

/** Everything the steps of an order's way share. Made once by the service. */
export interface PipelineContext {
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly journal: Journal
  readonly guards: readonly Guard[]
  /** What the code set for each guard, whatever is in force. */
  readonly configured: ReadonlyMap<string, Json>
  /** Puts a guard in the place of one of the same name; its memory goes on. */
  setGuard(index: number, guard: Guard): void
  readonly approvals: ApprovalProvider | undefined
  readonly sessionRoll: SessionRoll
  readonly tag: string
  readonly timing: Timing
  readonly marks: Marks
  readonly brokers: ReadonlyMap<string, BrokerLink>
  readonly brokerNames: readonly string[]
  readonly books: ReadonlyMap<string, AccountBook>
  /** Aborts when the service closes. */
  readonly signal: AbortSignal
  /** Nobody approves what they placed. */
  readonly fourEyes: boolean
  route(terms: OrderTerms): string
  /** The book of the events of no single account. */
  readonly globalBook: AccountBook
  readonly kill: KillState
  /** Wrong codes in a row, by person. */
  readonly approvers: Approvers
  /** Lines of the trip file that have engaged the kill switch, now or before the last start. */
  readonly tripsSeen: ReadonlySet<string>
  /** The limits in force; undefined until the service has started for the first time. */
  readonly limits: EventData['limits_changed'] | undefined
  /** A human has armed the limits in force for real money. */
  readonly armed: boolean
  /** How far the wall clock has jumped since the books were last compared, in ms. */
  readonly clockJump: number
  /** Takes the clocks as they are now for right: the books have been compared since the jump. */
  rebaseClock(): void
  /** Set once the journal has stopped; no new risk after that. */
  readonly journalFailure: unknown
  readonly closing: boolean
  /** The journal has failed, or hangs: no new risk from now on. */
  journalFailed(cause: unknown): void
  alert(alert: Alert): void
  /** An order's way to the broker has ended: updates that waited for it may now find their order. */
  flightEnded(): void
  /** Resolves with the order once a durable event left it in a state that passes; undefined after `timeout` ms. */
  waitFor(orderId: string, passes: (order: OrderState) => boolean, timeout: number): Promise<OrderState | undefined>
}

/** Grows whenever the kill switch or the limits change: what was decided before is decided again before it is sent. */
export function epochOf(context: PipelineContext): number {
  return context.kill.epoch + (context.limits?.version ?? 0)
}

export function linkOf(context: PipelineContext, broker: string): BrokerLink {
  const link = context.brokers.get(broker)
  if (link === undefined) throw new SluiceError('CONFIGURATION_INVALID', `no broker is configured under the name ${broker}`)
  return link
}

/** @throws SluiceError CLOSED or JOURNAL_FAILED: nothing new may be promised. */
export function assertTakesOrders(context: PipelineContext): void {
  if (context.closing) throw new SluiceError('CLOSED', 'the service is closed')
  if (context.journalFailure !== undefined) {
    throw new SluiceError('JOURNAL_FAILED', 'the journal has stopped; restart the service, then retry with the same key', { retryable: true, cause: context.journalFailure })
  }
}
