import { refuse, retryAfter } from '../answer/refusal.ts'

/** The door: how many requests are inside, and whether more may come in. */
export interface Intake {
  /**
   * Lets a request in. Returns how it leaves.
   * @throws Refusal 503 when the house is full or closing; nothing but its end keeps an urgent one out
   */
  enter(isUrgent: boolean): () => void
  /** Lets only urgent requests in from now on, then none. Resolves when all have left. */
  close(): Promise<void>
}

export function createIntake(maximum: number): Intake {
  let inside = 0
  let state: 'open' | 'draining' | 'closed' = 'open'
  let emptied = (): void => undefined
  let closing: Promise<void> | undefined

  const leave = (): void => {
    inside -= 1
    if (inside === 0) emptied()
  }
  const drain = async (): Promise<void> => {
    state = 'draining'
    if (inside > 0) await new Promise<void>((resolve) => { emptied = resolve })
    state = 'closed'
  }

  return {
    enter: (isUrgent) => {
      if (state === 'closed' || (state === 'draining' && !isUrgent)) throw refuse(503, 'CLOSED', 'The endpoint is closed.', { retryable: true }, retryAfter(1000))
      if (inside >= maximum && !isUrgent) throw refuse(503, 'OVERLOADED', 'Too many requests are being answered. Retry with the same Idempotency-Key.', { retryable: true }, retryAfter(1000))
      inside += 1
      return leave
    },
    close: () => (closing ??= drain()),
  }
}
