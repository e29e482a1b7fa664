import { type Clock, parseDecimal, systemClock } from '@sluice/core'
import type { FakeAssetOptions } from './fake-asset.ts'
import { createFakeDesk, type FakeAlpacaAccount, type FakeOrderLevers } from './fake-desk.ts'
import { createFakeHours, type FakePhase } from './fake-hours.ts'
import { type FakeExchangeRecord, startFakeHttp } from './fake-http.ts'
import { createFakeIds } from './fake-ids.ts'
import { type FakeQuotes, startFakeQuotes } from './fake-market-stream.ts'
import { toWireQuote } from './fake-quote.ts'
import { createStamp } from './fake-stamp.ts'
import { startFakeStreams } from './fake-stream.ts'
import { createFakeVenue } from './fake-venue.ts'

/** What can be said of one account. */
export interface FakeAccountOptions {
  /** Credentials that it takes. */
  readonly keyId: string
  readonly secretKey: string
  /** Money at the start. Default `'1000000'`. */
  readonly cash?: string
  /** Buying power for each dollar of equity. Default `'2'`. */
  readonly multiplier?: string
}

export interface FakeAlpacaOptions extends Partial<FakeAccountOptions> {
  /** Time of everything the fake does. Default: the system's. */
  readonly clock?: Clock
  /** Ids are the same in every run of one seed. Default `'fake-alpaca'`. */
  readonly seed?: string
  /** Accounts beside the first, whose credentials default to `'PKZQCANARY'` and `'zqcanary-alpaca-secret'`. They share prices and hours, and nothing else. */
  readonly accounts?: readonly FakeAccountOptions[]
  /** What it trades beside or instead of the default shares, crypto pair and options. */
  readonly assets?: readonly FakeAssetOptions[]
  /**
   * `always`: shares trade until a test closes the market. `calendar`: the hours of the exchange on the fake's clock, with holidays,
   * half days, and the windows for orders at the opening and the close. Default `'always'`.
   */
  readonly hours?: 'always' | 'calendar'
  /** Requests of an account in a minute. Default 200. */
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
  /** Which order the event `replaced` carries. Alpaca is known to send the old one. Default `'old'`. */
  readonly replacedShows?: 'old' | 'new'
  /** How long a half-dead stream keeps the one place of its key, in ms; at Alpaca about 90 000. Default 0. */
  readonly ghostTime?: number
  /** Sees every request that is neither unauthorised nor over the limit, with its true answer. */
  readonly observe?: (record: FakeExchangeRecord) => void
}

/** A fake Alpaca on loopback: hand its `url` to a bot, its levers to the test. What names one account is the first account's. */
export interface FakeAlpaca extends FakeAlpacaAccount {
  /** Base of REST, for example `http://127.0.0.1:41234`. */
  readonly url: string
  readonly streamUrl: string
  readonly quotes: FakeQuotes
  readonly market: FakeMarket
  /** Another account, by its key. @throws RangeError when there is none. */
  accountOf(keyId: string): FakeAlpacaAccount
  close(): Promise<void>
}

/** Levers of the market, which all accounts share, and of the orders of the first account. */
export interface FakeMarket extends FakeOrderLevers {
  setPrice(symbol: string, price: string): void
  /** Opens or closes the market of shares; closing it ends orders for the day. */
  setOpen(open: boolean): void
  setPhase(phase: FakePhase): void
  /** While a symbol is halted its orders are taken and rest. */
  setHalted(symbol: string, halted: boolean): void
}

/** Starts a fake Alpaca on a free port of the loopback interface. */
export async function startFakeAlpaca(options: FakeAlpacaOptions = {}): Promise<FakeAlpaca> {
  const { clock = systemClock, seed = 'fake-alpaca', keyId = 'PKZQCANARY', secretKey = 'zqcanary-alpaca-secret', accounts = [] } = options
  const newId = createFakeIds(seed)
  const stamp = createStamp(clock)
  const hours = createFakeHours(clock, options.hours ?? 'always')
  const venue = createFakeVenue(hours, options.assets ?? [], newId)
  const all: readonly FakeAccountOptions[] = [{ ...options, keyId, secretKey }, ...accounts]
  const streams = startFakeStreams({
    clock, binary: (options.environment ?? 'paper') === 'paper', ghostTime: options.ghostTime ?? 0, secrets: new Map(all.map((each) => [each.keyId, each.secretKey])),
  })
  if (streams.size !== all.length) throw new RangeError('each account of a fake needs a key of its own')
  const desks = new Map(all.map((each) => [each.keyId, createFakeDesk({
    clock, venue, newId, stamp, keyId: each.keyId, secretKey: each.secretKey, cash: each.cash ?? '1000000', multiplier: each.multiplier ?? '2',
    rateLimit: options.rateLimit ?? 200, acceptDelay: options.acceptDelay ?? 1, fillDelay: options.fillDelay ?? 1, cancelDelay: options.cancelDelay ?? 1,
    fillParts: options.fillParts ?? 1, replacedShows: options.replacedShows ?? 'old', stream: streams.of(each.keyId),
  })]))
  const accountOf = (key: string) => {
    const desk = desks.get(key)
    if (desk === undefined) throw new RangeError(`the fake has no account with the key ${key}`)
    return desk
  }
  const first = accountOf(keyId)
  const http = await startFakeHttp({ clock, newId, deskOf: (key) => desks.get(key), observe: options.observe ?? (() => undefined) })
  streams.attach(http.server)
  const quotes = startFakeQuotes({ server: http.server, secretOf: (key) => desks.get(key)?.secretKey })

  return {
    url: `http://127.0.0.1:${http.port}`, streamUrl: `ws://127.0.0.1:${http.port}/stream`, keyId, secretKey, quotes, accountOf,
    faults: first.faults, stream: first.stream, account: first.account, oracle: first.oracle, orders: first.orders, setRateLimit: (perMinute) => { first.setRateLimit(perMinute) },
    market: {
      ...first.orders,
      setPrice: (symbol, price) => {
        venue.setPrice(symbol, parseDecimal(price))
        quotes.publish(symbol, toWireQuote(parseDecimal(price), clock.now()))
      },
      setOpen: (open) => { hours.setPhase(open ? 'open' : 'closed') },
      setPhase: (phase) => { hours.setPhase(phase) },
      setHalted: (symbol, halted) => { venue.setHalted(symbol, halted) },
    },
    close: async () => {
      hours.stop()
      for (const desk of desks.values()) desk.stop()
      streams.close()
      quotes.close()
      await http.close()
    },
  }
}
