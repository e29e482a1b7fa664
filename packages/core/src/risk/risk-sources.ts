import type { AccountValues, BrokerCapabilities, ConnectionState, Instrument, MarketSession } from '../broker/broker-adapter.ts'
import type { KillEntry } from '../kill-switch/kill-state.ts'
import type { Ledger } from './ledger.ts'
import type { Marks } from './marks.ts'
import type { OrderCandidate } from './order-candidate.ts'

/** Account values as they came in. */
export interface StoredAccountValues {
  readonly values: AccountValues
  /** When they were asked for, ms since the epoch. */
  readonly askedAt: number
  /** When they came, on the monotonic clock. */
  readonly arrived: number
}

/** What is known of one broker outside the account's own history. */
export interface BrokerFacts {
  readonly name: string
  readonly capabilities: BrokerCapabilities
  /** As the journal has it from an earlier start; undefined where it has nothing. */
  readonly environment: 'paper' | 'live' | undefined
  readonly connection: ConnectionState
  readonly reconciled: boolean
  readonly accountValues: StoredAccountValues | undefined
  /** What the account counts in, by its last values of any age; undefined where the broker states none. */
  readonly currency: string | undefined
  /** It quotes prices: a missing price is then a fault, not a fact of life. */
  readonly hasMarketData: boolean
  readonly hasReference: boolean
  instrument(symbol: string): Instrument | undefined
  session(symbol: string): MarketSession | undefined
}

/** Everything a view reads from. */
export interface RiskSources {
  readonly account: string
  readonly ledger: Ledger
  readonly marks: Marks
  /** The strongest kill switch that covers an order. */
  killEntry(order: OrderCandidate): KillEntry | undefined
  readonly now: number
  readonly monotonic: number
  /** How old a quote may be, in ms. */
  readonly quoteMaximumAge: number
  /** How old account values may be, in ms. */
  readonly accountMaximumAge: number
  /** Market orders are valued this much beyond the quote, in percent of it. */
  readonly slippagePercent: bigint
  readonly brokerNames: readonly string[]
  /** The session that should be running; profits of an older one are not today's. */
  readonly dueSession?: string
  /** A human has armed the limits in force for real money. */
  readonly armed: boolean
  /** How far the wall clock has jumped since the books were last compared, in ms. */
  readonly clockJump: number
  broker(name: string): BrokerFacts
}
