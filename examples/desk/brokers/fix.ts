// FIX 4.4 over a socket to an acceptor in this process: everything between the desk and a broker's FIX line but the broker.
import { fixBroker, memoryFixStore } from '@sluice/adapter-fix'
import { type FixAcceptor, startFixAcceptor } from '@sluice/adapter-fix/testing'
import { formatDecimal, type MarketData, parseDecimal, type Quote } from '@sluice/core'
import type { DeskBroker } from '../desk-broker.ts'

const PRICES = { AAPL: '187.50', MSFT: '428.10', NVDA: '131.40', F: '11.40', NOK: '4.60', PFE: '25.30', T: '22.70' } as const
const STEP = 1000
const CENT = parseDecimal('0.01')

/** FIX order routing has no quotes: these wander by a cent or two a second, and the acceptor trades at them. */
function wander(acceptor: FixAcceptor): MarketData & { stop(): void } {
  const prices = new Map(Object.entries(PRICES).map(([symbol, price]) => [symbol, parseDecimal(price)]))
  const quoteOf = (symbol: string): Quote | undefined => {
    const price = prices.get(symbol)
    return price === undefined ? undefined : { symbol, bid: formatDecimal(price - CENT), ask: formatDecimal(price + CENT), time: new Date().toISOString() }
  }
  const timer = setInterval(() => {
    for (const [symbol, price] of prices) {
      const next = price + CENT * BigInt(Math.floor(Math.random() * 5) - 2)
      if (next < CENT * 100n) continue
      prices.set(symbol, next)
      acceptor.setPrice(symbol, formatDecimal(next))
    }
  }, STEP)
  return {
    quote: (symbol) => {
      const quote = quoteOf(symbol)
      return quote === undefined ? Promise.reject(new Error(`no quote of ${symbol}`)) : Promise.resolve(quote)
    },
    watch: (symbols, emit, signal) => {
      const tell = (): void => {
        for (const symbol of symbols) {
          const quote = quoteOf(symbol)
          if (quote !== undefined) emit(quote)
        }
      }
      tell()
      const beat = setInterval(tell, STEP)
      signal.addEventListener('abort', () => { clearInterval(beat) }, { once: true })
    },
    stop: () => { clearInterval(timer) },
  }
}

export const broker: DeskBroker = {
  title: 'FIX 4.4 to an acceptor in this process: its orders end with it, and each start is fresh',
  forgets: true,
  open: async () => {
    const acceptor = await startFixAcceptor({ version: '4.4', prices: PRICES })
    const marketData = wander(acceptor)
    const adapter = fixBroker({
      environment: 'paper', version: '4.4', senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: acceptor.port }],
      // The acceptor forgets with the process, and so does the session; for a real line: fileFixStore({ path }).
      store: memoryFixStore(),
      massStatus: true, absence: { visibilityLag: 0, historyComplete: true }, marketData, positions: () => Promise.resolve(acceptor.positions()),
    })
    return {
      ...adapter,
      close: async () => {
        marketData.stop()
        await adapter.close()
        await acceptor.close()
      },
    }
  },
}
