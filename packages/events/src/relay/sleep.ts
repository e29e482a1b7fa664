import type { Clock } from '@sluice/core'

/** Resolves after `delay` ms, or at once when the signal aborts. */
export function sleep(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) { resolve(); return }
    const done = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.setTimer(done, delay)
    signal.addEventListener('abort', done, { once: true })
  })
}
