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
  /** Cuts the connection. */
  drop(): void
  /** The line stays up and nothing crosses it any more, pongs included. */
  halfOpen(): void
  /** Frames are thrown away while it is on; pings are answered. */
  mute(on: boolean): void
  /** One fault for each of the next connections, whosever they are. */
  onConnect(...faults: readonly ConnectFault[]): void
  /** One fault for each of the next frames; `undefined` lets one pass. */
  onFrame(...faults: readonly (FrameFault | undefined)[]): void
  /** Forgets the faults that have not struck yet. */
  clear(): void
  /** The faults that have struck, in order. */
  struck(): readonly (ConnectFault | FrameFault)[]
  /** Connections that are listening. */
  listening(): number
  /** Connections ever tried. */
  attempts(): number
}

export interface FakeStreamsOptions {
  readonly clock: Clock
  /** The secret of each key. */
  readonly secrets: ReadonlyMap<string, string>
  /** Binary frames, as paper sends them, or text, as live does. */
  readonly binary: boolean
  /** How long a half-dead connection keeps its place, in ms. */
  readonly ghostTime: number
}

interface Connection {
  readonly socket: WebSocket
  readonly fault: ConnectFault | undefined
  /** Known once it is authorised. */
  keyId: string | undefined
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
}

/** The streams of all accounts: a connection belongs to one as soon as it has said its key. */
export interface FakeStreams {
  readonly size: number
  of(keyId: string): FakeStreamHandle
  attach(server: Server): void
  close(): void
}

function framesOf(data: object, fault: FrameFault | undefined): string[] {
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

export function startFakeStreams(options: FakeStreamsOptions): FakeStreams {
  const { clock, secrets } = options
  const sockets = new WebSocketServer({ noServer: true })
  const connections = new Set<Connection>()
  const holes = new Set<Duplex>()
  const halfDead = new Set<WebSocket>()
  const struckAtConnect: ConnectFault[] = []
  let connectFaults: ConnectFault[] = []
  let attempts = 0

  const write = (connection: Connection, text: string): void => {
    if (connection.dead) return
    connection.socket.send(options.binary ? Buffer.from(text) : text)
  }
  const answer = (connection: Connection, stream: string, data: object): void => { write(connection, JSON.stringify({ stream, data })) }
  const authenticate = (connection: Connection, message: Record<string, unknown>): void => {
    const data = (message['data'] ?? {}) as Record<string, unknown>
    const [key, secret] = [String(message['key'] ?? data['key_id']), message['secret'] ?? data['secret_key']]
    if (connection.fault === 'never_authenticate') return
    // Only here it shows whose place is wanted: with several accounts a second one of the same key cannot be refused before.
    if ([...connections].some((other) => other !== connection && other.keyId === key)) { connection.socket.close(1008); return }
    const isAuthorized = secrets.has(key) && secret === secrets.get(key) && connection.fault !== 'unauthorized'
    if (isAuthorized) connection.keyId = key
    answer(connection, 'authorization', { status: isAuthorized ? 'authorized' : 'unauthorized', action: 'authenticate' })
    if (!isAuthorized) connection.socket.close(1000)
  }
  const listen = (connection: Connection, message: Record<string, unknown>): void => {
    if (connection.keyId === undefined) { answer(connection, 'authorization', { status: 'unauthorized', action: 'listen' }); return }
    if (connection.fault === 'never_listen') return
    const streams = ((message['data'] ?? {}) as Record<string, unknown>)['streams']
    connection.listening = Array.isArray(streams) && streams.includes('trade_updates')
    answer(connection, 'listening', { streams: connection.listening ? ['trade_updates'] : [] })
  }
  const accept = (socket: WebSocket, fault: ConnectFault | undefined): void => {
    const connection: Connection = { socket, fault, keyId: undefined, listening: false, dead: false }
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
    if (fault !== undefined) struckAtConnect.push(fault)
    // Whoever gives up resets the line.
    socket.on('error', () => undefined)
    if (fault === 'black_hole') { holes.add(socket); return }
    if (fault === 'refuse' || connections.size >= secrets.size) {
      socket.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (opened) => { accept(opened, fault) })
  }
  const streamOf = (keyId: string): FakeStreamHandle => {
    const struckFrames: FrameFault[] = []
    let frameFaults: (FrameFault | undefined)[] = []
    let swapped: object | undefined
    let isMute = false
    // With one account a connection is its own from the first moment.
    const own = (): Connection[] => [...connections].filter((connection) => connection.keyId === keyId || (connection.keyId === undefined && secrets.size === 1))
    return {
      publish: (data) => {
        if (isMute) return
        const fault = frameFaults.shift()
        if (fault !== undefined && own().some(({ listening }) => listening)) struckFrames.push(fault)
        const frames = framesOf(data, fault)
        if (swapped !== undefined) frames.push(...framesOf(swapped, undefined))
        swapped = fault === 'swap' ? data : undefined
        for (const connection of own()) if (connection.listening) for (const frame of frames) write(connection, frame)
      },
      drop: () => { for (const { socket } of own()) socket.terminate() },
      halfOpen: () => {
        for (const connection of own()) {
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
      struck: () => [...struckAtConnect, ...struckFrames],
      listening: () => own().filter(({ listening, dead }) => listening && !dead).length,
      attempts: () => attempts,
    }
  }
  const streams = new Map([...secrets.keys()].map((keyId) => [keyId, streamOf(keyId)]))

  return {
    size: secrets.size,
    of: (keyId) => streams.get(keyId) ?? streamOf(keyId),
    attach: (server) => { server.on('upgrade', upgrade) },
    close: () => {
      for (const stream of streams.values()) stream.clear()
      for (const { socket } of connections) socket.terminate()
      for (const socket of halfDead) socket.terminate()
      for (const socket of holes) socket.destroy()
      sockets.close()
    },
  }
}
