import type { Clock, Timer } from '@sluice/core'

/** One time line for a broker, a network and the processes that live and die beside them. Nothing passes unless told to. */
export interface VirtualTime {
  /** The time everybody would agree on. */
  readonly clock: Clock
  /** Milliseconds since the start. */
  elapsed(): number
  /** Lets time pass: timers fire in the order of their times, and between two of them every promise settles. */
  advance(milliseconds: number): Promise<void>
  /** Waits for a promise while time passes; throws when it is not settled within so many milliseconds. */
  until<Value>(promise: Promise<Value>, within?: number): Promise<Value>
  /** The clock of one process. */
  process(): ProcessClock
  /** Timers that have not fired. */
  pending(): number
}

/** What one process takes for the time: its wall clock may jump, its timers die with it. */
export interface ProcessClock {
  readonly clock: Clock
  /** Moves the wall clock; what is monotonic stays. */
  jump(milliseconds: number): void
  /** From now on no timer of this process fires. */
  kill(): void
}

export interface VirtualTimeOptions {
  /** Wall time at the start, in ms since the epoch. Default 2026-01-05T14:30:00Z, a Monday. */
  readonly start?: number
}

interface Entry {
  readonly time: number
  readonly rank: number
  callback: (() => void) | undefined
}

/** 2026-01-05T14:30:00Z. */
export const MONDAY = 1_767_623_400_000

/** Every promise that can settle has settled when this resolves. */
const settle = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

export function createVirtualTime({ start = MONDAY }: VirtualTimeOptions = {}): VirtualTime {
  const heap: Entry[] = []
  let now = 0
  let rank = 0
  let live = 0

  const before = (left: Entry, right: Entry): boolean => left.time < right.time || (left.time === right.time && left.rank < right.rank)
  const swap = (left: number, right: number): void => { [heap[left], heap[right]] = [heap[right] as Entry, heap[left] as Entry] }
  const push = (entry: Entry): void => {
    let index = heap.push(entry) - 1
    for (let parent = (index - 1) >> 1; index > 0 && before(heap[index] as Entry, heap[parent] as Entry); parent = (index - 1) >> 1) {
      swap(index, parent)
      index = parent
    }
  }
  const pop = (): Entry => {
    const first = heap[0] as Entry
    const last = heap.pop() as Entry
    if (heap.length > 0) {
      heap[0] = last
      for (let index = 0, child = 1; child < heap.length; child = 2 * index + 1) {
        if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child += 1
        if (!before(heap[child] as Entry, heap[index] as Entry)) break
        swap(index, child)
        index = child
      }
    }
    return first
  }
  const setTimer = (callback: () => void, delay: number): Timer => {
    // A delay that is no number, or none at all, comes at once; timers of one time fire in the order in which they were set.
    const entry: Entry = { time: now + (delay > 0 ? delay : 0), rank: rank++, callback }
    live += 1
    push(entry)
    return { cancel: () => { if (entry.callback !== undefined) { entry.callback = undefined; live -= 1 } } }
  }
  const advance = async (milliseconds: number): Promise<void> => {
    const end = now + milliseconds
    await settle()
    for (let next = heap[0]; next !== undefined && next.time <= end; next = heap[0]) {
      const { callback, time } = pop()
      if (callback === undefined) continue
      now = Math.max(now, time)
      next.callback = undefined
      live -= 1
      callback()
      await settle()
    }
    now = end
  }

  return {
    clock: { now: () => start + now, monotonic: () => now, setTimer },
    elapsed: () => now,
    advance,
    pending: () => live,
    until: async (promise, within = 120_000) => {
      const state = { done: false }
      const finish = (): void => { state.done = true }
      promise.then(finish, finish)
      await settle()
      for (let waited = 0; !state.done; waited += 5) {
        if (waited >= within) throw new Error(`still waiting after ${within} ms of virtual time`)
        await advance(5)
      }
      return promise
    },
    process: () => {
      let offset = 0
      let dead = false
      return {
        clock: {
          now: () => start + now + offset,
          monotonic: () => now,
          setTimer: (callback, delay) => setTimer(() => { if (!dead) callback() }, delay),
        },
        jump: (milliseconds) => { offset += milliseconds },
        kill: () => { dead = true },
      }
    },
  }
}
