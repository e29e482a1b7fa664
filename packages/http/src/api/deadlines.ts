import type { Clock, Timer } from '@sluice/core'

/** Many waits of one length. They share a timer: each costs no more than its place in a list. */
export interface Deadlines {
  /** Calls back when the time is up, unless the wait is called off before. Returns how to call it off. */
  start(callback: () => void): () => void
}

/** A link of a ring: it joins and leaves without a search, and without the hash that a set would make of it. */
interface Wait {
  readonly at: number
  readonly callback: () => void
  before: Wait
  after: Wait
}

/** @param duration the length of every wait, in ms */
export function createDeadlines(clock: Clock, duration: number): Deadlines {
  // The ring's seam. Waits are of one length, so that the first to join is the first to end.
  const seam = { at: Number.POSITIVE_INFINITY, callback: () => undefined } as unknown as Wait
  seam.before = seam
  seam.after = seam
  let timer: Timer | undefined

  const leave = (wait: Wait): void => {
    wait.before.after = wait.after
    wait.after.before = wait.before
    // To leave twice changes nothing.
    wait.before = wait
    wait.after = wait
  }
  const arm = (delay: number): void => {
    timer = clock.setTimer(() => {
      timer = undefined
      const now = clock.monotonic()
      for (let wait = seam.after; wait !== seam; wait = seam.after) {
        if (wait.at > now) {
          // A wait that began in a callback has armed it by now.
          if (timer === undefined) arm(wait.at - now)
          return
        }
        leave(wait)
        wait.callback()
      }
    }, delay)
  }

  return {
    start: (callback) => {
      const wait: Wait = { at: clock.monotonic() + duration, callback, before: seam.before, after: seam }
      seam.before.after = wait
      seam.before = wait
      if (timer === undefined) arm(duration)
      return () => { leave(wait) }
    },
  }
}
