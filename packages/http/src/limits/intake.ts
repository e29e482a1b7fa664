import { refuse, retryAfter } from '../answer/refusal.ts'

/** One request inside. */
export interface Visit {
  /** Its answer is given; work that was given up may still go on. */
  answered(): void
  /** Its work is over. */
  leave(): void
}

/** The door: how many requests are inside, and whether more may come in. */
export interface Intake {
  /**
   * Lets a request in.
   * @throws Refusal 503 when the house is full or closing; nothing but its end keeps an urgent one out
   */
  enter(isUrgent: boolean): Visit
  /** Lets only urgent requests in from now on, then none. Resolves when all are answered: nobody waits for work that was given up. */
  close(): Promise<void>
}

/** What all visits share. */
interface House {
  working: number
  unanswered: number
  emptied: () => void
}

class RequestVisit implements Visit {
  readonly #house: House
  #isAnswered = false

  constructor(house: House) {
    this.#house = house
    house.working += 1
    house.unanswered += 1
  }

  answered(): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#house.unanswered -= 1
    if (this.#house.unanswered === 0) this.#house.emptied()
  }

  leave(): void {
    this.#house.working -= 1
  }
}

export function createIntake(maximum: number): Intake {
  const house: House = { working: 0, unanswered: 0, emptied: () => undefined }
  let state: 'open' | 'draining' | 'closed' = 'open'
  let closing: Promise<void> | undefined

  const drain = async (): Promise<void> => {
    state = 'draining'
    if (house.unanswered > 0) await new Promise<void>((resolve) => { house.emptied = resolve })
    state = 'closed'
  }

  return {
    enter: (isUrgent) => {
      if (state === 'closed' || (state === 'draining' && !isUrgent)) throw refuse(503, 'CLOSED', 'The endpoint is closed.', { retryable: true }, retryAfter(1000))
      if (house.working >= maximum && !isUrgent) throw refuse(503, 'OVERLOADED', 'Too many requests are being answered. Retry with the same Idempotency-Key.', { retryable: true }, retryAfter(1000))
      return new RequestVisit(house)
    },
    close: () => (closing ??= drain()),
  }
}
