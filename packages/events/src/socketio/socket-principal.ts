import type { IncomingMessage } from 'node:http'
import type { Socket } from 'socket.io'

/** Who a socket belongs to. The principals of `@sluice/http` fit. */
export interface SocketPrincipal {
  readonly id: string
  /** The accounts it may see; `'*'` is all of them. Every other account does not exist for it. */
  readonly accounts: readonly string[] | '*'
  /** Default: every right. Events need `read`. */
  readonly rights?: readonly string[]
}

/** What a client says when it connects: headers with cookies, `auth`, address. */
export type SocketHandshake = Socket['handshake']

/** Says who connects, or null. Asked at every connection, and again while it lasts. `request` is the one that opened the connection. */
export type AuthenticateSocket = (handshake: SocketHandshake, request: IncomingMessage) => SocketPrincipal | null | Promise<SocketPrincipal | null>

/** Refusals as the client sees them: `error.data.code` of `connect_error`. */
export type RefusalCode = 'unauthorized' | 'unavailable' | 'too_many_connections'

export function refusal(code: RefusalCode): Error {
  return Object.assign(new Error(code), { data: { code } })
}

export function mayRead({ accounts, rights }: SocketPrincipal): boolean {
  return accounts.length > 0 && (rights === undefined || rights.includes('read'))
}

export function isSamePrincipal(left: SocketPrincipal, right: SocketPrincipal): boolean {
  const accountsOf = ({ accounts }: SocketPrincipal): string => (accounts === '*' ? '*' : accounts.toSorted().join(' '))
  return left.id === right.id && accountsOf(left) === accountsOf(right)
}
