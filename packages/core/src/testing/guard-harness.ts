import type { AccountValues, BrokerCapabilities, ConnectionState, MarketSession } from '../broker/broker-adapter.ts'
import { evaluate, type Verdict } from '../guards/evaluate.ts'
import type { Guard } from '../guards/guard.ts'
import { killEntryFor, type KillState, RELEASED } from '../kill-switch/kill-state.ts'
import { digestOrder } from '../order/digest.ts'
import { formatDecimal, parseDecimal } from '../order/decimal.ts'
import type { EventDraft, StoredEvent } from '../order/event.ts'
import { parseOrderRequest } from '../order/parse-request.ts'
import type { OrderRequest, OrderTerms } from '../order/request.ts'
import { createRiskView } from '../risk/create-risk-view.ts'
import { createLedger, type Ledger } from '../risk/ledger.ts'
import { createMarks } from '../risk/marks.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import { toIso } from '../runtime/clock.ts'

/** What a broker of the harness can do: everything. */
export const EVERYTHING: BrokerCapabilities = {
  environment: 'paper', orderTypes: ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'],
  timesInForce: ['day', 'gtc', 'gtd', 'ioc', 'fok', 'opg', 'cls'], orderClasses: ['bracket', 'oco', 'oto'],
  notional: true, fractional: true, extendedHours: true, shortSelling: true, replace: true, cancelByClientOrderId: true,
  positions: true, executions: true, dedupesClientOrderId: true, absence: { visibilityLag: 0, historyComplete: true }, clientOrderId: { maximumLength: 64 },
}

export interface GuardHarnessOptions {
  readonly guards: readonly Guard[]
  /** Bid and ask by symbol. */
  readonly quotes?: Readonly<Record<string, { readonly bid: string; readonly ask: string }>>
  /** What the account is worth, true at every moment. Default: unknown. */
  readonly accountValues?: AccountValues
  /** The market's session in every symbol. Default: unknown. */
  readonly session?: MarketSession
  /** Wall and monotonic time of the first decision, in ms. Default 0. */
  readonly now?: number
}

/** Guards on an account in memory, without a service: for tests of guards and for measuring them. */
export interface GuardHarness {
  readonly ledger: Ledger
  /** Change these between decisions. */
  now: number
  kill: KillState
  connection: ConnectionState
  reconciled: boolean
  quote(symbol: string, bid: string, ask: string): void
  /** Guards, reservation and decision record, as the service does them in one synchronous step. */
  decide(request: OrderRequest, options?: { readonly approved?: boolean }): Decided
  /** The same for terms that were parsed before. */
  decideTerms(terms: OrderTerms, options?: { readonly approved?: boolean }): Decided
  /** Applies a fact to ledger and guard memories. */
  apply(draft: EventDraft): StoredEvent
  fill(decided: Decided, quantity: string, price: string, complete?: boolean): void
}

export interface Decided extends Verdict {
  readonly orderId: string
  readonly candidate: OrderCandidate
}

const BROKER = 'main'

export function createGuardHarness(options: GuardHarnessOptions): GuardHarness {
  const { guards } = options
  const ledger = createLedger()
  const marks = createMarks()
  const states = guards.map((guard) => structuredClone(guard.initial))
  let sequence = 0
  let orders = 0
  let executions = 0

  const harness: GuardHarness = {
    ledger, now: options.now ?? 0, kill: RELEASED, connection: 'ready', reconciled: true,
    quote: (symbol, bid, ask) => { marks.update(BROKER, { symbol, bid, ask, time: toIso(harness.now) }, harness.now) },
    apply: (draft) => {
      sequence += 1
      const event = { id: `main:${sequence}`, account: 'main', sequence, time: toIso(harness.now), ...draft } as StoredEvent
      ledger.apply(event)
      guards.forEach((guard, index) => { if (guard.apply !== undefined) states[index] = guard.apply(states[index], event) })
      return event
    },
    decide: (request, how) => harness.decideTerms(parseOrderRequest(request).terms, how),
    decideTerms: (terms, { approved = false } = {}) => {
      orders += 1
      const orderId = `order-${orders}`
      const candidate: OrderCandidate = {
        kind: 'new', orderId, account: 'main', actor: 'local', strategy: terms.strategy, broker: BROKER, symbol: terms.symbol, side: terms.side,
        type: terms.type, terms, quantity: parseDecimal(terms.quantity ?? '0'), limitPrice: terms.limitPrice === undefined ? undefined : parseDecimal(terms.limitPrice),
        stopPrice: terms.stopPrice === undefined ? undefined : parseDecimal(terms.stopPrice), approved, countedValue: 0n,
      }
      const recorded = createRiskView({
        account: 'main', ledger, marks, killEntry: (order) => killEntryFor(harness.kill, order), now: harness.now, monotonic: harness.now,
        quoteMaximumAge: 5000, accountMaximumAge: 60_000, slippagePercent: 5n, brokerNames: [BROKER], clockJump: 0, armed: true,
        broker: (name) => ({
          name, capabilities: EVERYTHING, connection: harness.connection, reconciled: harness.reconciled, environment: 'paper',
          accountValues: options.accountValues && { values: options.accountValues, askedAt: harness.now, arrived: harness.now },
          currency: options.accountValues?.currency, hasMarketData: true, hasReference: false, instrument: () => undefined, session: () => options.session,
        }),
      }, BROKER)
      const verdict = evaluate(candidate, guards, states, [], recorded, { killEpoch: harness.kill.epoch, limits: 1 })
      if (verdict.verdict === 'allow') {
        const reservation = { quantity: formatDecimal(candidate.quantity), price: formatDecimal(recorded.worstPrice(candidate)) }
        const intent = { terms, digest: '', idempotencyKey: orderId, actor: 'local', broker: BROKER, reservation }
        harness.apply({ type: 'order_pending_new', data: {
          orderId, intent, clientOrderId: orderId, submitBy: toIso(harness.now + 1000), evaluation: verdict.evaluation,
          ...(approved && { approval: { challengeId: orderId, digest: digestOrder(terms, 'local'), actor: 'local', method: 'test' } }),
        } })
      }
      return { ...verdict, orderId, candidate }
    },
    fill: ({ orderId, candidate }, quantity, price, complete = false) => {
      executions += 1
      const execution = {
        executionId: `execution-${executions}`, broker: BROKER, brokerOrderId: orderId, symbol: candidate.symbol, side: candidate.side,
        lastQuantity: quantity, lastPrice: price, time: toIso(harness.now),
      }
      harness.apply({ type: complete ? 'order_filled' : 'order_partially_filled', data: { orderId, execution, filledQuantity: quantity, averagePrice: price } })
    },
  }
  for (const [symbol, { bid, ask }] of Object.entries(options.quotes ?? {})) harness.quote(symbol, bid, ask)
  return harness
}
