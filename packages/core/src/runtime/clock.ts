/** A timer that can be called off. Calling `cancel` twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void
}

/**
 * The only source of time in Sluice. Everything that waits, stamps or measures asks a `Clock`, so that a whole run can be
 * replayed from a seed with a virtual one.
 */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch, UTC. It may jump; use it for stamps and calendars. */
  now(): number
  /** Milliseconds from an arbitrary start that never go backwards. Use it for ages, windows and deadlines. */
  monotonic(): number
  /**
   * Calls `callback` once, `delay` milliseconds from now. A system timer does not keep a process alive, unless `keepAlive` says
   * so: for what stands in for a socket, whose answer somebody waits for.
   */
  setTimer(callback: () => void, delay: number, keepAlive?: boolean): Timer
}

/** The host's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (callback, delay, keepAlive = false) => {
    const handle: unknown = setTimeout(callback, delay)
    // Node keeps a process alive for a pending timer; a deadline must never do that. Browsers return a number.
    if (!keepAlive && typeof handle === 'object' && handle !== null && 'unref' in handle) (handle as { unref(): void }).unref()
    return { cancel: () => { clearTimeout(handle as number) } }
  },
}

let lastMilliseconds = Number.NaN
let lastText = ''

/** Milliseconds since the epoch as ISO 8601 UTC, for example `2026-11-22T17:09:00.123Z`. */
export function toIso(milliseconds: number): string {
  if (milliseconds !== lastMilliseconds) {
    lastText = new Date(milliseconds).toISOString()
    lastMilliseconds = milliseconds
  }
  return lastText
}

/** ISO 8601 to milliseconds since the epoch; `NaN` when the text is not a time. */
export function fromIso(text: string): number {
  // Most of what is read back was written a moment ago.
  return text === lastText ? lastMilliseconds : Date.parse(text)
}

/** Midnight UTC of a calendar date, plus a time of day, in ms since the epoch. `month` counts from 1. */
export function utcInstant(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** Resolves after `delay` milliseconds of the given clock, or at once when the signal aborts. */
export function sleep(clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) { resolve(); return }
    const done = (): void => { timer.cancel(); signal?.removeEventListener('abort', done); resolve() }
    const timer = clock.setTimer(done, delay)
    signal?.addEventListener('abort', done, { once: true })
  })
}
