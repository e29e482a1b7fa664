import { systemClock } from '@sluice/core'
import type { VirtualClock } from '@sluice/core/testing'

/** Lets time pass until something has happened. */
export interface Pace {
  /** Waits for a condition; throws, naming it, when it does not come true in time. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>
  /** Waits for an answer. */
  drive<Value>(answer: Value | Promise<Value>): Promise<Value>
  /** Lets this many milliseconds pass. */
  pass(milliseconds: number): Promise<void>
  /** Gives whatever is still on its way the time to arrive. */
  settle(): Promise<void>
}

const STEP = 10
const VIRTUAL_LIMIT = 60_000
const REAL_LIMIT = 4_000
const VIRTUAL_QUIET = 3_000
const REAL_QUIET = 150

function turn(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds > 0) systemClock.setTimer(resolve, milliseconds)
    // Streams and promises of the adapter get a whole turn of the event loop.
    else setImmediate(resolve)
  })
}

/** Virtual time runs ahead as fast as it can; with real sockets in play it follows the real one. */
export function createPace(clock: VirtualClock, realTime: boolean): Pace {
  let last = systemClock.monotonic()

  const step = async (): Promise<void> => {
    if (!realTime) {
      await turn(0)
      await clock.advance(STEP)
      return
    }
    await turn(2)
    const now = systemClock.monotonic()
    await clock.advance(Math.ceil(now - last))
    last = now
  }
  const elapsedSince = (): (() => number) => {
    const source = realTime ? systemClock : clock
    const start = source.monotonic()
    return () => source.monotonic() - start
  }
  const pass = async (milliseconds: number): Promise<void> => {
    if (!realTime) {
      await turn(0)
      await clock.advance(milliseconds)
      return
    }
    last = systemClock.monotonic()
    for (const elapsed = elapsedSince(); elapsed() < milliseconds;) await step()
  }
  const until = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
    last = systemClock.monotonic()
    const limit = realTime ? REAL_LIMIT : VIRTUAL_LIMIT
    const elapsed = elapsedSince()
    while (!(await condition())) {
      if (elapsed() > limit) throw new Error(`waited ${limit / 1000} s in vain: ${what}`)
      await step()
    }
  }
  return {
    pass,
    until,
    drive: async (answer) => {
      let done = false
      const finish = (): void => { done = true }
      Promise.resolve(answer).then(finish, finish)
      await until('the adapter answers', () => done)
      return answer
    },
    settle: () => pass(realTime ? REAL_QUIET : VIRTUAL_QUIET),
  }
}
