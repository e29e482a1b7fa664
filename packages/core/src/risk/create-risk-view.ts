import type { AccountValues, BrokerCapabilities, ConnectionState, Instrument, MarketSession } from '../broker/broker-adapter.ts'
import type { KillEntry } from '../kill-switch/kill-state.ts'
import { formatDecimal, maximum, multiply, type Units } from '../order/decimal.ts'
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

/** The view of one decision. Each value is computed once and recorded under a name. */
export function createRiskView(sources: RiskSources, brokerName: string): RecordedView {
  const { account, ledger, marks, now, monotonic } = sources
  const inputs: { [name: string]: Json } = {}
  const broker = sources.broker(brokerName)
  const marksRead = new Map<string, Mark>()
  const exposuresRead = new Map<string, Exposure>()

  const mark = (symbol: string): Mark => {
    const known = marksRead.get(symbol)
    if (known !== undefined) return known
    const stored = marks.get(brokerName, symbol)
    if (stored === undefined) throw new InputMissing(`mark:${symbol}`, `no price of ${symbol} is known; wait for a quote or watch the symbol`)
    const age = Math.max(0, Math.round(monotonic - stored.arrived))
    if (age > sources.quoteMaximumAge) {
      throw new InputMissing(`mark:${symbol}`, `the last price of ${symbol} is ${age} ms old, the limit is ${sources.quoteMaximumAge} ms`)
    }
    const result = { bid: stored.bid, ask: stored.ask, age }
    marksRead.set(symbol, result)
    inputs[`mark:${symbol}`] = { bid: formatDecimal(stored.bid), ask: formatDecimal(stored.ask), age }
    return result
  }

  const exposure = (order: OrderCandidate): Exposure => {
    const known = exposuresRead.get(order.symbol)
    if (known !== undefined) return known
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
    exposuresRead.set(order.symbol, result)
    inputs[`exposure:${order.symbol}`] = { position: formatDecimal(position), workingBuy: formatDecimal(workingBuy), workingSell: formatDecimal(workingSell) }
    return result
  }

  const reducing = (order: OrderCandidate): boolean => {
    // Judged at the order's own broker: a long at one cannot be sold at another without opening a short there.
    const { position, workingBuy, workingSell } = ledger.exposure(order.broker, order.symbol, order.orderId)
    const result = order.side === 'buy'
      ? order.quantity <= -position.quantity - workingBuy
      : order.quantity <= position.quantity - workingSell
    inputs[`reducing:${order.symbol}`] = result && broker.reconciled
    return result && broker.reconciled
  }

  const worstPrice = (order: OrderCandidate): Units => {
    // Where a broker quotes nothing, the price the caller set is the only bound there is; a market order has none.
    if (!broker.hasMarketData && order.limitPrice !== undefined && marks.get(brokerName, order.symbol) === undefined) return order.limitPrice
    const { bid, ask } = mark(order.symbol)
    if (order.side !== 'buy') return maximum(bid, order.limitPrice ?? bid)
    if (order.limitPrice !== undefined) return maximum(order.limitPrice, ask)
    const reference = maximum(ask, order.stopPrice ?? ask)
    return reference + multiply(reference, sources.slippagePercent * 10_000_000n, 'up')
  }

  const profitAndLoss = (): ProfitAndLoss => {
    if (ledger.session === undefined) throw new InputMissing('session', 'the trading session of the account is not known yet')
    let session = 0n
    let realised = 0n
    let unrealised = 0n
    for (const { position, symbol } of ledger.entries()) {
      realised += position.realised
      // A long is worth its bid, a short costs its ask. A flat symbol needs no price.
      const price = position.quantity === 0n ? 0n : position.quantity > 0n ? mark(symbol).bid : mark(symbol).ask
      session += sessionProfit(position, price)
      unrealised += unrealisedProfit(position, price)
    }
    inputs['profit'] = { session: formatDecimal(session), id: ledger.session.id }
    return { session, realised, unrealised, sessionId: ledger.session.id }
  }

  const session = (symbol: string): SessionView => {
    const found = broker.session(symbol)
    if (found === undefined || now >= found.until) throw new InputMissing(`session:${symbol}`, `the trading session of ${symbol} is not known`)
    const result = {
      phase: found.phase,
      openForSeconds: found.phase === 'open' ? Math.max(0, Math.floor((now - found.since) / SECOND)) : 0,
      endsInSeconds: Math.floor((found.until - now) / SECOND),
    }
    inputs[`session:${symbol}`] = result
    return result
  }

  const view: RiskView = {
    account, now, exposure, mark, reducing, profitAndLoss, session,
    value: (order) => multiply(order.quantity, worstPrice(order), 'up'),
    accountValues: (name) => {
      const values = sources.broker(name).accountValues
      if (values === undefined) throw new InputMissing(`account:${name}`, `${name} has not reported account values`)
      inputs[`account:${name}`] = { equity: values.equity, buyingPower: values.buyingPower, time: values.time }
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
      if (found === undefined) throw new InputMissing(`instrument:${symbol}`, `${broker.name} has not described ${symbol}`)
      inputs[`instrument:${symbol}`] = { tickSize: found.tickSize, lotSize: found.lotSize, tradable: found.tradable, shortable: found.shortable }
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
