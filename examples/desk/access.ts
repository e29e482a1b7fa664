import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Principal } from '@sluice/http'

/** The one user of the demo, who may do everything. Orders and approvals are recorded under this name. */
export const DESK_USER = 'desk'

export interface DeskAccess {
  /** Who sends a request: a program with the token in its header or given, the page with its cookie, or nobody. */
  principalOf(incoming: IncomingMessage, token?: unknown): Principal | null
  /** The Set-Cookie header that signs the page in. */
  signIn(incoming: IncomingMessage): string
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
/** Takes the same time whatever is different. */
const isSame = (left: string, right: string): boolean => timingSafeEqual(digest(left), digest(right))

// Browsers keep one cookie jar for all ports of a host: the port keeps two desks apart.
const cookieName = (incoming: IncomingMessage): string => `sluice-desk-${incoming.socket.localPort ?? 0}`

function cookieOf(incoming: IncomingMessage): string | undefined {
  const start = `${cookieName(incoming)}=`
  return incoming.headers.cookie?.split('; ').find((part) => part.startsWith(start))?.slice(start.length)
}

export function createAccess(token: string): DeskAccess {
  // Whoever reads the cookie does not learn the token.
  const page = createHmac('sha256', token).update('sluice desk page').digest('base64url')
  return {
    principalOf: (incoming, given) => {
      const bearer = typeof given === 'string' ? given : /^Bearer (\S+)$/i.exec(incoming.headers.authorization ?? '')?.[1]
      if (bearer !== undefined) return isSame(bearer, token) ? { id: DESK_USER, accounts: '*', via: 'bearer' } : null
      const cookie = cookieOf(incoming)
      return cookie !== undefined && isSame(cookie, page) ? { id: DESK_USER, accounts: '*', via: 'cookie' } : null
    },
    signIn: (incoming) => `${cookieName(incoming)}=${page}; HttpOnly; SameSite=Strict; Path=/`,
  }
}

/** Whether a request that a page makes comes from a page of this server. Programs do not say where they come from. */
export function isOwnPage({ host, origin }: IncomingMessage['headers']): boolean {
  return origin === undefined || origin === `http://${host}`
}
