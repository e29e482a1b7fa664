/** Which signed requests were seen. Bounded: what is forgotten can still not be repeated. */
export interface NonceMemory {
  /** Whether the request is new; it is not any more afterwards. `time` is its own, in ms. */
  take(nonce: string, time: number, now: number): boolean
}

/**
 * Forgetting a request moves a horizon to its time, and nothing from before the horizon is new: neither a clock that is set back
 * nor a flood of nonces opens the past again.
 * @param window how far a request's time may be from the clock's, in ms
 */
export function createNonceMemory(window: number, maximum: number): NonceMemory {
  const seen = new Map<string, number>()
  let horizon = Number.NEGATIVE_INFINITY
  return {
    take: (nonce, time, now) => {
      for (const [old, oldTime] of seen) {
        if (seen.size < maximum && oldTime + window >= now) break
        seen.delete(old)
        horizon = Math.max(horizon, oldTime)
      }
      if (time <= horizon || seen.has(nonce)) return false
      seen.set(nonce, time)
      return true
    },
  }
}
