import type { AccountValues, BrokerCapabilities, ConnectionState, Instrument, MarketSession } from '../broker/broker-adapter.ts'
import type { KillEntry } from '../kill-switch/kill-state.ts'
import { formatDecimal, maximum, multiply, ONE, parseDecimal, type Units } from '../order/decimal.ts'
import type { Json } from '../order/event.ts'
import { InputMissing } from './input-missing.ts'
import type { Ledger } from './ledger.ts'
import type { Marks } from './marks.ts'
import type { OrderCandidate } from './order-candidate.ts'
import { sessionProfit, unrealisedProfit } from './position-book.ts'
import type { Exposure, Mark, ProfitAndLoss, RiskView, SessionView } from './risk-view.ts'

/** What is known of one broker outside the account's own history. */
export interface BrokerFacts {
  readonly name: string
  readonly capabilities: BrokerCapabilities
  readonly connection: ConnectionState
  readonly reconciled: boolean
  readonly accountValues: AccountValues | undefined
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
  /** Market orders are valued this much beyond the quote, in percent of it. */
  readonly slippagePercent: bigint
  readonly brokerNames: readonly string[]
  /** The session that should be running; profits of an older one are not today's. */
  readonly dueSession?: string
  broker(name: string): BrokerFacts
}

/** A view and what was read through it. */
export interface RecordedView {
  readonly view: RiskView
  readonly inputs: { [name: string]: Json }
  /** The worst price the order may trade at, as far as it is known. */
  worstPrice(order: OrderCandidate): Units
}

const SECOND = 1000
const ONE_PERCENT = ONE / 100n

/**
 * The view of one decision. Each value is computed once and recorded under a name. What comes from outside the journal is recorded
 * as it is, also when it is missing or too old: `recordedSources` gives it back to a replay.
 */
