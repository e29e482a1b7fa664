import type { Clock, ExecutionService, StreamItem, Timer } from '@sluice/core'
import type { Cursor } from './cursor.ts'
import { createEventSource, type EventSource } from './event-source.ts'
import type { LiveTails } from './live-tails.ts'

/** At most this many items make one chunk. */
const BATCH = 256
/** Turns of the microtask queue in which history that is at hand delivers its next item. */
const PATIENCE = 6
const NOTHING: readonly StreamItem[] = []

/** The events of several accounts for one reader. */
export interface EventFeed {
  /**
   * Waits for at least one item and takes what is there with it. Empty: a heartbeat is due. Undefined: the end. A list that is
   * one account's alone is that of every reader who stands at the same place.
   */
  take(): Promise<readonly StreamItem[] | undefined>
  /** Stops waiting and gives back everything; the next `take` is the end. */
  readonly close: () => void
}

export interface EventFeedOptions {
  readonly service: ExecutionService
  readonly tails: LiveTails
  /** Where each account begins. */
  readonly start: Cursor
  readonly clock: Clock
  /** Silence after which a heartbeat is due, in ms. */
  readonly heartbeat: number
  readonly onFailure: (error: unknown) => void
}

/** Merges accounts. When one ends, all do; the reader resumes. */
export function createEventFeed({ service, tails, start, clock, heartbeat, onFailure }: EventFeedOptions): EventFeed {
  let ended = false
  let wake: () => void = () => undefined
  const onArrival = (): void => { wake() }
  const onEnd = (error?: unknown): void => {
    if (error !== undefined && !ended) onFailure(error)
    ended = true
    wake()
  }
  const sources: EventSource[] = [...start].map(([account, after]) => createEventSource({ service, tails, account, after, onArrival, onEnd }))

  let fromHistory = false
  const collect = (): readonly StreamItem[] => {
    let all: readonly StreamItem[] = NOTHING
    fromHistory = false
    for (const source of sources) {
      const items = source.take(BATCH)
      if (items.length === 0) continue
      fromHistory ||= source.isCatchingUp()
      all = all.length === 0 ? items : [...all, ...items]
    }
    return all
  }

  /** History comes item by item, but what is at hand belongs into one chunk. */
  const gather = async (first: readonly StreamItem[]): Promise<readonly StreamItem[]> => {
    const items = [...first]
    let idle = 0
    while (idle < PATIENCE && items.length < BATCH) {
      await Promise.resolve()
      const more = collect()
      idle = more.length > 0 ? 0 : idle + 1
      items.push(...more)
    }
    return items
  }

  const heart = createHeart(clock, heartbeat, onArrival)
  const isOver = (): boolean => ended || tails.isOver()
  return {
    take: async () => {
      let items = collect()
      while (items.length === 0 && !isOver() && !heart.isDue()) {
        await new Promise<void>((resolve) => { wake = resolve })
        items = collect()
      }
      if (fromHistory) items = await gather(items)
      heart.beat()
      return items.length === 0 && isOver() ? undefined : items
    },
    close: () => {
      ended = true
      heart.stop()
      for (const source of sources) source.close()
      wake()
    },
  }
}

interface Heart {
  isDue(): boolean
  beat(): void
  stop(): void
}

/** Tells when nothing was said for too long. One timer for its life: it looks at the last beat instead of being set anew for each. */
function createHeart(clock: Clock, interval: number, onDue: () => void): Heart {
  let last = clock.monotonic()
  let due = false
  let timer: Timer
  const watch = (delay: number): void => {
    timer = clock.setTimer(() => {
      const left = last + interval - clock.monotonic()
      due = left <= 0
      watch(due ? interval : left)
      if (due) onDue()
    }, delay)
  }
  watch(interval)
  return {
    isDue: () => due,
    beat: () => {
      due = false
      last = clock.monotonic()
    },
    stop: () => { timer.cancel() },
  }
}
