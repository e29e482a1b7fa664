import type { BrokerCapabilities, ConnectionState, Instrument, MarketSession } from '../broker/broker-adapter.ts'
import type { KillEntry } from '../kill-switch/kill-state.ts'
import { formatDecimal, ONE, parseBrokerDecimal, parseDecimal, type Units } from '../order/decimal.ts'
import type { Json } from '../order/event.ts'
import { accountProfit, type ProfitPrices } from './account-profit.ts'
import { holdingsOf } from './holdings.ts'
import { InputMissing } from './input-missing.ts'
import type { OrderCandidate } from './order-candidate.ts'
import { inputName } from './pair-name.ts'
import { type Portfolio, portfolioOf, type PortfolioPrices } from './portfolio.ts'
import type { BrokerFacts, RiskSources } from './risk-sources.ts'
import type { DatedAccountValues, Exposure, Holding, Mark, ProfitAndLoss, RiskView, SessionView } from './risk-view.ts'
import { moneyOf, requireSameMoney, worstPriceAt } from './valuation.ts'

/** A view and what was read through it. */
export interface RecordedView {
  readonly view: RiskView
  readonly inputs: { [name: string]: Json }
  /** The worst price the order may trade at, as far as it is known. */
  worstPrice(order: OrderCandidate): Units
}

const SECOND = 1000

/** A description is replaced, never changed: the record may hold on to it. */
const asRecorded = (description: Instrument | MarketSession | undefined): Json => (description === undefined ? null : description as unknown as Json)

/** An answer that stands for the rest of the decision. */
interface Known<Value> { readonly order: OrderCandidate | undefined; readonly value: Value }

/**
 * The view of one decision. Each value is computed once and recorded under a name. What comes from outside the journal is recorded
 * as it is, also when it is missing or too old: a replay gets it back. A class, because one is made for every order: twenty closures
 * each time cost as much as the guards do.
 */
class DecisionView implements RiskView, RecordedView, PortfolioPrices, ProfitPrices {
  readonly account: string
  readonly now: number
  readonly inputs: { [name: string]: Json }
  readonly #sources: RiskSources
  readonly #broker: BrokerFacts
  readonly #marks: { [input: string]: Mark } = {}
  #exposure: Known<Exposure> | undefined
  #reducing: Known<boolean> | undefined
  #value: Known<Units> | undefined
  #portfolio: Known<Portfolio> | undefined
  #account: { readonly name: string; readonly values: DatedAccountValues } | undefined
  #profit: ProfitAndLoss | undefined
  #money: string | undefined

  constructor(sources: RiskSources, broker: string) {
    this.#sources = sources
    this.#broker = sources.broker(broker)
    this.account = sources.account
    this.now = sources.now
    this.inputs = { now: sources.now }
  }

  get view(): RiskView { return this }

  #facts(name: string): BrokerFacts { return name === this.#broker.name ? this.#broker : this.#sources.broker(name) }
  mark(symbol: string): Mark { return this.#markAt(this.#broker.name, symbol) }

  #markAt(name: string, symbol: string): Mark {
    // Other brokers' prices matter only for what is held there.
    const input = name === this.#broker.name ? inputName('mark', symbol) : `mark:${name}:${symbol}`
    const known = this.#marks[input]
    if (known !== undefined) return known
    const result = this.#readMark(name, symbol, input)
    if (result === undefined) throw new InputMissing(input, `no price of ${symbol} is known; wait for a quote or watch the symbol`)
    const { quoteMaximumAge } = this.#sources
    if (result.age > quoteMaximumAge) throw new InputMissing(input, `the last price of ${symbol} is ${result.age} ms old, the limit is ${quoteMaximumAge} ms`)
    this.#marks[input] = result
    return result
  }

