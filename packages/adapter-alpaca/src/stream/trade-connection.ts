import type { IncomingMessage } from 'node:http'
import type { Clock, Timer } from '@sluice/core'
import { type RawData, WebSocket } from 'ws'
import { describe } from '../describe.ts'
import type { AlpacaSettings } from '../options.ts'
import { frameSchema } from '../rest/wire.ts'

/**
 * Why a connection ended. `refused`: the key is not taken. `occupied`: there is one place for each key, and somebody has it; after a
 * crash that is our own dead connection, for a minute or two. Asking again at once makes both worse.
 */
export interface ConnectionEnd {
  readonly kind: 'lost' | 'refused' | 'occupied'
  readonly reason: string
}

/** What one connection tells; each call back comes in the tick of its cause. */
export interface TradeConnectionEvents {
  /** Alpaca has acknowledged that it sends trade updates. */
  onReady(): void
  /** The data of one `trade_updates` frame, unread; undefined for a frame that is none. */
  onFrame(data: unknown): void
  /** Once, at the end. */
  onEnd(end: ConnectionEnd): void
}

export interface TradeConnection {
  close(): void
  /** Stops reading, and so the sender, until `resume`. */
  pause(): void
  resume(): void
}

type Step = 'handshake' | 'authorisation' | 'acknowledgement' | 'listening'

function parse(data: RawData): ReturnType<typeof frameSchema.safeParse> | undefined {
  try {
    return frameSchema.safeParse(JSON.parse((Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8')))
  } catch {
    return undefined
  }
}

/** One attempt at the stream: handshake, authorisation, listen, each with a watchdog; then frames, and pings into silence. */
export function openTradeConnection(settings: AlpacaSettings, clock: Clock, events: TradeConnectionEvents): TradeConnection {
  const socket = new WebSocket(settings.streamUrl, { perMessageDeflate: false })
  let step: Step = 'handshake'
  let watchdog: Timer | undefined
  let paused = false
  let ended = false

  const end = (kind: ConnectionEnd['kind'], reason: string): void => {
    if (ended) return
    ended = true
    watchdog?.cancel()
    socket.terminate()
    events.onEnd({ kind, reason })
  }
  const watch = (delay: number, work: () => void): void => {
    watchdog?.cancel()
    watchdog = clock.setTimer(work, delay, true)
  }
  const enter = (next: Step): void => {
    step = next
    watch(settings.handshakeTimeout, () => { end('lost', `no ${step} within ${settings.handshakeTimeout} ms`) })
  }
  /** Any sign of life begins the silence anew. */
  const listenOn = (): void => {
    watch(settings.pingInterval, () => {
      if (paused) { listenOn(); return }
      socket.ping()
      watch(settings.pongTimeout, () => { end('lost', `no pong within ${settings.pongTimeout} ms`) })
    })
  }
  const send = (message: object): void => { socket.send(JSON.stringify(message)) }
  const receive = (data: RawData): void => {
    if (ended) return
    if (step === 'listening') listenOn()
    const frame = parse(data)
    if (frame?.success !== true) { if (step === 'listening') events.onFrame(undefined); return }
    const { stream, data: content } = frame.data
    const details = (typeof content === 'object' && content !== null ? content : {}) as { readonly status?: unknown; readonly streams?: unknown }
    if (stream === 'authorization') {
      if (details.status !== 'authorized') { end('refused', 'Alpaca refused the key'); return }
      if (step !== 'authorisation') return
      enter('acknowledgement')
      send({ action: 'listen', data: { streams: ['trade_updates'] } })
    } else if (stream === 'listening') {
      if (!Array.isArray(details.streams) || !details.streams.includes('trade_updates')) { end('refused', 'Alpaca does not send trade updates'); return }
      if (step === 'listening') return
      step = 'listening'
      listenOn()
      events.onReady()
    } else if (stream === 'trade_updates') events.onFrame(content)
  }

  enter('handshake')
  socket.on('open', () => {
    enter('authorisation')
    send({ action: 'authenticate', data: { key_id: settings.keyId, secret_key: settings.secretKey } })
  })
  socket.on('message', receive)
  socket.on('pong', () => { if (step === 'listening' && !ended) listenOn() })
  socket.on('unexpected-response', (_request, response: IncomingMessage) => {
    const { statusCode = 0 } = response
    end(statusCode === 429 ? 'occupied' : statusCode === 401 || statusCode === 403 ? 'refused' : 'lost', `Alpaca answered the handshake with ${statusCode}`)
  })
  socket.on('error', (error) => { end('lost', describe(error)) })
  socket.on('close', (code) => { end('lost', `the connection was closed with ${code}`) })

  return {
    close: () => {
      ended = true
      watchdog?.cancel()
      socket.terminate()
    },
    pause: () => { paused = true; socket.pause() },
    resume: () => { paused = false; socket.resume() },
  }
}
