import type { IncomingMessage } from 'node:http'
import type { Clock, Timer } from '@sluice/core'
import { type RawData, WebSocket } from 'ws'
import { describe } from '../describe.ts'

/**
 * Why a connection ended. `refused`: the key is not taken. `occupied`: there is one place for each key, and somebody has it; after a
 * crash that is our own dead connection, for a minute or two. Asking again at once makes both worse.
 */
export interface ConnectionEnd {
  readonly kind: 'lost' | 'refused' | 'occupied'
  readonly reason: string
}

export interface WatchedSocketSettings {
  readonly handshakeTimeout: number
  readonly pingInterval: number
  readonly pongTimeout: number
}

export interface WatchedSocketEvents {
  onOpen(): void
  /** A message as JSON; undefined when it is none. */
  onMessage(message: unknown): void
  /** Once, at the end, unless the end is ours. */
  onEnd(end: ConnectionEnd): void
}

/** A socket on which nothing may stay silent: each step of its opening has a watchdog, and silence after that is pinged. */
export interface WatchedSocket {
  /** The next step of the opening begins. */
  enter(step: string): void
  /** The opening is done. */
  live(): void
  send(message: object): void
  end(kind: ConnectionEnd['kind'], reason: string): void
  close(): void
  /** Stops reading, and so the sender, until `resume`. */
  pause(): void
  resume(): void
}

function parse(data: RawData): unknown {
  try {
    return JSON.parse((Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8'))
  } catch {
    return undefined
  }
}

export function openWatchedSocket(url: string, settings: WatchedSocketSettings, clock: Clock, events: WatchedSocketEvents): WatchedSocket {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  let watchdog: Timer | undefined
  let isLive = false
  let paused = false
  let ended = false

  const finish = (): void => {
    ended = true
    watchdog?.cancel()
    socket.terminate()
  }
  const end = (kind: ConnectionEnd['kind'], reason: string): void => {
    if (ended) return
    finish()
    events.onEnd({ kind, reason })
  }
  const watch = (delay: number, work: () => void): void => {
    watchdog?.cancel()
    watchdog = clock.setTimer(work, delay, true)
  }
  const enter = (step: string): void => {
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

  enter('handshake')
  socket.on('open', () => { if (!ended) events.onOpen() })
  socket.on('message', (data) => {
    if (ended) return
    if (isLive) listenOn()
    events.onMessage(parse(data))
  })
  socket.on('pong', () => { if (isLive && !ended) listenOn() })
  socket.on('unexpected-response', (_request, response: IncomingMessage) => {
    const { statusCode = 0 } = response
    end(statusCode === 429 ? 'occupied' : statusCode === 401 || statusCode === 403 ? 'refused' : 'lost', `Alpaca answered the handshake with ${statusCode}`)
  })
  socket.on('error', (error) => { end('lost', describe(error)) })
  socket.on('close', (code) => { end('lost', `the connection was closed with ${code}`) })

  return {
    enter, end,
    live: () => {
      isLive = true
      listenOn()
    },
    send: (message) => { socket.send(JSON.stringify(message)) },
    close: finish,
    pause: () => { paused = true; socket.pause() },
    resume: () => { paused = false; socket.resume() },
  }
}
