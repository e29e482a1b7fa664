import type { Clock } from '../../runtime/clock.ts'

/** A difference between the clocks that is no drift any more, in ms. */
const JUMP = 1000
/** How long one pair of readings is compared with: a clock that creeps must not pass for one that stands. */
const SPAN = 60_000

/** Compares the wall clock with the steady one (PROTOCOL E6). A jump stays until somebody rebases on it. */
export interface ClockWatch {
  /** How far the wall clock has jumped, in ms; 0 while it has not. */
  jump(): number
  /** Takes the clocks as they are now for right. */
  rebase(): void
}

export function createClockWatch(clock: Clock): ClockWatch {
  let wall = clock.now()
  let steady = clock.monotonic()
  let jumped = 0
  return {
    jump: () => {
      const now = clock.now()
      const monotonic = clock.monotonic()
      const difference = Math.abs(now - wall - (monotonic - steady))
      if (difference > JUMP) jumped = Math.max(jumped, Math.round(difference))
      else if (jumped === 0 && monotonic - steady > SPAN) {
        wall = now
        steady = monotonic
      }
      return jumped
    },
    rebase: () => {
      wall = clock.now()
      steady = clock.monotonic()
      jumped = 0
    },
  }
}
