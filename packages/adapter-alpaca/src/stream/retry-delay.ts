import { type Clock, createIds } from '@sluice/core'
import type { ConnectionEnd } from './watched-socket.ts'

export interface RetryPauses {
  readonly firstRetry: number
  readonly longestRetry: number
  readonly refusedRetry: number
}

/** How long to wait before a connection is tried again. */
export interface RetryDelay {
  after(end: ConnectionEnd): number
  /** A connection stood: the next loss begins with the shortest pause. */
  reset(): void
}

/** So that many clients do not come back in the same moment. */
const JITTER = 0.2

export function createRetryDelay({ firstRetry, longestRetry, refusedRetry }: RetryPauses, clock: Clock): RetryDelay {
  const ids = createIds(clock)
  let attempt = 0
  return {
    after: ({ kind }) => {
      if (kind !== 'lost') return refusedRetry
      const base = Math.min(firstRetry * 2 ** attempt, longestRetry)
      attempt += 1
      const chance = Number.parseInt(ids.next().slice(-8), 16) / 0x1_0000_0000
      return base * (1 - JITTER + 2 * JITTER * chance)
    },
    reset: () => { attempt = 0 },
  }
}
