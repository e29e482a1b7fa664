import type { Clock, Timer } from '@sluice/core'

/** Many waits of one length. They share a timer: each costs no more than its place in a list. */
export interface Deadlines {
  /** Calls back when the time is up, unless the wait is called off before. Returns how to call it off. */
  start(callback: () => void): () => void
}

interface Wait {
  readonly at: number
  readonly callback: () => void
}

/** @param duration the length of every wait, in ms */
export function createDeadlines(clock: Clock, duration: number): Deadlines {
  // Of one length, so that the first to begin is the first to end.
  const waits = new Set<Wait>()
  let timer: Timer | undefined

  const arm = (delay: number): void => {
    timer = clock.setTimer(() => {
      timer = undefined
      const now = clock.monotonic()
      for (const wait of waits) {
        if (wait.at > now) {
          arm(wait.at - now)
          return
        }
        waits.delete(wait)
        wait.callback()
      }
    }, delay)
  }

  return {
    start: (callback) => {
      const wait: Wait = { at: clock.monotonic() + duration, callback }
      waits.add(wait)
      if (timer === undefined) arm(duration)
      return () => { waits.delete(wait) }
    },
  }
}
