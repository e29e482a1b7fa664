/** The one door through which the widgets ask the page for time. */

/** Milliseconds since the Unix epoch. */
export function now(): number {
  return Date.now()
}

/** Milliseconds since the epoch of an ISO 8601 stamp; `NaN` when it is none. */
export function parseTime(stamp: string): number {
  return Date.parse(stamp)
}

/** ISO 8601, in UTC. */
export function toIso(moment: number): string {
  return new Date(moment).toISOString()
}

/** A moment as an input for local dates and times has it: the viewer's own zone, which is not written. */
export function toLocal(moment: number): string {
  return toIso(moment - 60_000 * new Date(moment).getTimezoneOffset()).slice(0, 19)
}

/** Calls back once, `delay` milliseconds from now. Returns how to call it off. */
export function after(delay: number, callback: () => void): () => void {
  const handle = setTimeout(callback, Math.max(0, delay))
  return () => {
    clearTimeout(handle)
  }
}

/** Calls back before the next frame is painted: never in a hidden page. Returns how to call it off. */
export function onNextFrame(callback: () => void): () => void {
  const handle = requestAnimationFrame(callback)
  return () => {
    cancelAnimationFrame(handle)
  }
}

/** Calls back when the page has nothing better to do, after two seconds at the latest. */
export function whenIdle(callback: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(callback, { timeout: 2000 })
  else callback()
}

/** A number from 0 up to 1. Not for secrets. */
export function chance(): number {
  return Math.random()
}
