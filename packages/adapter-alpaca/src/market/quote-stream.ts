import type { Clock, Logger, Quote, Timer } from '@sluice/core'
import { createRetryDelay, type RetryPauses } from '../stream/retry-delay.ts'
import { openQuoteConnection, type QuoteConnection, type QuoteConnectionSettings } from './quote-connection.ts'

export interface QuoteStreamOptions {
  readonly url: string
  readonly settings: QuoteConnectionSettings & RetryPauses
  readonly clock: Clock
  readonly logger: Logger
  /** Quotes of one symbol are passed on at most once in so many ms, the latest of them. */
  readonly conflate: number
  readonly emit: (quote: Quote) => void
}

/** One stream of quotes, open while somebody watches a symbol. */
export interface QuoteStream {
  /** Counted: a symbol leaves when everybody who asked for it has. */
  add(symbols: readonly string[]): void
  remove(symbols: readonly string[]): void
  /** Alpaca has confirmed that it sends the symbol's quotes, and the connection stands. */
  covers(symbol: string): boolean
  close(): void
}

export function createQuoteStream({ url, settings, clock, logger, conflate, emit }: QuoteStreamOptions): QuoteStream {
  const watchers = new Map<string, number>()
  const latest = new Map<string, Quote>()
  const retries = createRetryDelay(settings, clock)
  let covered = new Set<string>()
  let connection: QuoteConnection | undefined
  let timer: Timer | undefined
  let flush: Timer | undefined
  let closed = false

  const drop = (): void => {
    covered = new Set()
    latest.clear()
    flush?.cancel()
    flush = undefined
  }
  const passOn = (): void => {
    flush = undefined
    const quotes = [...latest.values()]
    latest.clear()
    for (const quote of quotes) emit(quote)
  }
  const open = (): void => {
    timer = undefined
    connection = openQuoteConnection(url, settings, clock, {
      onReady: () => {
        retries.reset()
        connection?.subscribe([...watchers.keys()])
      },
      onSubscribed: (symbols) => { covered = new Set(symbols) },
      onQuotes: (quotes) => {
        for (const quote of quotes) if (watchers.has(quote.symbol)) latest.set(quote.symbol, quote)
        if (latest.size > 0) flush ??= clock.setTimer(passOn, conflate)
      },
      onEnd: ({ kind, reason }) => {
        connection = undefined
        drop()
        if (closed || watchers.size === 0) return
        const delay = retries.after({ kind, reason })
        logger.warn('the stream of quotes ended; quotes are asked for until it is back', { reason, delay: Math.round(delay) })
        timer = clock.setTimer(open, delay)
      },
    })
  }
  const shut = (): void => {
    timer?.cancel()
    timer = undefined
    connection?.close()
    connection = undefined
    drop()
  }

  return {
    add: (symbols) => {
      if (closed) return
      const fresh = symbols.filter((symbol) => !watchers.has(symbol))
      for (const symbol of symbols) watchers.set(symbol, (watchers.get(symbol) ?? 0) + 1)
      if (connection === undefined && timer === undefined) open()
      else if (fresh.length > 0) connection?.subscribe(fresh)
    },
    remove: (symbols) => {
      const gone: string[] = []
      for (const symbol of symbols) {
        const left = (watchers.get(symbol) ?? 0) - 1
        if (left > 0) watchers.set(symbol, left)
        else if (watchers.delete(symbol)) gone.push(symbol)
      }
      if (watchers.size === 0) shut()
      else if (gone.length > 0) connection?.unsubscribe(gone)
    },
    covers: (symbol) => covered.has(symbol),
    close: () => {
      closed = true
      watchers.clear()
      shut()
    },
  }
}
