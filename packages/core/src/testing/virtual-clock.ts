import { createDueQueue } from '../broker/simulated/due-queue.ts'
import { type Clock, fromIso } from '../runtime/clock.ts'

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /** Moves time on, firing every timer that comes due in order, and lets all promises settle between them. */
  advance(milliseconds: number): Promise<void>
  /** Timers that have not fired. */
  pending(): number
}

export interface VirtualClockOptions {
  /** Wall time at the start: ISO 8601 or ms since the epoch. Default `'2026-01-05T14:30:00Z'`, a Monday. */
  readonly start?: string | number
}

export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const { start = '2026-01-05T14:30:00Z' } = options
  const origin = typeof start === 'number' ? start : fromIso(start)
  const queue = createDueQueue<() => void>()
  const live = new Set<() => void>()
  let elapsed = 0
  let turn = 0

  return {
    now: () => origin + elapsed,
    monotonic: () => elapsed,
    setTimer: (callback, delay) => {
      const fire = (): void => { callback() }
      live.add(fire)
      queue.push(elapsed + Math.max(0, delay), turn++, fire)
      return { cancel: () => { live.delete(fire) } }
    },
    advance: async (milliseconds) => {
      const end = elapsed + milliseconds
      const drain = openDrain()
      try {
        await drain.run()
        while (queue.nextTime() <= end) {
          const next = queue.take()
          if (next === undefined || !live.delete(next.value)) continue
          elapsed = Math.max(elapsed, next.time)
          next.value()
          await drain.run()
        }
        elapsed = end
      } finally {
        drain.close()
      }
    },
    pending: () => live.size,
  }
}

interface Drain {
  run(): Promise<void>
  close(): void
}

/** A message comes only after every microtask, however many hops a chain of promises has. */
function openDrain(): Drain {
  const channel = new MessageChannel()
  let arrived: (() => void) | undefined
  channel.port1.addEventListener('message', () => { arrived?.() })
  channel.port1.start()
  return {
    run: () => new Promise((resolve) => {
      arrived = resolve
      channel.port2.postMessage(undefined)
    }),
    close: () => { channel.port1.close() },
  }
}
