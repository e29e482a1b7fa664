import { type Clock, parseDecimal, systemClock } from '@sluice/core'
import { createFakeAccount } from './fake-account.ts'
import { DEFAULT_ASSETS, type FakeAssetOptions, makeAsset } from './fake-asset.ts'
import { createFakeExchange, type FakeExchange } from './fake-exchange.ts'
import { createFaultBook, type FaultBook } from './fake-faults.ts'
import { type FakeExchangeRecord, startFakeHttp } from './fake-http.ts'
import { createFakeIds } from './fake-ids.ts'
import type { FakeExecution } from './fake-ledger.ts'
import { toWireOrder } from './fake-order.ts'
import { createFakeRate } from './fake-rate.ts'
import { createFakeRoutes } from './fake-routes.ts'
import { toWireQuote } from './fake-quote.ts'
import { createStamp } from './fake-stamp.ts'
import { type FakeQuotes, startFakeQuotes } from './fake-market-stream.ts'
import { type FakeStream, startFakeStream } from './fake-stream.ts'

export interface FakeAlpacaOptions {
  /** Time of everything the fake does. Default: the system's. */
  readonly clock?: Clock
  /** Ids are the same in every run of one seed. Default `'fake-alpaca'`. */
  readonly seed?: string
  /** Credentials that it takes. Defaults `'PKFAKE'` and `'fake-secret'`. */
  readonly keyId?: string
  readonly secretKey?: string
  /** Money at the start. Default `'1000000'`. */
  readonly cash?: string
  /** Buying power for each dollar of equity. Default `'2'`. */
  readonly multiplier?: string
  /** What it trades beside or instead of the default shares, crypto pair and option. */
  readonly assets?: readonly FakeAssetOptions[]
  /** Requests in a minute. Default 200. */
  readonly rateLimit?: number
  /** From a request to `new`, in ms. Default 1. */
  readonly acceptDelay?: number
  /** From `new` to a fill, and between fills, in ms. Default 1. */
  readonly fillDelay?: number
  /** From a cancel or replace to its end, in ms. Default 1. */
  readonly cancelDelay?: number
  /** In how many trades a marketable order fills. Default 1. */
  readonly fillParts?: number
  /** `paper` sends binary frames, `live` text. Default `'paper'`. */
  readonly environment?: 'paper' | 'live'
  /** How long a half-dead stream keeps the one place there is, in ms. Default 0. */
  readonly ghostTime?: number
  /** Sees every request that was carried out, with its true answer. */
  readonly observe?: (record: FakeExchangeRecord) => void
}

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

/** A fake Alpaca on loopback: hand its `url` to a bot, its levers to the test. */
export interface FakeAlpaca {
  /** Base of REST, for example `http://127.0.0.1:41234`. */
  readonly url: string
  readonly streamUrl: string
  readonly keyId: string
  readonly secretKey: string
  readonly faults: FaultBook
  readonly stream: FakeStream
  readonly quotes: FakeQuotes
  readonly market: FakeMarket
  readonly account: FakeAccountLevers
  /** The truth: what was accepted and what traded, whatever the caller heard of it. */
  readonly oracle: FakeOracle
  setRateLimit(perMinute: number): void
  close(): Promise<void>
}

/** Levers of the market. Orders are named by Alpaca's id or the client's. */
export interface FakeMarket {
  setPrice(symbol: string, price: string): void
  setOpen(open: boolean): void
  /** Trades so much of a live order, at the price given or its limit or the market's. */
  trade(order: string, quantity: string, price?: string): void
  cancel(order: string): void
  expire(order: string): void
  reject(order: string): void
  /** Sends an event that changes nothing by itself: `restated`, `calculated`, `suspended`, `done_for_day`, or one not known today. */
  announce(order: string, event: string): void
  bust(executionId: string): void
  correct(executionId: string, price: string): void
  refuseNextCancel(): void
}

export interface FakeAccountLevers {
  /** For example `{ trading_blocked: true }`. */
  setFlags(flags: Readonly<Record<string, unknown>>): void
  setConfiguration(changes: Readonly<Record<string, unknown>>): void
  /** A holding that no order explains. */
  setPosition(symbol: string, quantity: string, averagePrice: string): void
}

