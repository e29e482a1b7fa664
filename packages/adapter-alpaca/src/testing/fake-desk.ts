import { type Clock, parseBrokerDecimal, parseDecimal } from '@sluice/core'
import { createFakeAccount } from './fake-account.ts'
import { type FakeActivity, type FakeActivityOptions, makeActivity } from './fake-activities.ts'
import { createFakeExchange, type FakeExchange } from './fake-exchange.ts'
import { createFaultBook, type FaultBook } from './fake-faults.ts'
import type { FakeExecution } from './fake-ledger.ts'
import { toWireOrder } from './fake-order.ts'
import { createFakeRate, type FakeRate } from './fake-rate.ts'
import { createFakeRoutes, type FakeAnswer, type FakeRequest } from './fake-routes.ts'
import type { FakeStream, FakeStreamHandle } from './fake-stream.ts'
import type { FakeVenue } from './fake-venue.ts'

/** What a test may read of an order in the books. */
export interface FakeOrderView {
  readonly id: string
  readonly clientOrderId: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly status: string
  readonly quantity: string | undefined
  readonly filledQuantity: string
  /** The order it replaces. */
  readonly replaces: string | undefined
}

/** Levers on the orders of one account. Orders are named by Alpaca's id or the client's. */
export interface FakeOrderLevers {
  /** Trades so much of a live order, at the price given or its limit or the market's. */
  trade(order: string, quantity: string, price?: string): void
  cancel(order: string): void
  expire(order: string): void
  reject(order: string): void
  /** Sends an event that changes nothing by itself: `restated`, `calculated`, `suspended`, `done_for_day`, or one not known today. */
  announce(order: string, event: string): void
  /** Takes a trade back. */
  bust(executionId: string): void
  /** A trade was at another price, or of less. */
  correct(executionId: string, price: string, quantity?: string): void
  /** The next cancel is taken and then refused: too late. */
  refuseNextCancel(): void
}

export interface FakeAccountLevers {
  /** For example `{ trading_blocked: true }` or `{ options_trading_level: 1 }`. */
  setFlags(flags: Readonly<Record<string, unknown>>): void
  setConfiguration(changes: Readonly<Record<string, unknown>>): void
  /** A holding that no order explains. */
  setPosition(symbol: string, quantity: string, averagePrice: string): void
  /** A dividend, a fee, a deposit: it moves the cash and shows among the activities. */
  addActivity(activity: FakeActivityOptions): void
}

export interface FakeOracle {
  orders(): readonly FakeOrderView[]
  /** Those that stand: busted ones are gone. */
  executions(): readonly FakeExecution[]
  /** Signed quantity of a symbol, exact. */
  position(symbol: string): bigint
}

/** One account of a fake: its credentials, its levers and its truth. */
export interface FakeAlpacaAccount {
  readonly keyId: string
  readonly secretKey: string
  /** Faults of the requests with this key. */
  readonly faults: FaultBook
  /** The stream of this key. */
  readonly stream: FakeStream
  readonly orders: FakeOrderLevers
  readonly account: FakeAccountLevers
  /** The truth: what was accepted and what traded, whatever the caller heard of it. */
  readonly oracle: FakeOracle
  setRateLimit(perMinute: number): void
}

/** An account with what serves its requests. */
export interface FakeDesk extends FakeAlpacaAccount {
  readonly rate: FakeRate
  readonly exchange: FakeExchange
  readonly handle: (request: FakeRequest) => FakeAnswer
  stop(): void
}

export interface FakeDeskOptions {
  readonly clock: Clock
  readonly keyId: string
  readonly secretKey: string
  readonly cash: string
  readonly multiplier: string
  readonly rateLimit: number
  readonly acceptDelay: number
  readonly fillDelay: number
  readonly cancelDelay: number
  readonly fillParts: number
  readonly replacedShows: 'old' | 'new'
  readonly venue: FakeVenue
  readonly newId: () => string
  readonly stamp: () => string
  readonly stream: FakeStreamHandle
}

export function createFakeDesk(options: FakeDeskOptions): FakeDesk {
  const { clock, keyId, newId, secretKey, stamp, stream, venue } = options
  const account = createFakeAccount({ id: newId(), cash: parseDecimal(options.cash), multiplier: parseDecimal(options.multiplier), createdAt: stamp() })
  const rate = createFakeRate(clock, options.rateLimit)
  const exchange = createFakeExchange({ ...options, account, publish: (update) => { stream.publish(update) } })
  const others: FakeActivity[] = []
  const find = (name: string) => {
    const order = exchange.orders.get(name) ?? exchange.byClientOrderId(name)
    if (order === undefined) throw new RangeError(`the fake has no order ${name}`)
    return order
  }
  const signed = (text: string): bigint => (text.startsWith('-') ? -parseDecimal(text.slice(1)) : parseDecimal(text))

  return {
    keyId, secretKey, rate, exchange, stream, faults: createFaultBook(),
    handle: createFakeRoutes({ account, clock, exchange, newId, venue, activities: () => others }),
    setRateLimit: (perMinute) => { rate.setLimit(perMinute) },
    stop: () => { exchange.stop() },
    orders: {
      trade: (name, quantity, price) => {
        const order = find(name)
        exchange.trade(order, parseDecimal(quantity), price === undefined ? order.limitPrice ?? venue.priceOf(order.asset.symbol) : parseDecimal(price))
      },
      cancel: (name) => { exchange.cancel(find(name)) },
      expire: (name) => { exchange.expire(find(name)) },
      reject: (name) => { exchange.reject(find(name)) },
      announce: (name, event) => { exchange.announce(find(name), event) },
      bust: (id) => { exchange.bust(id) },
      correct: (id, price, quantity) => { exchange.correct(id, parseDecimal(price), quantity === undefined ? undefined : parseDecimal(quantity)) },
      refuseNextCancel: () => { exchange.refuseNextCancel() },
    },
    account: {
      setFlags: (flags) => { Object.assign(account.flags, flags) },
      setConfiguration: (changes) => { Object.assign(account.configuration, changes) },
      setPosition: (symbol, quantity, averagePrice) => {
        const asset = venue.assetOf(symbol)
        if (asset === undefined) throw new RangeError(`the fake does not trade ${symbol}`)
        account.setPosition(asset, signed(quantity), parseDecimal(averagePrice))
      },
      addActivity: (activity) => {
        others.push(makeActivity(activity, stamp(), newId()))
        account.addCash(parseBrokerDecimal(activity.netAmount ?? '0')?.units ?? 0n)
      },
    },
    oracle: {
      orders: () => [...exchange.orders.values()].map((order) => {
        const wire = toWireOrder(order)
        return {
          id: order.id, clientOrderId: order.clientOrderId, symbol: order.asset.symbol, side: order.side, status: order.status,
          quantity: (wire['qty'] ?? undefined) as string | undefined, filledQuantity: wire['filled_qty'] as string, replaces: order.replaces,
        }
      }),
      executions: () => exchange.ledger.all().filter(({ busted }) => !busted),
      position: (symbol) => account.positionOf(symbol),
    },
  }
}
