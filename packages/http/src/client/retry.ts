import { ExecutionClientError } from './client-error.ts'
import { chance, sleep } from './runtime/timing.ts'

/** How the client asks for time and chance. Replace it where time is not the host's own, as in tests. */
export interface ClientTiming {
  /** Resolves after `delay` ms, or at once when the signal aborts. */
  readonly sleep: (delay: number, signal?: AbortSignal) => Promise<void>
  /** A number from 0 up to 1. */
  readonly random: () => number
}

/** How often a request that may be sent again without harm is. An order is only ever sent again with its own key. */
export interface RetryRules {
  /** Attempts in all. Default 3. */
  readonly attempts?: number
  /** Longest wait before the second attempt, in ms; doubles with each, and is drawn at random. Default 250. */
  readonly delay?: number
  /** Longest wait at all, in ms. A server that asks for a longer one (Retry-After) is not asked again. Default 10 000. */
  readonly maximumDelay?: number
}

export const hostTiming: ClientTiming = { sleep, random: chance }

/**
 * Works until it succeeds, fails for good, or has failed often enough.
 * @throws ExecutionClientError the last one; but once an outcome was unknown it stays so, whatever a later attempt was refused for
 */
export async function withRetries<Value>(work: () => Promise<Value>, { attempts = 3, delay = 250, maximumDelay = 10_000 }: RetryRules, timing: ClientTiming, signal?: AbortSignal): Promise<Value> {
  let doubt: ExecutionClientError | undefined
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!ExecutionClientError.isInstance(error)) throw error
      if (error.code === 'OUTCOME_UNKNOWN') doubt = error
      // On top of what the server asks: all whom it told the same would come back together.
      const asked = error.retryAfter ?? 0
      const wait = asked + timing.random() * Math.min(maximumDelay, delay * 2 ** (attempt - 1))
      const isFinal = !error.retryable || error.code === 'ABORTED' || attempt >= attempts || asked > maximumDelay
      if (!isFinal && signal?.aborted !== true) await timing.sleep(wait, signal)
      if (isFinal || signal?.aborted === true) throw doubt ?? error
    }
  }
}
