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

/** Resolves like the promise, or after `delay` ms: what is waited for in vain must not keep a process from ending. Rejections are swallowed. */
export function settledWithin(clock: Clock, promise: Promise<unknown> | undefined, delay: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => { resolve(false) }, delay, true)
    const finish = (isWell: boolean): void => {
      timer.cancel()
      resolve(isWell)
    }
    void Promise.resolve(promise).then(() => { finish(true) }, () => { finish(false) })
  })
}
