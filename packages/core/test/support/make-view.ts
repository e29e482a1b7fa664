import type { SessionMarks } from '../../src/order/event.ts'
import type { AccountValues, ConnectionState, Instrument, MarketSession } from '../../src/broker/broker-adapter.ts'
import type { KillEntry } from '../../src/kill-switch/kill-state.ts'
import { formatDecimal, parseDecimal, type Units } from '../../src/order/decimal.ts'
import type { OrderTerms } from '../../src/order/request.ts'
import { createRiskView, type RecordedView } from '../../src/risk/create-risk-view.ts'
import { createLedger, type Ledger } from '../../src/risk/ledger.ts'
import { createMarks, type Marks } from '../../src/risk/marks.ts'
import type { OrderCandidate } from '../../src/risk/order-candidate.ts'
import type { BrokerFacts } from '../../src/risk/risk-sources.ts'
import { EVERYTHING } from '../../src/testing/guard-harness.ts'
import { makeTerms } from '../../src/testing/makers.ts'
import { eventSource, makeExecution, makeIntent, NO_EVALUATION, START } from './make-event.ts'

/** What the guards of a test may know. Change it between views. */
export interface Sources {
  readonly ledger: Ledger
  readonly marks: Marks
  now: number
  monotonic: number
  kill: KillEntry | undefined
  connection: ConnectionState
  reconciled: boolean
  hasMarketData: boolean
  hasReference: boolean
  capabilities: BrokerFacts['capabilities']
  accountValues: AccountValues | undefined
  instrument: Instrument | undefined
  /** What is otherwise known of one broker. */
  readonly facts: Map<string, Partial<BrokerFacts>>
  /** Symbols that trade in other money than the instrument says. */
  readonly currencies: Map<string, string>
  session: MarketSession | undefined
  brokerNames: readonly string[]
  environment: 'paper' | 'live' | undefined
  clockJump: number
  armed: boolean
  /** The session that should be running; undefined: whichever is. */
  dueSession: string | undefined
  /** Nobody has ever quoted a price. */
  quoteless: boolean
  /** When the account values were asked for (wall) and came (monotonic). */
  accountAskedAt: number
  accountArrived: number
  quote(symbol: string, bid: string, ask: string, broker?: string): void
  /** Holds a position, bought or sold at a price. */
  hold(symbol: string, quantity: string, price?: string, broker?: string): void
  /** Puts an order to work that holds its whole quantity. */
  work(orderId: string, terms: Partial<OrderTerms>, broker?: string): void
  roll(marks?: SessionMarks): void
  view(broker?: string): RecordedView
}

/** A share: whole cents, whole or broken units. */
const SHARE: Instrument = {
  symbol: 'AAPL', assetClass: 'equity', tradable: true, shortable: true, fractionable: true, tickSize: '0.01', lotSize: '0.000000001', multiplier: '1', currency: 'USD',
}

export function makeSources(ledger: Ledger = createLedger()): Sources {
  const source = eventSource()
  const described = (symbol: string): Instrument | undefined => {
    const currency = sources.currencies.get(symbol)
    return sources.instrument === undefined || currency === undefined ? sources.instrument : { ...sources.instrument, symbol, currency }
  }
  const sources: Sources = {
    ledger, marks: createMarks(), now: START, monotonic: 0, kill: undefined, connection: 'ready', reconciled: true, hasMarketData: true, hasReference: true,
    capabilities: EVERYTHING, accountValues: undefined, instrument: SHARE, currencies: new Map(), facts: new Map(), session: undefined, brokerNames: ['main'], environment: undefined,
    clockJump: 0, armed: true, dueSession: undefined, quoteless: false, accountAskedAt: START, accountArrived: 0,
    quote: (symbol, bid, ask, broker = 'main') => { sources.marks.update(broker, { symbol, bid, ask, time: '' }, sources.monotonic) },
    hold: (symbol, quantity, price = '100', broker = 'main') => {
      const short = quantity.startsWith('-')
      const execution = makeExecution({ broker, symbol, side: short ? 'sell' : 'buy', lastQuantity: quantity.replace('-', ''), lastPrice: price })
      ledger.apply(source.make('order_partially_filled', { orderId: 'held', execution, filledQuantity: '', averagePrice: '' }))
    },
    work: (orderId, terms, broker = 'main') => {
      ledger.apply(source.make('order_pending_new', { orderId, intent: makeIntent(terms, {}, broker), clientOrderId: orderId, submitBy: '', evaluation: NO_EVALUATION }))
    },
    roll: (marks = {}) => { ledger.apply(source.make('session_rolled', { session: '2026-01-05@UTC', source: 'marks', marks })) },
    view: (broker = 'main') => createRiskView({
      account: 'main', ledger, marks: sources.quoteless ? createMarks() : sources.marks, ...(sources.dueSession !== undefined && { dueSession: sources.dueSession }), killEntry: () => sources.kill, now: sources.now, monotonic: sources.monotonic,
      quoteMaximumAge: 5000, accountMaximumAge: 60_000, slippagePercent: 5n, brokerNames: sources.brokerNames,
      clockJump: sources.clockJump, armed: sources.armed,
      broker: (name) => ({
        name, capabilities: sources.capabilities, connection: sources.connection, reconciled: sources.reconciled, environment: sources.environment,
        accountValues: sources.accountValues && { values: sources.accountValues, askedAt: sources.accountAskedAt, arrived: sources.accountArrived },
        currency: sources.accountValues?.currency, hasMarketData: sources.hasMarketData, hasReference: sources.hasReference, instrument: (symbol) => described(symbol), session: () => sources.session,
        ...sources.facts.get(name),
      }),
    }, broker),
  }
  return sources
}

const optional = (text: string | undefined): Units | undefined => (text === undefined ? undefined : parseDecimal(text))

/** The candidate of `makeTerms`. */
export function makeCandidate(terms: Partial<OrderTerms> = {}, overrides: Partial<OrderCandidate> = {}): OrderCandidate {
  const made = makeTerms(terms)
  return {
    kind: 'new', orderId: 'candidate', account: made.account, actor: 'local', strategy: made.strategy, broker: 'main', symbol: made.symbol, side: made.side,
    type: made.type, terms: made, quantity: optional(made.quantity) ?? 0n, limitPrice: optional(made.limitPrice), stopPrice: optional(made.stopPrice),
    approved: false, countedValue: 0n, ...overrides,
  }
}

export const text: (units: Units) => string = formatDecimal