export interface FakeOracle {
  orders(): readonly FakeOrderView[]
  /** Those that stand: busted ones are gone. */
  executions(): readonly FakeExecution[]
  /** Signed quantity of a symbol, exact. */
  position(symbol: string): bigint
}

/** Starts a fake Alpaca of one account on a free port of the loopback interface. */
export async function startFakeAlpaca(options: FakeAlpacaOptions = {}): Promise<FakeAlpaca> {
  const { clock = systemClock, seed = 'fake-alpaca', keyId = 'PKFAKE', secretKey = 'fake-secret' } = options
  const { acceptDelay = 1, fillDelay = 1, cancelDelay = 1, fillParts = 1 } = options
  const newId = createFakeIds(seed)
  const stamp = createStamp(clock)
  const assets = new Map([...DEFAULT_ASSETS, ...options.assets ?? []].map((asset) => [asset.symbol, { asset: makeAsset(asset, newId()), price: parseDecimal(asset.price ?? '100') }]))
  const account = createFakeAccount({ id: newId(), cash: parseDecimal(options.cash ?? '1000000'), multiplier: parseDecimal(options.multiplier ?? '2'), createdAt: stamp() })
  const rate = createFakeRate(clock, options.rateLimit ?? 200)
  const faults = createFaultBook()
  let publish: (data: object) => void = () => undefined
  const exchange: FakeExchange = createFakeExchange({
    account, assets, clock, newId, stamp, acceptDelay, fillDelay, cancelDelay, fillParts, publish: (update) => { publish(update) },
  })
  const handle = createFakeRoutes({ account, assets, clock, exchange, newId })
  const http = await startFakeHttp({ clock, keyId, secretKey, rate, faults, newId, handle, observe: options.observe ?? (() => undefined) })
  const stream = startFakeStream({
    server: http.server, clock, keyId, secretKey, binary: (options.environment ?? 'paper') === 'paper', ghostTime: options.ghostTime ?? 0,
  })
  const quotes = startFakeQuotes({ server: http.server, keyId, secretKey })
  publish = (update) => { stream.publish(update) }
  const find = (name: string) => {
    const order = exchange.orders.get(name) ?? exchange.byClientOrderId(name)
    if (order === undefined) throw new RangeError(`the fake has no order ${name}`)
    return order
  }

  return {
    url: `http://127.0.0.1:${http.port}`, streamUrl: `ws://127.0.0.1:${http.port}/stream`, keyId, secretKey, faults, stream, quotes,
    setRateLimit: (perMinute) => { rate.setLimit(perMinute) },
    market: {
      setPrice: (symbol, price) => {
        exchange.setPrice(symbol, parseDecimal(price))
        quotes.publish(symbol, toWireQuote(parseDecimal(price), clock.now()))
      },
      setOpen: (open) => { exchange.setOpen(open) },
      trade: (name, quantity, price) => {
        const order = find(name)
        exchange.trade(order, parseDecimal(quantity), price === undefined ? order.limitPrice ?? exchange.priceOf(order.asset.symbol) : parseDecimal(price))
      },
      cancel: (name) => { exchange.cancel(find(name)) },
      expire: (name) => { exchange.expire(find(name)) },
      reject: (name) => { exchange.reject(find(name)) },
      announce: (name, event) => { exchange.announce(find(name), event) },
      bust: (id) => { exchange.bust(id) },
      correct: (id, price) => { exchange.correct(id, parseDecimal(price)) },
      refuseNextCancel: () => { exchange.refuseNextCancel() },
    },
    account: {
      setFlags: (flags) => { Object.assign(account.flags, flags) },
      setConfiguration: (changes) => { Object.assign(account.configuration, changes) },
      setPosition: (symbol, quantity, averagePrice) => {
        const asset = exchange.assetOf(symbol)
        if (asset === undefined) throw new RangeError(`the fake does not trade ${symbol}`)
        const signed = quantity.startsWith('-') ? -parseDecimal(quantity.slice(1)) : parseDecimal(quantity)
        account.setPosition(asset, signed, parseDecimal(averagePrice))
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
    close: async () => {
      exchange.stop()
      stream.close()
      quotes.close()
      await http.close()
    },
  }
}
