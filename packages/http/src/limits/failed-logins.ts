import type { Clock } from '@sluice/core'
import { refuse, retryAfter } from '../answer/refusal.ts'
import { createRateLimiter, type RequestRate } from './request-rate.ts'

/** Addresses from which too many requests came that spoke for nobody. */
export interface FailedLogins {
  /** @throws Refusal 429 while an address has failed too often */
  assertOpen(address: string | undefined): void
  /** A request from there spoke for nobody. */
  count(address: string | undefined): void
}

const HEXTETS_OF_NETWORK = 4

/** Whoever has one address of version 6 has its whole network of 64 bits to try from. */
export function networkOf(address: string): string {
  const [bare = ''] = address.toLowerCase().split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1]
  if (mapped !== undefined || !bare.includes(':')) return mapped ?? bare
  const [head = '', tail] = bare.split('::')
  const first = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - first.length - (tail === '' ? 0 : tail.split(':').length)
  const hextets = [...first, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(tail ?? '').split(':')]
  return hextets.slice(0, HEXTETS_OF_NETWORK).map((hextet) => hextet.replace(/^0+(?=.)/, '')).join(':')
}

/** An address that is not known is not limited: it would be everybody's. */
export function createFailedLogins(rate: RequestRate, clock: Clock): FailedLogins {
  const limiter = createRateLimiter(rate, clock)
  return {
    assertOpen: (address) => {
      const wait = address === undefined ? 0 : limiter.wait(networkOf(address))
      if (wait > 0) throw refuse(429, 'LOGIN_RATE_EXCEEDED', 'Too many requests from your address spoke for nobody. Cancels and the kill switch are not limited.', { retryable: true }, retryAfter(wait))
    },
    count: (address) => { if (address !== undefined) limiter.take(networkOf(address)) },
  }
}
