import type { Clock, Timer } from '@sluice/core'

/** Requests that wait for the broker's answer, by client id. */
export interface PendingRequests<Answer> {
  has(id: string): boolean
  /** Resolves with the answer, or with `late` after the time-out. */
  wait(id: string, late: Answer): Promise<Answer>
  /** Answers a request. False: nobody waits for it. */
  settle(id: string | undefined, answer: Answer): boolean
  /** Answers all of them. */
  settleAll(answer: Answer): void
}

export function createPendingRequests<Answer>(clock: Clock, timeout: number): PendingRequests<Answer> {
  const waiting = new Map<string, { readonly resolve: (answer: Answer) => void; readonly timer: Timer }>()
  const settle = (id: string | undefined, answer: Answer): boolean => {
    const entry = id === undefined ? undefined : waiting.get(id)
    if (id === undefined || entry === undefined) return false
    waiting.delete(id)
    entry.timer.cancel()
    entry.resolve(answer)
    return true
  }
  return {
    has: (id) => waiting.has(id),
    wait: (id, late) => new Promise((resolve) => {
      waiting.set(id, { resolve, timer: clock.setTimer(() => { settle(id, late) }, timeout, true) })
    }),
    settle,
    settleAll: (answer) => { for (const id of waiting.keys()) settle(id, answer) },
  }
}