export function createRiskView(sources: RiskSources, brokerName: string): RecordedView {
  const { account, ledger, marks, now, monotonic } = sources
  const inputs: { [name: string]: Json } = {}
  const broker = sources.broker(brokerName)
  const marksRead = new Map<string, Mark>()
  let exposed: { readonly order: OrderCandidate; readonly exposure: Exposure } | undefined

  const markAt = (name: string, symbol: string): Mark => {
    // Other brokers' prices matter only for what is held there.
    const input = name === brokerName ? `mark:${symbol}` : `mark:${name}:${symbol}`
    const known = marksRead.get(input)
    if (known !== undefined) return known
    const result = readMark(name, symbol, input)
    if (result === undefined) throw new InputMissing(input, `no price of ${symbol} is known; wait for a quote or watch the symbol`)
    if (result.age > sources.quoteMaximumAge) {
      throw new InputMissing(input, `the last price of ${symbol} is ${result.age} ms old, the limit is ${sources.quoteMaximumAge} ms`)
    }
    marksRead.set(input, result)
    return result
  }

  /** The stored price, of any age; recorded, also when there is none. */
  const readMark = (name: string, symbol: string, input: string): Mark | undefined => {
    const stored = marks.get(name, symbol)
    if (stored === undefined) {
      inputs[input] = null
      return undefined
    }
    const age = Math.max(0, Math.round(monotonic - stored.arrived))
    inputs[input] = { bid: formatDecimal(stored.bid), ask: formatDecimal(stored.ask), age }
    return { bid: stored.bid, ask: stored.ask, age }
  }

  const mark = (symbol: string): Mark => markAt(brokerName, symbol)

  const isFresh = (symbol: string): boolean => {
    const stored = readMark(brokerName, symbol, `mark:${symbol}`)
    return stored !== undefined && stored.age <= sources.quoteMaximumAge
  }

  const exposure = (order: OrderCandidate): Exposure => {
    if (exposed?.order === order) return exposed.exposure
    let position = 0n
    let workingBuy = 0n
    let workingSell = 0n
    for (const name of sources.brokerNames) {
      const found = ledger.exposure(name, order.symbol, order.orderId)
      position += found.position.quantity
      workingBuy += found.workingBuy
      workingSell += found.workingSell
    }
    const result = { position, workingBuy, workingSell }
    exposed = { order, exposure: result }
    inputs[`exposure:${order.symbol}`] = { position: formatDecimal(position), workingBuy: formatDecimal(workingBuy), workingSell: formatDecimal(workingSell) }
    return result
  }

  const reduces = (order: OrderCandidate): boolean => {
    inputs[`reconciled:${brokerName}`] = broker.reconciled
    // A short sale opens; and how much an order by money trades is only bounded by a fresh price.
    if (!broker.reconciled || order.side === 'sell_short' || (order.terms.quantity === undefined && !isFresh(order.symbol))) return false
    // Judged at the order's own broker: a long at one cannot be sold at another without opening a short there.
    const { position, workingBuy, workingSell } = ledger.exposure(order.broker, order.symbol, order.orderId)
    return order.side === 'buy' ? order.quantity <= -position.quantity - workingBuy : order.quantity <= position.quantity - workingSell
  }

  const reducing = (order: OrderCandidate): boolean => {
    const result = reduces(order)
    inputs[`reducing:${order.symbol}`] = result
    return result
  }

  /** Where a buy without a limit is triggered at worst: a trailing stop starts its trail beyond the ask. */
  const triggerOf = ({ terms, stopPrice }: OrderCandidate, ask: Units): Units => {
    if (terms.trailAmount !== undefined) return ask + parseDecimal(terms.trailAmount)
    if (terms.trailPercent !== undefined) return ask + multiply(ask, parseDecimal(terms.trailPercent), 'up') / 100n + 1n
    return maximum(ask, stopPrice ?? ask)
  }

  const worstPrice = (order: OrderCandidate): Units => {
    // Where a broker quotes nothing, the price the caller set is the only bound there is; a market order has none.
    if (!broker.hasMarketData && order.limitPrice !== undefined && readMark(brokerName, order.symbol, `mark:${order.symbol}`) === undefined) return order.limitPrice
    const { bid, ask } = mark(order.symbol)
    if (order.side !== 'buy') return maximum(bid, order.limitPrice ?? bid)
    if (order.limitPrice !== undefined) return maximum(order.limitPrice, ask)
    const reference = triggerOf(order, ask)
    return reference + multiply(reference, sources.slippagePercent * ONE_PERCENT, 'up')
  }

  let valued: { readonly order: OrderCandidate; readonly value: Units } | undefined

  const value = (order: OrderCandidate): Units => {
    if (valued?.order !== order) valued = { order, value: valueOf(order) }
    return valued.value
  }

  const valueOf = (order: OrderCandidate): Units => {
    const product = multiply(order.quantity, worstPrice(order), 'up')
    // An order by money moves that money; the units it may become are a bound for positions.
    return order.terms.notional === undefined ? product : parseDecimal(order.terms.notional)
  }

  let profit: ProfitAndLoss | undefined

  const profitAndLoss = (): ProfitAndLoss => {
    profit ??= computeProfit()
    return profit
  }

  const computeProfit = (): ProfitAndLoss => {
    if (ledger.session === undefined || (sources.dueSession !== undefined && sources.dueSession > ledger.session.id)) {
      inputs['profit'] = null
      throw new InputMissing('session', 'the trading session of the account has not begun: a price of something it holds is missing')
    }
    let session = 0n
    let realised = 0n
    let unrealised = 0n
    for (const { broker: name, position, symbol } of ledger.entries()) {
      realised += position.realised
      // A long is worth its bid, a short costs its ask. A flat symbol needs no price.
      const price = position.quantity === 0n ? 0n : position.quantity > 0n ? markAt(name, symbol).bid : markAt(name, symbol).ask
      session += sessionProfit(position, price)
      unrealised += unrealisedProfit(position, price)
    }
    inputs['profit'] = { session: formatDecimal(session), id: ledger.session.id }
    return { session, realised, unrealised, sessionId: ledger.session.id }
  }

  const session = (symbol: string): SessionView => {
    const found = broker.session(symbol)
    inputs[`session:${symbol}`] = found === undefined ? null : { phase: found.phase, since: found.since, until: found.until }
    if (found === undefined || now >= found.until) throw new InputMissing(`session:${symbol}`, `the trading session of ${symbol} is not known`)
    return {
      phase: found.phase,
      openForSeconds: found.phase === 'open' ? Math.max(0, Math.floor((now - found.since) / SECOND)) : 0,
      endsInSeconds: Math.floor((found.until - now) / SECOND),
    }
  }

  const view: RiskView = {
    account, now, exposure, mark, value, reducing, profitAndLoss, session,
    accountValues: (name) => {
      const values = sources.broker(name).accountValues
      inputs[`account:${name}`] = values === undefined ? null : { ...values }
      if (values === undefined) throw new InputMissing(`account:${name}`, `${name} has not reported account values`)
      return values
    },
    openOrders: () => {
      inputs['openOrders'] = ledger.openOrders
      return ledger.openOrders
    },
    kill: (order): KillEntry | undefined => {
      const entry = sources.killEntry(order)
      inputs['kill'] = entry === undefined ? null : { scope: entry.scope, level: entry.level }
      return entry
    },
    connection: (name) => {
      const state = sources.broker(name).connection
      inputs[`connection:${name}`] = state
      return state
    },
    reconciled: (name) => {
      const result = sources.broker(name).reconciled
      inputs[`reconciled:${name}`] = result
      return result
    },
    capabilities: (name) => sources.broker(name).capabilities,
    instrument: (symbol) => {
      if (!broker.hasReference) return undefined
      const found = broker.instrument(symbol)
      inputs[`instrument:${symbol}`] = found === undefined ? null : { ...found }
      if (found === undefined) throw new InputMissing(`instrument:${symbol}`, `${broker.name} has not described ${symbol}`)
      return found
    },
  }
  inputs['now'] = now
  return {
    view, inputs,
    worstPrice: (order) => {
      try {
        return worstPrice(order)
      } catch {
        // Only a reducing order gets past the guards without a price; what it was bought at stands in.
        return order.limitPrice ?? order.stopPrice ?? ledger.exposure(order.broker, order.symbol).position.averagePrice
      }
    },
  }
}
