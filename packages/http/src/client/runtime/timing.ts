/** The one door through which the client asks its host for time and chance. */

/** Calls back once, `delay` milliseconds from now. Returns how to call it off. */
export function after(delay: number, callback: () => void): () => void {
  const handle = setTimeout(callback, delay)
  return () => { clearTimeout(handle) }
}

/** Resolves after `delay` milliseconds, or at once when the signal aborts. */
export function sleep(delay: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) { resolve(); return }
    const cancel = after(delay, () => { signal?.removeEventListener('abort', wake); resolve() })
    const wake = (): void => { cancel(); resolve() }
    signal?.addEventListener('abort', wake, { once: true })
  })
}

/** A number from 0 up to 1. Not for secrets. */
export function chance(): number {
  return Math.random()
}

/** A random UUID. `crypto.randomUUID` exists in secure contexts only; a desk on a local network has none. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const hex = Array.from(bytes, (byte, index) =>
    (index === 6 ? (byte & 15) | 64 : index === 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** Milliseconds since 1970. */
export function now(): number {
  return Date.now()
}

/** Milliseconds until a date as HTTP writes it; NaN when it is none. */
export function untilDate(text: string): number {
  return Date.parse(text) - Date.now()
}
