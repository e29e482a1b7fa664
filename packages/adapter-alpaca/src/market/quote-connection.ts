import type { Clock, Quote } from '@sluice/core'
import { marketMessagesSchema, type WireMarketMessage } from '../rest/wire.ts'
import { type ConnectionEnd, openWatchedSocket, type WatchedSocketSettings } from '../stream/watched-socket.ts'

export interface QuoteConnectionSettings extends WatchedSocketSettings {
  readonly keyId: string
  readonly secretKey: string
}

/** What one connection to market data tells. */
export interface QuoteConnectionEvents {
  /** Alpaca has taken the key: symbols can be subscribed. */
  onReady(): void
  /** The symbols whose quotes Alpaca says it sends. */
  onSubscribed(symbols: readonly string[]): void
  onQuotes(quotes: readonly Quote[]): void
  /** Once, at the end. */
  onEnd(end: ConnectionEnd): void
}

export interface QuoteConnection {
  subscribe(symbols: readonly string[]): void
  unsubscribe(symbols: readonly string[]): void
  close(): void
}

/** Codes of the stream's errors that end it: https://docs.alpaca.markets/docs/streaming-market-data */
const OCCUPIED = 406
const REFUSED: ReadonlySet<number> = new Set([401, 402, 403, 404, 409])

/** A side without orders has the price 0: that is no quote to measure an order by. */
function toQuote({ T, S, bp, ap, t }: WireMarketMessage): Quote | undefined {
  return T !== 'q' || S === undefined || t === undefined || bp === undefined || ap === undefined || bp === '0' || ap === '0' ? undefined : { symbol: S, bid: bp, ask: ap, time: t }
}

/** One attempt at a stream of quotes. What cannot be read is left out: a quote that does not come makes the price stale, and stale prices deny. */
export function openQuoteConnection(url: string, settings: QuoteConnectionSettings, clock: Clock, events: QuoteConnectionEvents): QuoteConnection {
  let ready = false
  const socket = openWatchedSocket(url, settings, clock, {
    onOpen: () => { socket.enter('greeting') },
    onMessage: (message) => {
      const parsed = marketMessagesSchema.safeParse(message)
      if (!parsed.success) return
      const quotes: Quote[] = []
      for (const entry of parsed.data) {
        if (entry.T === 'q') {
          const quote = toQuote(entry)
          if (quote !== undefined) quotes.push(quote)
        } else control(entry)
      }
      if (quotes.length > 0) events.onQuotes(quotes)
    },
    onEnd: (end) => { events.onEnd(end) },
  })
  const control = ({ T, msg, code, quotes }: WireMarketMessage): void => {
    if (T === 'success' && msg === 'connected') {
      socket.enter('authorisation')
      socket.send({ action: 'auth', key: settings.keyId, secret: settings.secretKey })
    } else if (T === 'success' && msg === 'authenticated' && !ready) {
      ready = true
      socket.live()
      events.onReady()
    } else if (T === 'subscription') events.onSubscribed(quotes ?? [])
    else if (T === 'error' && code === OCCUPIED) socket.end('occupied', 'somebody streams market data with this key already')
    else if (T === 'error' && code !== undefined && REFUSED.has(code)) socket.end('refused', `Alpaca refused the stream of quotes with ${code}`)
  }
  return {
    subscribe: (symbols) => { if (ready) socket.send({ action: 'subscribe', quotes: symbols }) },
    unsubscribe: (symbols) => { if (ready) socket.send({ action: 'unsubscribe', quotes: symbols }) },
    close: () => { socket.close() },
  }
}
