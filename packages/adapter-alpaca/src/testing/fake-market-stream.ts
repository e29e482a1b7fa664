import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'

/** How the next connection to quotes goes wrong: an error of Alpaca's, or silence where an answer was due. */
export type QuoteFault = 'connection_limit' | 'unauthorized' | 'no_subscription' | 'silent'

/** The market data side of the fake: streams of quotes for shares and crypto. */
export interface FakeQuotes {
  /** Cuts every connection. */
  drop(): void
  /** One fault for each of the next connections. */
  onConnect(...faults: readonly QuoteFault[]): void
  /** Symbols that somebody listens to now. */
  subscribed(): readonly string[]
  /** Connections ever tried. */
  attempts(): number
  /** Sends a text as it is to everybody. */
  send(text: string): void
}

export interface FakeQuotesHandle extends FakeQuotes {
  publish(symbol: string, quote: Readonly<Record<string, unknown>>): void
  close(): void
}

interface Listener {
  readonly socket: WebSocket
  readonly symbols: Set<string>
  authorized: boolean
}

const PATHS: ReadonlySet<string> = new Set(['/v2/iex', '/v2/sip', '/v1beta3/crypto/us'])
const ERRORS: Readonly<Record<Exclude<QuoteFault, 'silent'>, readonly [code: number, message: string]>> = {
  connection_limit: [406, 'connection limit exceeded'], unauthorized: [402, 'auth failed'], no_subscription: [409, 'insufficient subscription'],
}

export function startFakeQuotes({ server, secretOf }: { readonly server: Server; readonly secretOf: (keyId: string) => string | undefined }): FakeQuotesHandle {
  const sockets = new WebSocketServer({ noServer: true })
  const listeners = new Set<Listener>()
  const faults: QuoteFault[] = []
  let attempts = 0

  const say = ({ socket }: Listener, message: object): void => { socket.send(JSON.stringify([message])) }
  const fail = (listener: Listener, fault: Exclude<QuoteFault, 'silent'>): void => {
    const [code, msg] = ERRORS[fault]
    say(listener, { T: 'error', code, msg })
    listener.socket.close(1000)
  }
  const receive = (listener: Listener, message: Readonly<Record<string, unknown>>, fault: QuoteFault | undefined): void => {
    if (message['action'] === 'auth') {
      if (fault === 'silent') return
      if (fault !== undefined) { fail(listener, fault); return }
      if (typeof message['secret'] !== 'string' || message['secret'] !== secretOf(String(message['key']))) { fail(listener, 'unauthorized'); return }
      listener.authorized = true
      say(listener, { T: 'success', msg: 'authenticated' })
      return
    }
    if (!listener.authorized) { fail(listener, 'unauthorized'); return }
    const quotes = Array.isArray(message['quotes']) ? message['quotes'].map(String) : []
    for (const symbol of quotes) {
      if (message['action'] === 'subscribe') listener.symbols.add(symbol)
      else listener.symbols.delete(symbol)
    }
    say(listener, { T: 'subscription', trades: [], quotes: [...listener.symbols], bars: [] })
  }
  const accept = (socket: WebSocket): void => {
    const fault = faults.shift()
    const listener: Listener = { socket, symbols: new Set(), authorized: false }
    listeners.add(listener)
    socket.on('close', () => { listeners.delete(listener) })
    socket.on('error', () => undefined)
    socket.on('message', (data: RawData) => { receive(listener, JSON.parse((data as Buffer).toString('utf8')) as Record<string, unknown>, fault) })
    say(listener, { T: 'success', msg: 'connected' })
  }
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!PATHS.has(request.url ?? '')) {
      if (request.url !== '/stream') socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    attempts += 1
    socket.on('error', () => undefined)
    sockets.handleUpgrade(request, socket, head, accept)
  })

  return {
    publish: (symbol, quote) => { for (const listener of listeners) if (listener.symbols.has(symbol)) say(listener, { T: 'q', S: symbol, ...quote }) },
    drop: () => { for (const { socket } of listeners) socket.terminate() },
    onConnect: (...next) => { faults.push(...next) },
    subscribed: () => [...new Set([...listeners].flatMap(({ symbols }) => [...symbols]))],
    attempts: () => attempts,
    send: (text) => { for (const { socket } of listeners) socket.send(text) },
    close: () => {
      for (const { socket } of listeners) socket.terminate()
      sockets.close()
    },
  }
}
