import type { Clock, MarketData, Quote } from '@sluice/core'
import { type AssetClass, assetClassOf } from '../orders/check-order.ts'
import { reasonOf } from '../orders/reason.ts'
import type { RestClient } from '../rest/rest-client.ts'

const PATHS: Readonly<Record<AssetClass, string>> = {
  equity: '/v2/stocks/quotes/latest', crypto: '/v1beta3/crypto/us/latest/quotes', option: '/v1beta1/options/quotes/latest',
}

/** What market data needs of a connection. */
export interface MarketSource {
  readonly rest: RestClient
  readonly clock: Clock
}

async function latest({ rest }: MarketSource, assetClass: AssetClass, symbols: readonly string[]): Promise<Quote[]> {
  const answer = await rest.latestQuotes(PATHS[assetClass], symbols)
  if (answer.kind !== 'answer') throw new Error(`no quotes: ${reasonOf(answer)}`)
  return symbols.flatMap((symbol): Quote[] => {
    const quote = answer.value.quotes[symbol]
    // A side without orders has the price 0: that is no quote to measure an order by.
    return quote === undefined || quote.bp === '0' || quote.ap === '0' ? [] : [{ symbol, bid: quote.bp, ask: quote.ap, time: quote.t }]
  })
}

/** The latest quotes, asked for by REST: one request for all symbols of a class. */
export function createMarketData(source: () => MarketSource | undefined, interval: number): MarketData {
  return {
    quote: async (symbol, signal) => {
      const connected = source()
      if (connected === undefined) throw new Error('Alpaca is not connected')
      const [quote] = await latest(connected, assetClassOf(symbol), [symbol])
      signal.throwIfAborted()
      if (quote === undefined) throw new Error(`Alpaca has no quote of ${symbol}`)
      return quote
    },
    watch: (symbols, emit, signal) => {
      const classes = Map.groupBy(symbols, assetClassOf)
      const look = async (): Promise<void> => {
        const connected = source()
        if (connected === undefined || signal.aborted) return
        for (const [assetClass, group] of classes) {
          const quotes = await latest(connected, assetClass, group).catch((): Quote[] => [])
          if (signal.aborted) return
          for (const quote of quotes) emit(quote)
        }
        connected.clock.setTimer(() => { void look() }, interval)
      }
      void look()
    },
  }
}
