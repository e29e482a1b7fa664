import { findCanaries, findPlainCanaries } from './find-canaries.ts'

/** A place where a secret of the tests came to light. */
export interface Leak {
  /** What carried it, for example `log`. */
  readonly channel: string
  /** What stands around it, without it. */
  readonly around: string
}

const leaks: Leak[] = []

export function addLeak(channel: string, around: string): void {
  leaks.push({ channel, around })
}

/** Looks for canaries in what a channel carries; answers whether there was one. */
export function inspectText(channel: string, text: string): boolean {
  const found = findCanaries(text)
  for (const around of found) addLeak(channel, around)
  return found.length > 0
}

/** The same where much is carried: only canaries as they are, and in base 64 and hex. */
export function inspectBulk(channel: string, text: string): void {
  for (const around of findPlainCanaries(text)) addLeak(channel, around)
}

/** What has leaked since the last time. A test that plants a leak takes it; any other fails by it. */
export function takeLeaks(): readonly Leak[] {
  return leaks.splice(0)
}

// Tests in packages do not import from here.
Object.assign(globalThis, { [Symbol.for('sluice.tests.takeLeaks')]: takeLeaks })

/** @throws Error when anything has leaked */
export function assertNoLeak(): void {
  const found = takeLeaks()
  if (found.length > 0) throw new Error(`a secret of the tests has leaked: ${found.slice(0, 5).map(({ channel, around }) => `${channel}: ${around}`).join('; ')}`)
}
