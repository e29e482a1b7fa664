import type { Clock } from '@sluice/core'
import type { Client } from 'pg'

/** Notices a statement that has no answer for too long. */
export interface StatementWatch {
  begin(client: Client): void
  end(client: Client): void
}

const LOOKS = 10

/**
 * One timer for all connections, and none while nothing is under way: a timer for each statement costs more than a place in a map.
 * @param limit in ms; noticed within a tenth of it
 */
export function createStatementWatch(clock: Clock, limit: number, expired: (client: Client) => void): StatementWatch {
  const began = new Map<Client, number>()
  let looking = false

  const lookSoon = (): void => {
    if (looking) return
    looking = true
    clock.setTimer(() => {
      looking = false
      const now = clock.monotonic()
      for (const [client, since] of began) {
        if (now - since < limit) continue
        began.delete(client)
        expired(client)
      }
      if (began.size > 0) lookSoon()
    }, limit / LOOKS)
  }

  return {
    begin: (client) => {
      began.set(client, clock.monotonic())
      lookSoon()
    },
    end: (client) => { began.delete(client) },
  }
}
