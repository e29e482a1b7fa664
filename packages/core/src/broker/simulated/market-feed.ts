import { formatDecimal, ONE } from '../../order/decimal.ts'
import type { Clock, Timer } from '../../runtime/clock.ts'
import type { Instrument, MarketData, Quote, ReferenceData } from '../broker-adapter.ts'
import { isSymbol, type SimulatedMarket } from './simulated-market.ts'
import { endOfDay, startOfDay } from './simulated-order.ts'
import type { SimulatedSettings } from './simulated-options.ts'

/** Quotes on demand and by subscription. `clock` answers undefined while the broker is not connected. */
export function createMarketFeed(market: SimulatedMarket, clock: () => Clock | undefined): MarketData {
  return {
    quote: (symbol, signal) => {
      if (signal.aborted) return Promise.reject(signal.reason as Error)
      const now = clock()?.now()
      const quote = now === undefined ? undefined : market.quote(symbol, now)
      return quote === undefined ? Promise.reject(new Error(now === undefined ? 'not connected' : `no price of ${symbol}`)) : Promise.resolve(quote)
    },
    watch: (symbols, emit, signal) => {
      const running = clock()
      if (running !== undefined && !signal.aborted) watchQuotes({ market, clock: running, isConnected: () => clock() === running, symbols, emit, signal })
    },
  }
}

interface Watch {
  readonly market: SimulatedMarket
  readonly clock: Clock
  readonly isConnected: () => boolean
  readonly symbols: readonly string[]
  readonly emit: (quote: Quote) => void
  readonly signal: AbortSignal
}

/** Emits every quote at once and then at each step of the grid. */
function watchQuotes({ market, clock, isConnected, symbols, emit, signal }: Watch): void {
  let timer: Timer | undefined
  const tick = (): void => {
    if (!isConnected()) return
    const now = clock.now()
    for (const symbol of symbols) {
      const quote = signal.aborted ? undefined : market.quote(symbol, now)
      if (quote !== undefined) emit(quote)
    }
    if (!signal.aborted) timer = clock.setTimer(tick, Math.max(1, market.timeOf(market.stepAt(now) + 1) - now))
  }
  signal.addEventListener('abort', () => { timer?.cancel() }, { once: true })
  tick()
}

/** Every well-formed symbol exists, and its market is open around the clock, one session for each day of UTC. */
export function createReferenceData(settings: SimulatedSettings): ReferenceData {
  const instrumentOf = (symbol: string): Instrument => ({
    symbol,
    assetClass: symbol.includes('/') ? 'crypto' : 'equity',
    tradable: true,
    shortable: settings.shortSelling,
    fractionable: settings.lot < ONE,
    tickSize: formatDecimal(settings.tick),
    lotSize: formatDecimal(settings.lot),
    multiplier: '1',
    currency: settings.currency,
  })
  return {
    instrument: (symbol) => Promise.resolve(isSymbol(symbol) ? instrumentOf(symbol) : undefined),
    session: (_symbol, at) => Promise.resolve({ phase: 'open', since: startOfDay(at), until: endOfDay(at) }),
  }
}
