import type { Clock, MarketData, Quote } from '@sluice/core'
import { type AssetClass, assetClassOf } from '../orders/check-order.ts'
import { reasonOf } from '../orders/reason.ts'
import type { RestClient } from '../rest/rest-client.ts'
import type { QuoteStream } from './quote-stream.ts'

const PATHS: Readonly<Record<AssetClass, string>> = {
  equity: '/v2/stocks/quotes/latest', crypto: '/v1beta3/crypto/us/latest/quotes', option: '/v1beta1/options/quotes/latest',
}

/** What market data needs of a connection. */
export interface MarketSource {
  readonly rest: RestClient
  readonly clock: Clock
  /** Opens the stream of a class; undefined where quotes are only asked for. Its quotes go to whoever watches. */
  stream(assetClass: AssetClass): QuoteStream | undefined
  /** Adds a listener to the streams' quotes; the answer removes it. */
  listen(emit: (quote: Quote) => void): () => void
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

/** Watches the symbols of one class: streamed where the stream covers them, asked for where it does not. */
function watchClass(connected: MarketSource, assetClass: AssetClass, symbols: readonly string[], interval: number, emit: (quote: Quote) => void, signal: AbortSignal): void {
  const wanted = new Set(symbols)
  const stream = connected.stream(assetClass)
  if (stream !== undefined) {
    const silence = connected.listen((quote) => { if (wanted.has(quote.symbol)) emit(quote) })
    stream.add(symbols)
    signal.addEventListener('abort', () => {
      silence()
      stream.remove(symbols)
    }, { once: true })
  }
  // One answer at least comes by REST: a quiet symbol may not be quoted again for a long time.
  const asked = new Set<string>()
  const look = async (): Promise<void> => {
    if (signal.aborted) return
    const missing = symbols.filter((symbol) => !asked.has(symbol) || stream?.covers(symbol) !== true)
    const quotes = missing.length === 0 ? [] : await latest(connected, assetClass, missing).catch((): Quote[] => [])
    if (signal.aborted) return
    for (const quote of quotes) {
      asked.add(quote.symbol)
      emit(quote)
    }
    connected.clock.setTimer(() => { void look() }, interval)
  }
  void look()
}

/** The latest quotes: asked for by REST, one request for all symbols of a class, or streamed. */
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
      const connected = source()
      if (connected === undefined || signal.aborted) return
      for (const [assetClass, group] of Map.groupBy(symbols, assetClassOf)) watchClass(connected, assetClass, group, interval, emit, signal)
    },
  }
}
