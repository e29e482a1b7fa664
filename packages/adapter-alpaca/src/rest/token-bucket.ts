import type { Clock } from '@sluice/core'

/** Requests that make risk leave a reserve to those that end it or find out about it. */
export type RequestWeight = 'order' | 'rescue'

export interface TokenBucket {
  /** Resolves when the request may go; false when that would take longer than `maximumWait` ms. A rescue always goes in the end. */
  take(weight: RequestWeight, maximumWait: number): Promise<boolean>
  /** What the headers of an answer say about the limit. */
  learn(status: number, headers: Headers): void
}

export interface TokenBucketOptions {
  readonly clock: Clock
  /** Requests in a minute until Alpaca says otherwise. */
  readonly perMinute: number
  /** How many of them only cancels and look-ups may use. */
  readonly reserve: number
}

const MINUTE = 60_000
/** A rescue is paced, never refused: after this long it goes, whatever the bucket says. */
const LONGEST_RESCUE_WAIT = 1000

function numberOf(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)
  const value = text === null || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

/** One bucket for an account: paper and live count 200 requests a minute, whatever they are. */
export function createTokenBucket({ clock, perMinute, reserve }: TokenBucketOptions): TokenBucket {
  let capacity = perMinute
  let tokens = perMinute
  let filledAt = clock.monotonic()
  let blockedUntil = Number.NEGATIVE_INFINITY
  let orders: Promise<unknown> | undefined

  const refill = (): void => {
    const now = clock.monotonic()
    tokens = Math.min(capacity, tokens + (now - filledAt) * capacity / MINUTE)
    filledAt = now
  }
  /** How long until the request may go, in ms. */
  const waitFor = (weight: RequestWeight): number => {
    refill()
    const needed = weight === 'order' ? Math.min(reserve, capacity - 1) + 1 : 1
    const forTokens = tokens >= needed ? 0 : Math.ceil((needed - tokens) * MINUTE / capacity)
    return Math.max(forTokens, blockedUntil - clock.monotonic())
  }
  const pause = (delay: number): Promise<void> => new Promise((resolve) => { clock.setTimer(resolve, delay, true) })
  const takeRescue = async (): Promise<boolean> => {
    const wait = Math.min(waitFor('rescue'), LONGEST_RESCUE_WAIT)
    if (wait > 0) await pause(wait)
    tokens = Math.max(0, tokens - 1)
    return true
  }
  const takeOrder = async (deadline: number): Promise<boolean> => {
    for (let wait = waitFor('order'); wait > 0; wait = waitFor('order')) {
      if (clock.monotonic() + wait > deadline) return false
      await pause(wait)
    }
    tokens -= 1
    return true
  }

  return {
    take: (weight, maximumWait) => {
      if (weight === 'rescue') return takeRescue()
      const deadline = clock.monotonic() + maximumWait
      // Orders go out in the order they came in.
      const turn = orders === undefined ? takeOrder(deadline) : orders.then(() => takeOrder(deadline))
      orders = turn
      const done = (): void => { if (orders === turn) orders = undefined }
      turn.then(done, done)
      return turn
    },
    learn: (status, headers) => {
      refill()
      const limit = numberOf(headers, 'x-ratelimit-limit')
      if (limit !== undefined && limit > 0) capacity = limit
      const remaining = numberOf(headers, 'x-ratelimit-remaining')
      tokens = Math.min(tokens, capacity, remaining ?? capacity)
      if (status !== 429) return
      tokens = 0
      const retryAfter = numberOf(headers, 'retry-after')
      const reset = numberOf(headers, 'x-ratelimit-reset')
      const wait = retryAfter !== undefined ? retryAfter * 1000 : reset !== undefined ? reset * 1000 - clock.now() : 1000
      blockedUntil = clock.monotonic() + Math.min(Math.max(wait, 0), MINUTE)
    },
  }
}
