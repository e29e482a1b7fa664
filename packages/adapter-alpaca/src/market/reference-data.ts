import type { Instrument, MarketSession, ReferenceData } from '@sluice/core'
import { formatDate, newYorkOffset, toMilliseconds } from '../iso-time.ts'
import { assetClassOf } from '../orders/check-order.ts'
import { reasonOf } from '../orders/reason.ts'
import type { RestResult } from '../rest/rest-client.ts'
import type { WireAccount, WireAsset, WireConfiguration, WireContract, WireDay } from '../rest/wire.ts'
import type { MarketSource } from './market-data.ts'

const DAY = 86_400_000
/** Assets and the account's settings change by the day, and by hand. */
const KEPT = 60_000
/** The longest break of the exchange is shorter. */
const WINDOW = 10 * DAY
const NOON = 17 * 3_600_000

interface Phase {
  readonly phase: MarketSession['phase']
  readonly from: number
}

/** A time of day in New York, in ms since the epoch. */
function atNewYork(date: string, time: string): number {
  const midnight = toMilliseconds(date)
  const [hour = '', minute = ''] = time.includes(':') ? time.split(':') : [time.slice(0, 2), time.slice(2)]
  return midnight + newYorkOffset(midnight + NOON) + (Number(hour) * 60 + Number(minute)) * 60_000
}

/** The phases of trading days, in order. */
function phasesOf(days: readonly WireDay[]): Phase[] {
  return days.flatMap(({ close, date, open, session_close = '20:00', session_open = '04:00' }): Phase[] => [
    { phase: 'pre', from: atNewYork(date, session_open) }, { phase: 'open', from: atNewYork(date, open) },
    { phase: 'post', from: atNewYork(date, close) }, { phase: 'closed', from: atNewYork(date, session_close) },
  ])
}

/** Shares and pairs are assets; options have a list of their own. */
type Listed = WireAsset & Partial<Pick<WireContract, 'multiplier'>>

function toAsset(contract: WireContract): Listed {
  return { ...contract, class: 'us_option', shortable: false, fractionable: false, price_increment: '0.01' }
}

function mapResult<From, To>(result: RestResult<From>, map: (value: From) => To): RestResult<To> {
  return result.kind === 'answer' ? { kind: 'answer', value: map(result.value) } : result
}

/** The account's own limits count as the instrument's: what it may not trade is not tradable. */
function toInstrument(asset: Listed, account: WireAccount, configuration: WireConfiguration): Instrument {
  const blocked = account.status !== 'ACTIVE' || account.account_blocked || account.trading_blocked || account.trade_suspended_by_user || configuration.suspend_trade
  const noOptions = asset.class === 'us_option' && (account.options_trading_level === 0 || configuration.max_options_trading_level === 0)
  const fractionable = asset.class === 'crypto' || (asset.fractionable && configuration.fractional_trading)
  return {
    symbol: asset.symbol, assetClass: asset.class, tradable: asset.tradable && asset.status === 'active' && !blocked && !noOptions,
    shortable: asset.shortable && account.shorting_enabled && !configuration.no_shorting, fractionable,
    tickSize: asset.price_increment ?? '0.0001', lotSize: asset.min_trade_increment ?? (fractionable ? '0.000000001' : '1'),
    multiplier: asset.multiplier ?? '1', currency: 'USD',
  }
}

function valueOf<Value>(result: RestResult<Value>): Value {
  if (result.kind === 'answer') return result.value
  throw new Error(reasonOf(result))
}

/** Assets as instruments, account configuration as their limits, the calendar as sessions. */
export function createReferenceData(source: () => MarketSource | undefined): ReferenceData {
  const cache = new Map<string, { readonly until: number; readonly value: Promise<unknown> }>()
  const connected = (): MarketSource => {
    const found = source()
    if (found === undefined) throw new Error('Alpaca is not connected')
    return found
  }
  /** One question at a time for each key; a failure is asked again. */
  const kept = <Value>(key: string, ask: () => Promise<Value>): Promise<Value> => {
    const { clock } = connected()
    const known = cache.get(key)
    if (known !== undefined && known.until > clock.monotonic()) return known.value as Promise<Value>
    const value = ask()
    cache.set(key, { until: clock.monotonic() + KEPT, value })
    value.catch(() => { cache.delete(key) })
    return value
  }
  const settings = () => kept('settings', async () => {
    const { rest } = connected()
    const [account, configuration] = await Promise.all([rest.account(), rest.configuration()])
    return { account: valueOf(account), configuration: valueOf(configuration) }
  })
  return {
    instrument: (symbol) => kept(`instrument ${symbol}`, async () => {
      const { rest } = connected()
      const answer = assetClassOf(symbol) === 'option' ? mapResult(await rest.optionContract(symbol), toAsset) : mapResult(await rest.asset(symbol), (asset): Listed => asset)
      if (answer.kind === 'refused' && answer.status === 404) return undefined
      const { account, configuration } = await settings()
      return toInstrument(valueOf(answer), account, configuration)
    }),
    session: async (symbol, at) => {
      if (assetClassOf(symbol) === 'crypto') return { phase: 'open', since: 0, until: Number.MAX_SAFE_INTEGER }
      const date = formatDate(at)
      const days = await kept(`calendar ${date}`, async () => valueOf(await connected().rest.calendar(formatDate(at - WINDOW), formatDate(at + WINDOW))))
      const phases = phasesOf(days)
      const index = phases.findLastIndex(({ from }) => from <= at)
      const [now, next] = [phases[index], phases[index + 1]]
      if (now === undefined || next === undefined) throw new Error(`Alpaca's calendar does not say what ${date} is`)
      return { phase: now.phase, since: now.from, until: next.from }
    },
  }
}
