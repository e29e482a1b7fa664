import type { Clock } from '@sluice/core'
import type { Client } from 'pg'

const PATIENCE = 1000

/** Ends a connection. One that broke may never say that it has ended: it is not waited for. */
export function endClient(client: Client, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(resolve, PATIENCE, true)
    const done = (): void => {
      timer.cancel()
      resolve()
    }
    client.end().then(done, done)
  })
}