  /** The stored price, of any age; recorded, also when there is none. */
  #readMark(name: string, symbol: string, input: string): Mark | undefined {
    const { marks, monotonic } = this.#sources
    const stored = marks.get(name, symbol)
    if (stored === undefined) {
      this.inputs[input] = null
      return undefined
    }
    const age = Math.max(0, Math.round(monotonic - stored.arrived))
    this.inputs[input] = { bid: formatDecimal(stored.bid), ask: formatDecimal(stored.ask), age }
    return { bid: stored.bid, ask: stored.ask, age }
  }

  ask(broker: string, symbol: string): Units { return this.#markAt(broker, symbol).ask }

  closing(broker: string, symbol: string, isLong: boolean): Units {
    const { bid, ask } = this.#markAt(broker, symbol)
    return isLong ? bid : ask
  }

  exposure(order: OrderCandidate, broker?: string): Exposure {
    if (broker !== undefined) {
      const { position, workingBuy, workingSell } = this.#sources.ledger.exposure(broker, order.symbol, order.orderId)
      return { position: position.quantity, workingBuy, workingSell }
    }
    if (this.#exposure?.order === order) return this.#exposure.value
    let position = 0n
    let workingBuy = 0n
    let workingSell = 0n
    for (const name of this.#sources.brokerNames) {
      const found = this.#sources.ledger.exposure(name, order.symbol, order.orderId)
      position += found.position.quantity
      workingBuy += found.workingBuy
      workingSell += found.workingSell
    }
    const value = { position, workingBuy, workingSell }
    this.#exposure = { order, value }
    this.inputs[inputName('exposure', order.symbol)] = { position: formatDecimal(position), workingBuy: formatDecimal(workingBuy), workingSell: formatDecimal(workingSell) }
    return value
  }

  holdings(): readonly Holding[] { return holdingsOf(this.#sources.ledger) }

  reducing(order: OrderCandidate): boolean {
    if (this.#reducing?.order === order) return this.#reducing.value
    const value = this.#reduces(order)
    this.#reducing = { order, value }
    this.inputs[inputName('reducing', order.symbol)] = value
    return value
  }

  #reduces(order: OrderCandidate): boolean {
    this.inputs[inputName('reconciled', this.#broker.name)] = this.#broker.reconciled
    // A short sale opens; and how much an order by money trades is only bounded by a fresh price.
    if (!this.#broker.reconciled || order.side === 'sell_short' || (order.terms.quantity === undefined && !this.#isFresh(order.symbol))) return false
    // Judged at the order's own broker: a long at one cannot be sold at another without opening a short there.
    const { position, workingBuy, workingSell } = this.#sources.ledger.exposure(order.broker, order.symbol, order.orderId)
    return order.side === 'buy' ? order.quantity <= -position.quantity - workingBuy : order.quantity <= position.quantity - workingSell
  }

  #isFresh(symbol: string): boolean {
    const stored = this.#readMark(this.#broker.name, symbol, inputName('mark', symbol))
    return stored !== undefined && stored.age <= this.#sources.quoteMaximumAge
  }

  worst(order: OrderCandidate): Units {
    const { hasMarketData, name } = this.#broker
    // Where a broker quotes nothing, the price the caller set is the only bound there is; a market order has none.
    if (!hasMarketData && order.limitPrice !== undefined && this.#readMark(name, order.symbol, inputName('mark', order.symbol)) === undefined) return order.limitPrice
    return worstPriceAt(order, this.mark(order.symbol), this.#sources.slippagePercent)
  }

  worstPrice(order: OrderCandidate): Units {
    try {
      return this.worst(order)
    } catch {
      // Only a reducing order gets past the guards without a price; what it was bought at stands in.
      return order.limitPrice ?? order.stopPrice ?? this.#sources.ledger.exposure(order.broker, order.symbol).position.averagePrice
    }
  }

  value(order: OrderCandidate): Units {
    if (this.#value?.order !== order) {
      const worst = moneyOf(order.quantity, this.worst(order), this.multiplier(order.symbol))
      // An order by money moves that money; the units it may become are a bound for positions.
      this.#value = { order, value: order.terms.notional === undefined ? worst : parseDecimal(order.terms.notional) }
    }
    return this.#value.value
  }

  multiplier(first: string, second?: string): Units {
    const broker = second === undefined ? this.#broker : this.#facts(first)
    const symbol = second ?? first
    if (!broker.hasReference) return ONE
    const input = broker.name === this.#broker.name ? inputName('instrument', symbol) : `instrument:${broker.name}:${symbol}`
    const found = this.#describe(broker, symbol, input)
    if (second !== undefined) this.#money = requireSameMoney(found, this.#money ?? this.currency())
    if (found.multiplier === '1') return ONE
    const units = parseBrokerDecimal(found.multiplier)?.units
    if (units === undefined || units <= 0n) throw new InputMissing(input, `the multiplier of ${symbol} cannot be read`)
    return units
  }

  currency(): string | undefined {
    if (this.#broker.currency !== undefined) this.inputs['currency'] = this.#broker.currency
    return this.#broker.currency
  }

  portfolio(order?: OrderCandidate): Portfolio {
    if (this.#portfolio === undefined || this.#portfolio.order !== order) {
      const value = portfolioOf(this.#sources.ledger, order, this)
      this.#portfolio = { order, value }
    }
    return this.#portfolio.value
  }

  sessionId(): string {
    const { ledger, dueSession } = this.#sources
    if (ledger.session === undefined || (dueSession !== undefined && dueSession > ledger.session.id)) {
      this.inputs['profit'] = null
      throw new InputMissing('session', 'the trading session of the account has not begun: a price of something it holds is missing')
    }
    this.inputs['session'] = ledger.session.id
    return ledger.session.id
  }

  profitAndLoss(): ProfitAndLoss {
    this.#profit ??= this.#computeProfit()
    return this.#profit
  }

  #computeProfit(): ProfitAndLoss {
    const sessionId = this.sessionId()
    const profit = accountProfit(this.#sources.ledger, this)
    this.inputs['profit'] = { session: formatDecimal(profit.session), id: sessionId }
    return { ...profit, sessionId }
  }

  session(symbol: string): SessionView {
    const { now } = this
    const found = this.#broker.session(symbol)
    this.inputs[inputName('session', symbol)] = asRecorded(found)
    if (found === undefined || now >= found.until) throw new InputMissing(inputName('session', symbol), `the trading session of ${symbol} is not known`)
    return {
      phase: found.phase,
      openForSeconds: found.phase === 'open' ? Math.max(0, Math.floor((now - found.since) / SECOND)) : 0,
      endsInSeconds: Math.floor((found.until - now) / SECOND),
    }
  }

  accountValues(name: string): DatedAccountValues {
    if (this.#account?.name === name) return this.#account.values
    const { monotonic, accountMaximumAge } = this.#sources
    const stored = this.#facts(name).accountValues
    if (stored === undefined) {
      this.inputs[inputName('account', name)] = null
      throw new InputMissing(inputName('account', name), `${name} has not reported account values`)
    }
    const age = Math.max(0, Math.round(monotonic - stored.arrived))
    const { values, askedAt } = stored
    const dated = { ...values, askedAt, age }
    this.inputs[inputName('account', name)] = dated
    if (age > accountMaximumAge) throw new InputMissing(inputName('account', name), `the account values of ${name} are ${age} ms old, the limit is ${accountMaximumAge} ms`)
    this.#account = { name, values: dated }
    return dated
  }

  openOrders(): number {
    this.inputs['openOrders'] = this.#sources.ledger.openOrders
    return this.#sources.ledger.openOrders
  }

  kill(order: OrderCandidate): KillEntry | undefined {
    const entry = this.#sources.killEntry(order)
    this.inputs['kill'] = entry === undefined ? null : { scope: entry.scope, level: entry.level }
    return entry
  }

  connection(name: string): ConnectionState {
    const state = this.#facts(name).connection
    this.inputs[inputName('connection', name)] = state
    return state
  }

  reconciled(name: string): boolean {
    const result = this.#facts(name).reconciled
    this.inputs[inputName('reconciled', name)] = result
    return result
  }

  capabilities(name: string): BrokerCapabilities { return this.#facts(name).capabilities }

  environment(name: string): 'paper' | 'live' | undefined {
    const { environment } = this.#facts(name)
    this.inputs[inputName('environment', name)] = environment ?? null
    return environment
  }

  armed(): boolean {
    this.inputs['armed'] = this.#sources.armed
    return this.#sources.armed
  }

  clockJump(): number {
    this.inputs['clockJump'] = this.#sources.clockJump
    return this.#sources.clockJump
  }

  instrument(symbol: string): Instrument | undefined {
    return this.#broker.hasReference ? this.#describe(this.#broker, symbol, inputName('instrument', symbol)) : undefined
  }

  #describe(broker: BrokerFacts, symbol: string, input: string): Instrument {
    const found = broker.instrument(symbol)
    this.inputs[input] = asRecorded(found)
    if (found === undefined) throw new InputMissing(input, `${broker.name} has not described ${symbol}`)
    return found
  }
}

/** The view of one decision on an account, judged at one broker. */
export function createRiskView(sources: RiskSources, brokerName: string): RecordedView {
  return new DecisionView(sources, brokerName)
}
