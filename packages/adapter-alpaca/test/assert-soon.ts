import { expect } from 'vitest'

/** `expect.poll` with the patience that a busy machine needs. */
export function assertSoon<Value>(read: () => Value): ReturnType<typeof expect.poll<Awaited<Value>>> {
  return expect.poll<Awaited<Value>>(read as () => Awaited<Value>, { timeout: 6000, interval: 20 })
}
