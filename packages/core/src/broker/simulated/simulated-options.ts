import { formatDecimal, isDecimal, ONE, parseDecimal, type Units } from '../../order/decimal.ts'
import { SluiceError } from '../../runtime/errors.ts'
import { memoryStore, type SimulatedStore } from './simulated-store.ts'

/** Smallest and largest time, in milliseconds. */
export type TimeRange = readonly [smallest: number, largest: number]

/** Prices of a symbol at a time in ms since the epoch, as decimal strings; undefined where there are none. */
export type QuoteSource = (symbol: string, at: number) => { readonly bid: string; readonly ask: string } | undefined

export interface SimulatedBrokerOptions {
  /** Chooses prices, delays, partial fills and rejects: the same seed gives the same run. Default `'sluice'`. */
  readonly seed?: string
  /** Where the books are kept. Default `memoryStore()`, which ends with the process: beside a durable journal use a durable one. */
  readonly store?: SimulatedStore
  /** First prices by symbol, as decimal strings. Default: 10 to 500, from the seed and the symbol. */
  readonly prices?: Readonly<Record<string, string>>
  /** Prices from elsewhere, asked once for each symbol and interval. Default: a random walk from the seed. */
  readonly quotes?: QuoteSource
  /** Time between two prices of a symbol, in milliseconds. Default 250. */
  readonly interval?: number
  /** Typical change of a price in one interval, in hundredths of a percent of the first price. Default 1; 0 keeps prices still. */
  readonly volatility?: number
  /** Distance of bid and ask, in hundredths of a percent of the first price, one tick at least. Default 2. */
  readonly spread?: number
  /** Travel time of each request, answer and update, in milliseconds. Default `[5, 30]`; `[0, 0]` uses no timers. */
  readonly latency?: TimeRange
  /** How long an order waits for its trade, and for the next after a partial fill, in milliseconds. Default: as `latency`. */
  readonly fillDelay?: TimeRange
  /** Share of trades that fill a part only, 0 to 1. Default 0. `fok` orders are never filled in part. */
  readonly partialFills?: number
  /** Share of new orders refused with `SIMULATED_REJECT`, 0 to 1. Default 0. */
  readonly rejects?: number
  /** Money in a new account, as a decimal string. Default `'1000000'`. */
  readonly cash?: string
  /** Buying power for one unit of equity, as a decimal string. Default `'1'`. */
  readonly leverage?: string
  /** Currency of the account and of every symbol. Default `'USD'`. */
  readonly currency?: string
  /** Whether positions may go below zero. Default true. */
  readonly shortSelling?: boolean
  /** Whether quantities go in steps of 0.000001 instead of 1. Default true. */
  readonly fractional?: boolean
  /** Finished orders that stay known; with a limit the broker no longer proves absence. Default: all. */
  readonly history?: number
}

/** The options with every default filled in and every number parsed. */
export interface SimulatedSettings {
  readonly seed: string
  readonly store: SimulatedStore
  readonly prices: ReadonlyMap<string, Units>
  readonly quotes: QuoteSource | undefined
  readonly interval: number
  readonly volatility: number
  readonly spread: number
  readonly latency: TimeRange
  readonly fillDelay: TimeRange
  readonly partialFills: number
  readonly rejects: number
  readonly cash: Units
  readonly leverage: Units
  readonly currency: string
  readonly shortSelling: boolean
  readonly tick: Units
  readonly lot: Units
  readonly history: number
}

const TICK: Units = ONE / 100n
const SMALL_LOT: Units = ONE / 1_000_000n

/** @throws SluiceError CONFIGURATION_INVALID naming the first option that is out of range. */
export function resolveOptions(options: SimulatedBrokerOptions): SimulatedSettings {
  const latency = timeRange('latency', options.latency ?? [5, 30])
  return {
    seed: options.seed ?? 'sluice',
    store: options.store ?? memoryStore(),
    prices: new Map(Object.entries(options.prices ?? {}).map(([symbol, price]) => [symbol, startPrice(symbol, price)])),
    quotes: options.quotes,
    interval: within('interval', options.interval ?? 250, 1, 86_400_000, true),
    volatility: within('volatility', options.volatility ?? 1, 0, 1000),
    spread: within('spread', options.spread ?? 2, 0, 5000),
    latency,
    fillDelay: timeRange('fillDelay', options.fillDelay ?? latency),
    partialFills: within('partialFills', options.partialFills ?? 0, 0, 1),
    rejects: within('rejects', options.rejects ?? 0, 0, 1),
    cash: decimal('cash', options.cash ?? '1000000'),
    leverage: decimal('leverage', options.leverage ?? '1'),
    currency: options.currency ?? 'USD',
    shortSelling: options.shortSelling ?? true,
    tick: TICK,
    lot: (options.fractional ?? true) ? SMALL_LOT : ONE,
    history: options.history === undefined ? Number.POSITIVE_INFINITY : within('history', options.history, 0, Number.MAX_SAFE_INTEGER, true),
  }
}

function fail(name: string, rule: string): never {
  throw new SluiceError('CONFIGURATION_INVALID', `simulatedBroker: ${name} ${rule}`)
}

function within(name: string, value: number, smallest: number, largest: number, whole = false): number {
  if (value >= smallest && value <= largest && (!whole || Number.isInteger(value))) return value
  return fail(name, `must be ${whole ? 'a whole number' : 'a number'} from ${smallest} to ${largest}`)
}

function timeRange(name: string, [smallest, largest]: TimeRange): TimeRange {
  return [within(`${name}[0]`, smallest, 0, 60_000, true), within(`${name}[1]`, largest, smallest, 60_000, true)]
}

function decimal(name: string, text: string): Units {
  return isDecimal(text) ? parseDecimal(text) : fail(name, 'must be a decimal string such as "187.50"')
}

function startPrice(symbol: string, text: string): Units {
  const price = decimal(`prices.${symbol}`, text)
  return price > 0n && price % TICK === 0n ? price : fail(`prices.${symbol}`, `must be a positive multiple of ${formatDecimal(TICK)}`)
}
