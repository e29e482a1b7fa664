import { nodeTransport } from './rest/node-transport.ts'
import type { AlpacaTransport } from './rest/transport.ts'

export interface AlpacaBrokerOptions {
  /** `paper` is play money; `live` turns on the strict profile of the service. */
  readonly environment: 'paper' | 'live'
  /** API key id of the account. */
  readonly keyId: string
  /** Its secret. Sent in headers and in the stream's first message, nowhere else. */
  readonly secretKey: string
  /** Base of the trading API. Default: Alpaca's host for the environment. */
  readonly url?: string
  /** The stream of trade updates. Default: `/stream` of the trading host. */
  readonly streamUrl?: string
  /** Base of the market data API. Default `https://data.alpaca.markets`. */
  readonly dataUrl?: string
  /** How long an answer may take before the outcome is unknown, in ms. Default 8000. */
  readonly requestTimeout?: number
  /** Requests in a minute until Alpaca's headers say otherwise. Default 200. */
  readonly requestsPerMinute?: number
  /** How many of them are kept for cancels and look-ups. Default 20. */
  readonly reservedRequests?: number
  /** How long an order may wait for its turn under the limit before it is not sent at all, in ms. Default 2000. */
  readonly longestQueue?: number
  /** How long an accepted order may stay invisible to look-ups, in ms: what "not found" proves begins after it. Default 15000. */
  readonly visibilityLag?: number
  /** How long a change may take to be in force or refused before its outcome is unknown, in ms. Default 5000. */
  readonly replaceTimeout?: number
  /** Silence on the stream after which it is pinged, in ms. Default 5000. */
  readonly pingInterval?: number
  /** How long a handshake, an authorisation or a pong may take, in ms. Default 10000, for pongs 3000. */
  readonly handshakeTimeout?: number
  readonly pongTimeout?: number
  /** First and longest pause before the stream is opened again, in ms. Defaults 500 and 30000. */
  readonly firstRetry?: number
  readonly longestRetry?: number
  /** Pause after Alpaca refused the connection or the keys, in ms: a half-dead socket holds the one place for about 90 s. Default 90000. */
  readonly refusedRetry?: number
  /** How long `connect` waits for the one place when somebody has it, as after a crash, in ms. Default 120000. */
  readonly connectPatience?: number
  /**
   * How watched symbols get their quotes: `poll` asks by REST, `stream` listens for shares and crypto and asks while the stream is down.
   * Most plans have one place on the stream for each account: whoever has it keeps the next one out. Default `poll`.
   */
  readonly quotes?: 'poll' | 'stream'
  /** Base of the streams of quotes. Default: Alpaca's host, or the host of `dataUrl` where that is given. */
  readonly quoteStreamUrl?: string
  /** Which shares feed is streamed: `sip` needs a paid plan. Default `iex`. */
  readonly stockFeed?: 'iex' | 'sip'
  /** How often watched symbols are asked for their quotes, in ms. Default 1000. */
  readonly quoteInterval?: number
  /** Streamed quotes of a symbol are passed on once in so many ms, the latest of them. Default 100. */
  readonly quoteConflation?: number
  /** How often open orders are held against what the stream told, in ms. Default 60000. */
  readonly auditInterval?: number
  /** How requests travel. Default: kept-alive connections of `node:http`. */
  readonly transport?: AlpacaTransport
}

export type AlpacaSettings = Required<AlpacaBrokerOptions>

const HOSTS = { paper: 'paper-api.alpaca.markets', live: 'api.alpaca.markets' } as const

/** @throws RangeError when an option makes no sense */
export function resolveOptions(options: AlpacaBrokerOptions): AlpacaSettings {
  const { environment, keyId, secretKey } = options
  if (environment !== 'paper' && environment !== 'live') throw new RangeError('environment must be "paper" or "live"')
  if (keyId === '' || secretKey === '') throw new RangeError('keyId and secretKey must not be empty')
  const url = (options.url ?? `https://${HOSTS[environment]}`).replace(/\/+$/, '')
  const quoteStreamUrl = options.dataUrl?.replace(/\/+$/, '').replace(/^http/, 'ws') ?? 'wss://stream.data.alpaca.markets'
  return {
    quotes: 'poll', stockFeed: 'iex', quoteConflation: 100, quoteStreamUrl, dataUrl: 'https://data.alpaca.markets', requestTimeout: 8000, requestsPerMinute: 200, reservedRequests: 20, longestQueue: 2000, visibilityLag: 15_000,
    replaceTimeout: 5000, pingInterval: 5000, handshakeTimeout: 10_000, pongTimeout: 3000, firstRetry: 500, longestRetry: 30_000, refusedRetry: 90_000, auditInterval: 60_000, quoteInterval: 1000, connectPatience: 120_000,
    streamUrl: `${url.replace(/^http/, 'ws')}/stream`, transport: nodeTransport(), ...options, url,
  }
}
