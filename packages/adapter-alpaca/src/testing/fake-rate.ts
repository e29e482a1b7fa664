import type { Clock } from '@sluice/core'

/** Alpaca's request limit: so many in each minute of the fake's clock. */
export interface FakeRate {
  /** Counts a request; false when it is one too many. */
  take(): boolean
  headers(): Record<string, string>
  setLimit(perMinute: number): void
}

const MINUTE = 60_000

export function createFakeRate(clock: Clock, perMinute: number): FakeRate {
  let limit = perMinute
  let used = 0
  let resetsAt = 0
  const roll = (): void => {
    if (clock.now() < resetsAt) return
    resetsAt = clock.now() + MINUTE
    used = 0
  }
  return {
    take: () => {
      roll()
      if (used >= limit) return false
      used += 1
      return true
    },
    headers: () => ({
      'X-RateLimit-Limit': String(limit), 'X-RateLimit-Remaining': String(Math.max(0, limit - used)), 'X-RateLimit-Reset': String(Math.ceil(resetsAt / 1000)),
    }),
    setLimit: (value) => { limit = value },
  }
}
