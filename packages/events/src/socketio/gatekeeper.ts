import type { Clock, Logger } from '@sluice/core'
import type { Namespace, Socket } from 'socket.io'
import { type AuthenticateSocket, isSamePrincipal, mayRead, refusal, type SocketPrincipal } from './socket-principal.ts'

export interface GatekeeperOptions {
  readonly namespace: Namespace
  readonly authenticate: AuthenticateSocket
  readonly clock: Clock
  readonly logger: () => Logger
  /** Whether anybody can be let in yet. */
  readonly isOpen: () => boolean
  /** ms */
  readonly authenticateWithin: number
  readonly maximumConnections: number
  /** A socket has proved who it is and may be let into rooms. */
  readonly admit: (socket: Socket, principal: SocketPrincipal) => void
}

export interface Gatekeeper {
  /** Asks again about every socket of this process: who is no longer known is cut. */
  reauthenticate(): Promise<void>
}

/**
 * Lets in whom `authenticate` knows, and nobody by another way. Connection-state recovery would be one: a socket that is recovered
 * joins its old rooms and gets what it missed when it is made, before any middleware is asked, whatever `skipMiddlewares` says.
 * So nothing is recovered in this namespace: every connection is a new one, and clients heal by sequence numbers.
 */
export function openGate({ namespace, authenticate, clock, logger, isOpen, authenticateWithin, maximumConnections, admit }: GatekeeperOptions): Gatekeeper {
  const principals = new WeakMap<Socket, SocketPrincipal>()
  const connections = new Map<string, number>()

  const forgetSessions = (): void => {
    Object.assign(namespace.adapter, { restoreSession: async () => null, persistSession: () => undefined })
  }
  forgetSessions()
  /** Only when somebody put another adapter in: this socket has its old rooms already. */
  const throwOut = (socket: Socket): void => {
    forgetSessions()
    socket.conn.close(true)
  }

  const ask = (socket: Socket): Promise<SocketPrincipal | null> => new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => { reject(new Error(`authenticate took longer than ${authenticateWithin} ms`)) }, authenticateWithin, true)
    void Promise.resolve().then(() => authenticate(socket.handshake, socket.request)).then(resolve, reject).finally(() => { timer.cancel() })
  })

  const enter = async (socket: Socket): Promise<Error | undefined> => {
    if (socket.recovered) {
      throwOut(socket)
      return refusal('unauthorized')
    }
    let principal: SocketPrincipal | null
    try {
      principal = await ask(socket)
    } catch (error) {
      logger().warn('a socket could not be authenticated', { reason: error instanceof Error ? error.message : String(error) })
      return refusal('unavailable')
    }
    if (principal === null || !mayRead(principal)) return refusal('unauthorized')
    // A socket that nobody can tell where its accounts stand is of no use.
    if (!isOpen()) return refusal('unavailable')
    if ((connections.get(principal.id) ?? 0) >= maximumConnections) return refusal('too_many_connections')
    principals.set(socket, principal)
    return undefined
  }

  namespace.use((socket, next) => { void enter(socket).then(next) })
  namespace.on('connection', (socket: Socket) => {
    const principal = principals.get(socket)
    if (principal === undefined) {
      throwOut(socket)
      return
    }
    connections.set(principal.id, (connections.get(principal.id) ?? 0) + 1)
    socket.on('disconnect', () => {
      const left = (connections.get(principal.id) ?? 1) - 1
      if (left === 0) connections.delete(principal.id)
      else connections.set(principal.id, left)
    })
    admit(socket, principal)
  })

  return {
    reauthenticate: async () => {
      await Promise.all([...namespace.sockets.values()].map(async (socket) => {
        const before = principals.get(socket)
        try {
          const principal = await ask(socket)
          if (before === undefined || principal === null || !mayRead(principal) || !isSamePrincipal(before, principal)) socket.disconnect(true)
        } catch (error) {
          logger().warn('a socket could not be authenticated again; it stays for now', { reason: error instanceof Error ? error.message : String(error) })
        }
      }))
    },
  }
}
