import { type Clock, GLOBAL_ACCOUNT, silentLogger, SluiceError, type StreamItem, systemClock, type Timer } from '@sluice/core'
import type { Namespace, Server, Socket } from 'socket.io'
import type { EventSink, SinkContext } from '../sink/event-sink.ts'
import { type Audience, audienceOf } from './audience.ts'
import { openGate } from './gatekeeper.ts'
import { createGlobalVisibility } from './global-visibility.ts'
import { type AccountHead, type Batch, BATCH, type Hello, HELLO } from './protocol.ts'
import type { AuthenticateSocket, SocketPrincipal } from './socket-principal.ts'

export interface SocketIoSinkOptions {
  /** The server of the host. */
  readonly io: Server
  /** Says who connects. Required: nobody gets in without it. */
  readonly authenticate: AuthenticateSocket
  /** A namespace of its own; what the host does in others is untouched. Default `/sluice`. */
  readonly namespace?: string
  /** Default `socketio`. */
  readonly name?: string
  /** How long `authenticate` may take, in ms. Default 2 000. */
  readonly authenticateWithin?: number
  /** How often `authenticate` is asked again about sockets that are open, in ms; 0: never. Default 60 000. */
  readonly reauthenticateEvery?: number
  /** Sockets of one principal at most, in this process. Default 8. */
  readonly maximumConnections?: number
  readonly clock?: Clock
  /** Packets that may wait for a slow reader; it is cut then, comes back and heals. Default 1 024. */
  readonly maximumQueued?: number
}

/** A live view for sockets: it begins with what comes, and its readers fetch what they missed from `GET /events`. */
export interface SocketIoSink extends EventSink {
  /** Cuts every socket of a principal, in all processes of a cluster. They come back only if `authenticate` knows them. */
  revoke(principalId: string): void
}

const EVERYONE = 'everyone'
const EVERYWHERE = 'everywhere'
const accountRoom = (account: string): string => `account:${account}`
const principalRoom = (id: string): string => `principal:${id}`

function roomsOf(audience: Audience): string[] {
  if (audience === 'all') return [EVERYONE]
  return audience === 'everywhere' ? [EVERYWHERE] : [accountRoom(audience.account), EVERYWHERE]
}

/** Neighbours that the same readers may see go together. */
function runsOf(items: readonly StreamItem[]): { readonly audience: Audience; readonly items: StreamItem[] }[] {
  const runs: { audience: Audience; items: StreamItem[] }[] = []
  for (const item of items) {
    const audience = audienceOf(item)
    const last = runs.at(-1)
    if (last?.audience === 'all' && audience === 'all') last.items.push(item)
    else runs.push({ audience, items: [item] })
  }
  return runs
}

/**
 * Events to Socket.IO rooms, one for each account, joined by the server after authentication only.
 * @throws SluiceError CONFIGURATION_INVALID without `authenticate`
 */
export function socketIoSink(options: SocketIoSinkOptions): SocketIoSink {
  const { io, authenticate, namespace: path = '/sluice', name = 'socketio', authenticateWithin = 2000, reauthenticateEvery = 60_000, maximumConnections = 8, maximumQueued = 1024, clock = systemClock } = options
  if (typeof authenticate !== 'function') throw new SluiceError('CONFIGURATION_INVALID', 'socketIoSink needs authenticate: a function that says who connects')
  const namespace: Namespace = io.of(path)
  const visibility = createGlobalVisibility()
  const timers = new Map<string, Timer>()
  let context: SinkContext | undefined

  const headsFor = (principal: SocketPrincipal): Hello => {
    const known = context?.accounts() ?? []
    const accounts = principal.accounts === '*' ? known.filter((account) => account !== GLOBAL_ACCOUNT) : principal.accounts
    const heads = accounts.map((account): [string, AccountHead] => {
      const head = context?.head(account) ?? 0
      return [account, { head, last: head, visible: head }]
    })
    return { accounts: Object.fromEntries([...heads, [GLOBAL_ACCOUNT, visibility.headFor(principal, context?.head(GLOBAL_ACCOUNT) ?? 0)]]) }
  }
  const admit = (socket: Socket, principal: SocketPrincipal): void => {
    const { accounts, id } = principal
    void socket.join([EVERYONE, principalRoom(id), ...(accounts === '*' ? [EVERYWHERE] : accounts.filter((account) => account !== GLOBAL_ACCOUNT).map(accountRoom))])
    socket.on(HELLO, (answer: unknown) => { if (typeof answer === 'function') (answer as (hello: Hello) => void)(headsFor(principal)) })
    socket.emit(HELLO, headsFor(principal))
  }
  const cutSlow = (): void => {
    for (const socket of namespace.sockets.values()) {
      const { writeBuffer } = socket.conn as unknown as { readonly writeBuffer?: readonly unknown[] }
      // At once: a polite close would wait for what it does not read.
      if ((writeBuffer?.length ?? 0) > maximumQueued) socket.conn.close(true)
    }
  }
  const repeat = (what: string, interval: number, act: () => void): void => {
    const again = (): void => { timers.set(what, clock.setTimer(() => { act(); again() }, interval)) }
    if (interval > 0) again()
  }
  const sendGlobal = (items: readonly StreamItem[], before: number): void => {
    visibility.note(items)
    let after = before
    for (const run of runsOf(items)) {
      const through = (run.items.at(-1) as StreamItem).sequence
      const batch: Batch = { account: GLOBAL_ACCOUNT, after, through, items: run.items }
      const rooms = roomsOf(run.audience)
      namespace.to(rooms).emit(BATCH, batch)
      if (run.audience !== 'all') namespace.to(EVERYONE).except(rooms).emit(BATCH, { ...batch, items: [] })
      after = through
    }
  }
  const gate = openGate({
    namespace, authenticate, clock, authenticateWithin, maximumConnections, admit, logger: () => context?.logger ?? silentLogger, isOpen: () => context !== undefined,
  })

  return {
    name,
    delivery: 'live',
    open: async (given) => {
      for await (const item of given.history(GLOBAL_ACCOUNT)) visibility.note([item])
      context = given
      if (timers.size === 0) {
        repeat('slow', 1000, cutSlow)
        repeat('authenticate', reauthenticateEvery, () => { void gate.reauthenticate() })
      }
    },
    send: async ({ account, after, items }) => {
      if (account === GLOBAL_ACCOUNT) sendGlobal(items, after)
      else {
        const batch: Batch = { account, after, through: (items.at(-1) as StreamItem).sequence, items }
        namespace.to([accountRoom(account), EVERYWHERE]).emit(BATCH, batch)
      }
    },
    revoke: (principalId) => { namespace.in(principalRoom(principalId)).disconnectSockets(true) },
    close: async () => {
      for (const timer of timers.values()) timer.cancel()
      timers.clear()
      context = undefined
      namespace.disconnectSockets(true)
    },
  }
}
