import { evaluate, type Verdict } from '../../guards/evaluate.ts'
import { killEntryFor } from '../../kill-switch/kill-state.ts'
import { maximum, minimum, ONE, parseDecimal, parseSigned, type Units, divide, formatDecimal, multiply } from '../../order/decimal.ts'
import type { OrderIntent, Reservation } from '../../order/event.ts'
import type { OrderState } from '../../order/order.ts'
import type { OrderTerms } from '../../order/request.ts'
import { createRiskView, type RecordedView } from '../../risk/create-risk-view.ts'
import { moneyOf } from '../../risk/valuation.ts'
import type { OrderCandidate } from '../../risk/order-candidate.ts'
import type { BrokerFacts } from '../../risk/risk-sources.ts'
import type { AccountBook } from '../book/account-book.ts'
import { type BrokerLink, linkOf, type PipelineContext } from '../context.ts'
import { dueSession } from '../session/session-roll.ts'

/** Market orders are valued this much beyond the quote: what they may slip. */
export const SLIPPAGE_PERCENT = 5n
/** How far below the bid a notional order may fill: bounds the units it can become. */
const NOTIONAL_BAND_PERCENT = 10n

const factsOf = (link: BrokerLink, environment: BrokerFacts['environment']): BrokerFacts => ({
  name: link.name, capabilities: link.adapter.capabilities, connection: link.connection, reconciled: link.reconciled,
  accountValues: link.accountValues, currency: link.accountValues?.values.currency, environment, hasMarketData: link.adapter.marketData !== undefined, hasReference: link.adapter.reference !== undefined,
  instrument: (symbol) => link.instruments.get(symbol),
  session: (symbol) => link.sessions.get(symbol),
})

/** Which money a broker moved when the service started. */
function environmentOf(context: PipelineContext, name: string): BrokerFacts['environment'] {
  const capabilities = context.limits?.settings.brokers[name]?.capabilities as { readonly environment?: BrokerFacts['environment'] } | undefined
  return capabilities?.environment
}

/** The view of one decision on an account, judged at a broker. */
export function viewOf(context: PipelineContext, book: AccountBook, broker: string): RecordedView {
  return createRiskView({
    account: book.account, ledger: book.ledger, marks: context.marks, killEntry: (order) => killEntryFor(context.kill, order),
    now: context.clock.now(), monotonic: context.clock.monotonic(),
    quoteMaximumAge: context.timing.quoteMaximumAge, accountMaximumAge: context.timing.accountMaximumAge, slippagePercent: SLIPPAGE_PERCENT,
    brokerNames: context.brokerNames, dueSession: dueSession(context),
    clockJump: context.clockJump, armed: context.armed,
    broker: (name) => factsOf(linkOf(context, name), environmentOf(context, name)),
  }, broker)
}

/** The units an order may trade at most: its quantity, or what its money buys at the lowest price of the band (PROTOCOL D7). */
export function worstQuantity(context: PipelineContext, terms: OrderTerms, broker: string): Units {
  if (terms.quantity !== undefined) return parseDecimal(terms.quantity)
  const bid = context.marks.get(broker, terms.symbol)?.bid
  const money = parseDecimal(terms.notional ?? '0')
  // Without a price there is no bound: whatever adds risk is denied for want of one.
  if (bid === undefined) return money
  const limit = optional(terms.limitPrice)
  // A limit below the market trades there, or lower.
  const reference = limit === undefined ? bid : minimum(limit, bid)
  return divide(money, multiply(reference, (100n - NOTIONAL_BAND_PERCENT) * (ONE / 100n), 'down'), 'up')
}

const optional = (text: string | undefined): Units | undefined => (text === undefined ? undefined : parseDecimal(text))

interface NewOrder {
  readonly orderId: string
  readonly terms: OrderTerms
  readonly actor: string
  readonly broker: string
  readonly approved: boolean
  readonly purpose?: OrderIntent['purpose']
}

/** A new order as the guards see it, of so many units at most. */
export function candidateOf({ orderId, terms, actor, broker, approved, purpose }: NewOrder, quantity: Units): OrderCandidate {
  return {
    kind: 'new', orderId, account: terms.account, actor, strategy: terms.strategy, broker, symbol: terms.symbol, side: terms.side, type: terms.type, terms, quantity,
    limitPrice: optional(terms.limitPrice), stopPrice: optional(terms.stopPrice), approved, countedValue: 0n, purpose,
  }
}

/** A new order as the guards see it now. */
export function newCandidate(context: PipelineContext, order: NewOrder): OrderCandidate {
  return candidateOf(order, worstQuantity(context, order.terms, order.broker))
}

/** The new terms of a live order as the guards see them: until the broker answers, the larger leaves count. */
export function replaceCandidate(state: OrderState, terms: OrderTerms, actor: string): OrderCandidate {
  const before = parseDecimal(state.reservation.quantity)
  const after = terms.quantity === undefined ? before : parseDecimal(terms.quantity)
  const leaves = maximum(0n, maximum(before, after) - state.filled)
  return {
    kind: 'replace', orderId: state.id, account: terms.account, actor, strategy: terms.strategy, broker: state.intent.broker,
    symbol: terms.symbol, side: terms.side, type: terms.type, terms, quantity: leaves,
    limitPrice: optional(terms.limitPrice), stopPrice: optional(terms.stopPrice), approved: false,
    countedValue: moneyOf(maximum(0n, before - state.filled), parseSigned(state.reservation.price), parseSigned(state.reservation.multiplier ?? '1')),
  }
}

/** What the guards say of a candidate, and what it would reserve. Changes nothing. */
export interface Judgement extends Verdict {
  readonly recorded: RecordedView
  readonly reservation: Reservation
}

/** 1 where nobody has described the instrument: then only a reducing order gets past the guards. */
export function multiplierOf({ view }: RecordedView, { symbol }: OrderCandidate): Units {
  try {
    return view.multiplier(symbol)
  } catch {
    return ONE
  }
}

/** What a candidate would reserve: the most it may trade, at the worst price. */
export function reservationOf(recorded: RecordedView, candidate: OrderCandidate): Reservation {
  const multiplier = multiplierOf(recorded, candidate)
  const reservation = { quantity: formatDecimal(candidate.quantity), price: formatDecimal(recorded.worstPrice(candidate)) }
  return multiplier === ONE ? reservation : { ...reservation, multiplier: formatDecimal(multiplier) }
}

/** Runs the guards on the memory as it is in this tick. */
export function judge(context: PipelineContext, book: AccountBook, candidate: OrderCandidate, facts: readonly unknown[]): Judgement {
  const recorded = viewOf(context, book, candidate.broker)
  const verdict = evaluate(candidate, context.guards, book.guardStates, facts, recorded, { killEpoch: context.kill.epoch, limits: context.limits?.version ?? 0 })
  return { ...verdict, recorded, reservation: reservationOf(recorded, candidate) }
}

export function makeIntent(candidate: OrderCandidate, digest: string, idempotencyKey: string, reservation: Reservation): OrderIntent {
  const { terms, actor, broker, purpose } = candidate
  return { terms, digest, idempotencyKey, actor, broker, reservation, ...(purpose !== undefined && { purpose }) }
}
