import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StoredEvent, StreamItem } from '@sluice/core'
import { type EventRelay, startEventRelay } from '@sluice/events'
import { socketIoSink, type SocketIoSink, type SocketIoSinkOptions } from '@sluice/events/socketio'
import { type EventFollower, followEvents, type FollowEventsOptions } from '@sluice/events/socketio/client'
import { Server, type ServerOptions } from 'socket.io'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { onTestFinished } from 'vitest'
import { type History, makeHistory } from './make-history.ts'

interface User {
  readonly id: string
  readonly accounts: readonly string[] | '*'
  readonly rights?: readonly string[]
}

/** A server with the sink, users who may connect, and GET /events as a function. */
export interface OpenSockets {
  readonly server: Server
  readonly sink: SocketIoSink
  readonly relay: EventRelay
  readonly history: History
  /** By token. Take one out, and it is revoked. */
  readonly users: Map<string, User>
  /** How often somebody was asked who they are. */
  readonly asked: () => number
  connect(token: string, options?: Partial<ManagerOptions & SocketOptions>): Socket
  /** Events as the API would give them to the user. */
  read(token: string): FollowEventsOptions['history']
  follow(token: string, accounts: readonly string[], options?: Partial<FollowEventsOptions> & { readonly socket?: Socket }): Follower
}

interface Follower extends EventFollower {
  readonly socket: Socket
  readonly items: StreamItem[]
}

/** The rule of GET /events for the global account. */
function isVisible({ accounts }: User, item: StreamItem): boolean {
  if (accounts === '*') return true
  if (item.type === 'limits_changed') return false
  const scope = item.type === 'kill_switch_changed' ? item.data.scope : 'global'
  return !scope.startsWith('account:') || accounts.includes(scope.slice('account:'.length))
}

export async function openSockets(options: { readonly server?: Partial<ServerOptions>; readonly sink?: Partial<SocketIoSinkOptions>; readonly history?: History } = {}): Promise<OpenSockets> {
  const http = createServer()
  const server = new Server(http, { serveClient: false, ...options.server })
  const users = new Map<string, User>()
  let asked = 0
  const sink = socketIoSink({
    io: server, maximumConnections: 1000,
    authenticate: ({ auth }) => { asked += 1; return users.get(String(auth['token']).replace(/^zqcanary-/, '')) ?? null },
    ...options.sink,
  })
  const history = options.history ?? makeHistory()
  const relay = await startEventRelay({ service: history.service, journal: history.journal, sinks: [sink], onAlert: () => undefined })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const sockets: Socket[] = []
  onTestFinished(async () => {
    for (const socket of sockets) socket.disconnect()
    await relay.close()
    await server.close()
  })

  const connect: OpenSockets['connect'] = (token, given) => {
    const socket = io(`http://127.0.0.1:${port}/sluice`, { auth: { token: `zqcanary-${token}` }, transports: ['websocket'], forceNew: true, reconnectionDelay: 5, reconnectionDelayMax: 20, timeout: 500, ...given })
    sockets.push(socket)
    return socket
  }
  const read: OpenSockets['read'] = (token) => async function* readAll({ account, after, signal }) {
    const user = users.get(token)
    if (user === undefined || (user.accounts !== '*' && !user.accounts.includes(account))) throw new Error('404')
    const cursor = new Map(after.split(',').map((part) => { const [name = '', sequence] = part.split(':'); return [name, Number(sequence)] as const }))
    const stop = new AbortController()
    const queue: StreamItem[] = []
    let wake = (): void => undefined
    const onAbort = (): void => { stop.abort(); wake() }
    signal.addEventListener('abort', onAbort)
    for (const [name, sequence] of cursor) {
      void (async () => {
        for await (const item of history.service.events({ account: name, after: sequence, signal: stop.signal })) {
          if (item.account !== '*' || isVisible(user, item)) queue.push(item)
          wake()
        }
      })()
    }
    try {
      while (!stop.signal.aborted) {
        const item = queue.shift()
        if (item !== undefined) yield item
        else await new Promise<void>((resolve) => { wake = resolve })
      }
    } finally {
      onAbort()
    }
  }
  return {
    server, sink, relay, history, users, connect, read,
    asked: () => asked,
    follow: (token, accounts, { socket = connect(token), ...rest } = {}) => {
      const items: StreamItem[] = []
      const follower = followEvents({ socket, accounts, history: read(token), onItem: (item) => { items.push(item) }, retryDelay: 20, ...rest })
      return Object.assign(Object.create(follower) as EventFollower, { socket, items })
    },
  }
}

/** Waits, turn by turn, until it holds. The test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => { setTimeout(resolve, 2) })
}

export const kill = (scope: string, epoch: number): Pick<StoredEvent, 'type' | 'data'> => ({
  type: 'kill_switch_changed', data: { action: 'engage', scope, level: 'no_new', epoch, reason: 'test', actor: 'test' },
} as Pick<StoredEvent, 'type' | 'data'>)
