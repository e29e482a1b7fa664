import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '@sluice/core'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'

/** How the next connection goes wrong: refused with 429, a handshake without end, silence after authenticate or listen, a refusal. */
export type ConnectFault = 'refuse' | 'black_hole' | 'never_authenticate' | 'never_listen' | 'unauthorized'
/** What becomes of a frame. `swap`: it comes after the next one. */
export type FrameFault = 'duplicate' | 'skip' | 'swap' | 'not_json' | 'data_null' | 'array' | 'no_order'

/** The `trade_updates` side of the fake, and its faults. */
export interface FakeStream {
  /** Cuts every connection. */
  drop(): void
  /** The line stays up and nothing crosses it any more, pongs included. */
  halfOpen(): void
  /** Frames are thrown away while it is on; pings are answered. */
  mute(on: boolean): void
  /** One fault for each of the next connections. */
  onConnect(...faults: readonly ConnectFault[]): void
  /** One fault for each of the next frames; `undefined` lets one pass. */
  onFrame(...faults: readonly (FrameFault | undefined)[]): void
  /** Forgets the faults that have not struck yet. */
  clear(): void
  /** Connections that are listening. */
  listening(): number
  /** Connections ever tried. */
  attempts(): number
}

export interface FakeStreamOptions {
  readonly server: Server
  readonly clock: Clock
  readonly keyId: string
  readonly secretKey: string
  /** Binary frames, as paper sends them, or text, as live does. */
  readonly binary: boolean
  /** How long a half-dead connection keeps its place, in ms. */
  readonly ghostTime: number
}

interface Connection {
  readonly socket: WebSocket
  readonly fault: ConnectFault | undefined
  authorized: boolean
  listening: boolean
  dead: boolean
}

function describe(data: RawData): Record<string, unknown> | undefined {
  try {
    return JSON.parse((data as Buffer).toString('utf8')) as Record<string, unknown>
  } catch {
    return undefined
  }
}

export interface FakeStreamHandle extends FakeStream {
  publish(data: object): void
  close(): void
}

export function startFakeStream(options: FakeStreamOptions): FakeStreamHandle {
  const { clock, server } = options
  const sockets = new WebSocketServer({ noServer: true })
  const connections = new Set<Connection>()
  const holes = new Set<Duplex>()
  const halfDead = new Set<WebSocket>()
  let connectFaults: ConnectFault[] = []
  let frameFaults: (FrameFault | undefined)[] = []
  let swapped: object | undefined
  let isMute = false
  let attempts = 0

  const write = (connection: Connection, text: string): void => {
    if (connection.dead) return
    connection.socket.send(options.binary ? Buffer.from(text) : text)
  }
  const answer = (connection: Connection, stream: string, data: object): void => { write(connection, JSON.stringify({ stream, data })) }
  const authenticate = (connection: Connection, message: Record<string, unknown>): void => {
    const data = (message['data'] ?? {}) as Record<string, unknown>
    const [key, secret] = [message['key'] ?? data['key_id'], message['secret'] ?? data['secret_key']]
    if (connection.fault === 'never_authenticate') return
    connection.authorized = key === options.keyId && secret === options.secretKey && connection.fault !== 'unauthorized'
    answer(connection, 'authorization', { status: connection.authorized ? 'authorized' : 'unauthorized', action: 'authenticate' })
    if (!connection.authorized) connection.socket.close(1000)
  }
  const listen = (connection: Connection, message: Record<string, unknown>): void => {
    if (!connection.authorized) { answer(connection, 'authorization', { status: 'unauthorized', action: 'listen' }); return }
    if (connection.fault === 'never_listen') return
    const streams = ((message['data'] ?? {}) as Record<string, unknown>)['streams']
    connection.listening = Array.isArray(streams) && streams.includes('trade_updates')
    answer(connection, 'listening', { streams: connection.listening ? ['trade_updates'] : [] })
  }
  const accept = (socket: WebSocket, fault: ConnectFault | undefined): void => {
    const connection: Connection = { socket, fault, authorized: false, listening: false, dead: false }
    connections.add(connection)
    socket.on('message', (data) => {
      const message = connection.dead ? undefined : describe(data)
      if (message?.['action'] === 'auth' || message?.['action'] === 'authenticate') authenticate(connection, message)
      else if (message?.['action'] === 'listen') listen(connection, message)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => { if (!connection.dead) connections.delete(connection) })
  }
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url !== '/stream') return
    attempts += 1
    const fault = connectFaults.shift()
    // Whoever gives up resets the line.
    socket.on('error', () => undefined)
    if (fault === 'black_hole') { holes.add(socket); return }
    if (fault === 'refuse' || connections.size > 0) {
      socket.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (opened) => { accept(opened, fault) })
  }
  const frameOf = (data: object, fault: FrameFault | undefined): string[] => {
    const text = JSON.stringify({ stream: 'trade_updates', data })
    switch (fault) {
      case 'duplicate': return [text, text]
      case 'skip':
      case 'swap': return []
      case 'not_json': return ['{"stream":"trade_updates","data":{']
      case 'data_null': return ['{"stream":"trade_updates","data":null}']
      case 'array': return [`[${text}]`]
      case 'no_order': return ['{"stream":"trade_updates","data":{"event":"fill"}}']
      case undefined: return [text]
    }
  }
  server.on('upgrade', upgrade)

  return {
    publish: (data) => {
      if (isMute) return
      const fault = frameFaults.shift()
      const frames = frameOf(data, fault)
      if (swapped !== undefined) frames.push(...frameOf(swapped, undefined))
      swapped = fault === 'swap' ? data : undefined
      for (const connection of connections) if (connection.listening) for (const frame of frames) write(connection, frame)
    },
    drop: () => { for (const { socket } of connections) socket.terminate() },
    halfOpen: () => {
      for (const connection of connections) {
        connection.dead = true
        connection.socket.pause()
        halfDead.add(connection.socket)
        // It does not hear of its own end, and keeps its place until Alpaca loses patience.
        clock.setTimer(() => { connections.delete(connection) }, options.ghostTime)
      }
    },
    mute: (on) => { isMute = on },
    onConnect: (...faults) => { connectFaults.push(...faults) },
    onFrame: (...faults) => { frameFaults.push(...faults) },
    clear: () => {
      connectFaults = []
      frameFaults = []
      isMute = false
    },
    listening: () => [...connections].filter(({ listening, dead }) => listening && !dead).length,
    attempts: () => attempts,
    close: () => {
      connectFaults = []
      frameFaults = []
      for (const { socket } of connections) socket.terminate()
      for (const socket of halfDead) socket.terminate()
      for (const socket of holes) socket.destroy()
      sockets.close()
    },
  }
}
