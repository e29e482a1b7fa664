import type { AdapterContext, Quote } from '@sluice/core'
import type { AlpacaSettings } from '../options.ts'
import type { AssetClass } from '../orders/check-order.ts'
import type { RestClient } from '../rest/rest-client.ts'
import type { MarketSource } from './market-data.ts'
import { createQuoteStream, type QuoteStream } from './quote-stream.ts'

/** Where each class is streamed. Options speak another encoding and are asked for. */
function pathOf(assetClass: AssetClass, feed: AlpacaSettings['stockFeed']): string | undefined {
  if (assetClass === 'equity') return `/v2/${feed}`
  return assetClass === 'crypto' ? '/v1beta3/crypto/us' : undefined
}

/** The market data of one connection to Alpaca, its streams opened when they are first watched. */
export function createMarketSource(settings: AlpacaSettings, { clock, logger }: AdapterContext, rest: RestClient): MarketSource & { close(): void } {
  const listeners = new Set<(quote: Quote) => void>()
  const streams = new Map<AssetClass, QuoteStream>()
  return {
    rest, clock,
    stream: (assetClass) => {
      const path = settings.quotes === 'stream' ? pathOf(assetClass, settings.stockFeed) : undefined
      if (path === undefined) return undefined
      const stream = streams.get(assetClass) ?? createQuoteStream({
        url: `${settings.quoteStreamUrl}${path}`, settings, clock, logger, conflate: settings.quoteConflation,
        emit: (quote) => { for (const listener of listeners) listener(quote) },
      })
      streams.set(assetClass, stream)
      return stream
    },
    listen: (emit) => {
      listeners.add(emit)
      return () => { listeners.delete(emit) }
    },
    close: () => { for (const stream of streams.values()) stream.close() },
  }
}
