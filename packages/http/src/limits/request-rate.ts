import type { Clock } from '@sluice/core'
import type { AnswerHeaders } from '../answer/answer.ts'

/** How often one principal may ask. */
export interface RequestRate {
  /** Requests a second that can be kept up. */
  readonly perSecond: number
  /** Requests that may come at once. */
  readonly burst: number
}

interface RateVerdict {
  readonly allowed: boolean
  /** RateLimit fields of draft-ietf-httpapi-ratelimit-headers. */
  readonly headers: AnswerHeaders
  /** Until one more request is allowed, in ms. */
  readonly retryAfter: number
}

export interface RateLimiter {
  /** Counts a request. One that is refused is not counted: to ask again does not make it worse. */
  take(principal: string): RateVerdict
  /** How long until one more would be allowed, in ms; 0 when it is. Counts nothing. */
  wait(principal: string): number
  /** Principals remembered. */
  size(): number
}

/** Principals that are remembered at least; at twice as many the longest silent are forgotten, which is cheaper together. */
const REMEMBERED = 10_000

/** The generic cell rate algorithm: one number for each principal, without a window that everyone waits for. */
export function createRateLimiter({ perSecond, burst }: RequestRate, clock: Clock): RateLimiter {
  const interval = 1000 / perSecond
  const span = burst * interval
  const policy = `"requests";q=${burst};w=${Math.max(1, Math.ceil(span / 1000))}`
  const full = new Map<string, number>()

  const forget = (now: number): void => {
    for (const [principal, at] of full) {
      // Whoever has its whole burst again need not be remembered.
      if (at > now && full.size <= REMEMBERED) break
      full.delete(principal)
    }
  }

  return {
    size: () => full.size,
    wait: (principal) => {
      const now = clock.monotonic()
      const wait = Math.max(now, full.get(principal) ?? now) + interval - now - span
      return wait > 1e-6 ? wait : 0
    },
    take: (principal) => {
      const now = clock.monotonic()
      const before = Math.max(now, full.get(principal) ?? now)
      const after = before + interval
      const allowed = after - now <= span + 1e-6
      const taken = allowed ? after : before
      if (allowed) {
        full.delete(principal)
        full.set(principal, after)
        if (full.size > 2 * REMEMBERED) forget(now)
      }
      const remaining = Math.max(0, Math.floor((span - (taken - now)) / interval + 1e-6))
      return {
        allowed,
        retryAfter: after - now - span,
        headers: { 'RateLimit-Policy': policy, RateLimit: `"requests";r=${remaining};t=${Math.ceil((taken - now) / 1000)}` },
      }
    },
  }
}
