import type { Clock } from '@sluice/core'

/** Resolves after `delay` ms. Keeps the process alive: somebody waits for what comes after it. */
export function pauseFor(clock: Clock, delay: number): Promise<void> {
  return new Promise((resolve) => { clock.setTimer(resolve, delay, true) })
}
