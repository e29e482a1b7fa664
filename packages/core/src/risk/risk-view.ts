import type { Units } from '../order/decimal.ts'
import type { AccountValues, BrokerCapabilities, ConnectionState, Instrument, MarketSession } from '../broker/broker-adapter.ts'
import type { KillEntry } from '../kill-switch/kill-state.ts'
import type { OrderCandidate } from './order-candidate.ts'
import type { Portfolio } from './portfolio.ts'

/**
 * All that a guard may know, frozen for one decision on one account. Every value that is read is recorded with the decision, so
 * that the verdict can be derived again. A value that is absent or too old throws `InputMissing`: the order is then denied,
 * unless it provably reduces. All numbers are bigint units of 1e-9.
 */
export interface RiskView {
  readonly account: string
  /** Wall time of the decision in ms since the epoch. */
  readonly now: number
  /** What the account holds and may do in the symbol, over all brokers or at one, without the order's own reservation. */
  exposure(order: OrderCandidate, broker?: string): Exposure
  /** What the account holds and works, by symbol over all brokers; without what is flat and idle. */
  holdings(): readonly Holding[]
  /** The freshest prices of a symbol. */
  mark(symbol: string): Mark
  /** The most money the order may move: worst price times quantity. */
  value(order: OrderCandidate): Units
  /** True when the order can only bring the position nearer to zero, whatever else of the account fills first. */
  reducing(order: OrderCandidate): boolean
  session(symbol: string): SessionView
  /** Profit of the account's running session, marked to the worse side of fresh quotes. */
  profitAndLoss(): ProfitAndLoss
  /** Id of the running session, for example `2026-11-22@America/New_York`. */
  sessionId(): string
  accountValues(broker: string): DatedAccountValues
  /** What the whole account could come to hold at worst, in money; with the order on top where one is given. */
  portfolio(order?: OrderCandidate): Portfolio
  /** Units of the underlying in one unit of the symbol: 1 for shares, and where the broker describes no instruments. */
  multiplier(symbol: string): Units
  /** Unfinished orders of the account. */
  openOrders(): number
  /** The strongest kill switch that covers the order. */
  kill(order: OrderCandidate): KillEntry | undefined
  connection(broker: string): ConnectionState
  /** Whether positions and orders at the broker have been reconciled since the last gap. */
  reconciled(broker: string): boolean
  capabilities(broker: string): BrokerCapabilities
  /** Whether the broker moves real money, as it was when the journal began with it; undefined where nobody wrote it down. */
  environment(broker: string): 'paper' | 'live' | undefined
  /** Whether a human has armed the limits in force for real money. */
  armed(): boolean
  /** How far the wall clock has jumped against the steady one since the books were last compared, in ms. */
  clockJump(): number
  /** What the account counts in at the order's broker; undefined where that states no account values. Sums of other money are missing. */
  currency(): string | undefined
  /** undefined where the broker describes no instruments at all. */
  instrument(symbol: string): Instrument | undefined
}

/** Account values and when they were true. */
export interface DatedAccountValues extends AccountValues {
  /** When they were asked for, ms since the epoch: what was filled after it is not in them. */
  readonly askedAt: number
  /** Milliseconds since they arrived. */
  readonly age: number
}

export interface Exposure {
  /** Signed: negative when short. */
  readonly position: Units
  /** What unfinished buys may still add. */
  readonly workingBuy: Units
  /** What unfinished sells may still take. */
  readonly workingSell: Units
}

export interface Holding extends Exposure {
  readonly symbol: string
}

export interface Mark {
  readonly bid: Units
  readonly ask: Units
  /** Milliseconds since the quote arrived. */
  readonly age: number
}

export interface SessionView extends Pick<MarketSession, 'phase'> {
  /** Seconds since the market opened; 0 unless the phase is `open`. */
  readonly openForSeconds: number
  /** Seconds until the running phase ends. */
  readonly endsInSeconds: number
}

export interface ProfitAndLoss {
  /** Since the session began: realised and unrealised, multiplied as the contract is. */
  readonly session: Units
  /** Of the session, by what was closed in it. */
  readonly realised: Units
  /** Of the session, by what is open. */
  readonly unrealised: Units
  /** Id of the session, for example `2026-11-22@America/New_York`. */
  readonly sessionId: string
}
