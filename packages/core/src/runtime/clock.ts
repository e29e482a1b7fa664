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

/** Platforms keep a delay in 31 bits and fire at once beyond them: longer waits are made of several. */
const LONGEST_DELAY = 2_147_483_647

/** The host's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (callback, delay, keepAlive = false) => {
    let handle: unknown
    const arm = (left: number): void => {
      handle = left > LONGEST_DELAY ? setTimeout(() => { arm(left - LONGEST_DELAY) }, LONGEST_DELAY) : setTimeout(callback, left)
      // Node keeps a process alive for a pending timer; a deadline must never do that. Browsers return a number.
      if (!keepAlive && typeof handle === 'object' && handle !== null && 'unref' in handle) (handle as { unref(): void }).unref()
    }
    arm(delay)
    return { cancel: () => { clearTimeout(handle as number) } }
  },
}

const DAY = 86_400_000
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))
let lastMilliseconds = Number.NaN
let lastText = ''
let lastDay = Number.NaN
let lastDate = ''

/** The same text as `Date.toISOString` in a fraction of the time: stamps of one day share their date. */
function formatIso(milliseconds: number): string {
  const day = Math.floor(milliseconds / DAY)
  if (day !== lastDay) {
    lastDate = new Date(day * DAY).toISOString().slice(0, -13)
    lastDay = day
  }
  // Divisions without a remainder: an engine that has seen only whole hours compiles for those, and again at the first other minute.
  const rest = milliseconds - day * DAY
  const thousandths = rest % 1000
  const seconds = ((rest - thousandths) / 1000) % 60
  const minutes = ((rest - thousandths) / 1000 - seconds) / 60
  const minute = minutes % 60
  return `${lastDate}${twoDigits[(minutes - minute) / 60]}:${twoDigits[minute]}:${twoDigits[seconds]}.${String(thousandths + 1000).slice(1)}Z`
}

/** Milliseconds since the epoch as ISO 8601 UTC, for example `2026-11-22T17:09:00.123Z`. */
export function toIso(milliseconds: number): string {
  if (milliseconds !== lastMilliseconds) {
    const whole = Math.trunc(milliseconds)
    lastText = formatIso(whole)
    // What reads the text back must get what the text says, live and on replay alike.
    lastMilliseconds = whole
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
