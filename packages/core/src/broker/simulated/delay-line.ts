import type { Clock, Timer } from '../../runtime/clock.ts'

/** A wire: what is sent first arrives first, each after its own delay at the earliest. */
export interface DelayLine {
  /** Calls `arrive` after the delay, in this tick when that is zero and nothing is ahead; `lost` when the line closes before. */
  send(delay: number, arrive: () => void, lost: () => void): void
  /** Loses what is on its way, and whatever is sent from now on. */
  close(): void
}

interface Parcel {
  readonly due: number
  readonly arrive: () => void
  readonly lost: () => void
}

const COMPACT_AFTER = 1024

export function createDelayLine(clock: Clock): DelayLine {
  let parcels: Parcel[] = []
  let head = 0
  let timer: Timer | undefined
  let isClosed = false

  // Like a socket with something on its way, a line keeps the process alive.
  const wait = (): void => {
    const next = parcels[head]
    timer = next === undefined ? undefined : clock.setTimer(deliverDue, Math.max(0, next.due - clock.monotonic()), true)
  }
  const deliverDue = (): void => {
    const now = clock.monotonic()
    for (let next = parcels[head]; next !== undefined && next.due <= now; next = parcels[head]) {
      head += 1
      next.arrive()
    }
    if (head === parcels.length || head > COMPACT_AFTER) {
      parcels = parcels.slice(head)
      head = 0
    }
    if (!isClosed) wait()
  }
  return {
    send: (delay, arrive, lost) => {
      if (isClosed) { lost(); return }
      const isEmpty = head === parcels.length
      if (delay <= 0 && isEmpty) { arrive(); return }
      parcels.push({ due: Math.max(clock.monotonic() + delay, parcels.at(-1)?.due ?? 0), arrive, lost })
      if (timer === undefined) wait()
    },
    close: () => {
      isClosed = true
      timer?.cancel()
      const undelivered = parcels.slice(head)
      parcels = []
      head = 0
      for (const { lost } of undelivered) lost()
    },
  }
}
