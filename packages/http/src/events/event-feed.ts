import type { Clock, StreamItem, Timer } from '@sluice/core'

/** At most this many items make one chunk. */
const BATCH = 256
/** Turns of the microtask queue in which a reader that has something at hand delivers it. */
const PATIENCE = 4

/** Several event streams as one. */
export interface EventFeed {
  /** Waits for at least one item and takes what is there with it. Empty: a heartbeat is due. Undefined: the end. */
  take(): Promise<readonly StreamItem[] | undefined>
  /** Stops waiting and gives back the streams; the next `take` is the end. */
  readonly close: () => void
}

export interface EventFeedOptions {
  readonly streams: readonly AsyncIterable<StreamItem>[]
  readonly clock: Clock
  /** Silence after which a heartbeat is due, in ms. */
  readonly heartbeat: number
  readonly onFailure: (error: unknown) => void
}

interface Source {
  readonly iterator: AsyncIterator<StreamItem>
  pending: boolean
  item: StreamItem | undefined
}

/**
 * Merges streams, each pulled one item ahead and no further: what a slow reader has not taken stays where it is kept. When one
 * stream ends, all do; the reader resumes.
 */
export function createEventFeed(options: EventFeedOptions): EventFeed {
  const { clock, heartbeat } = options
  const sources: Source[] = options.streams.map((stream) => ({ iterator: stream[Symbol.asyncIterator](), pending: false, item: undefined }))
  let ended = false
  let wake: () => void = () => undefined

  const pull = (source: Source): void => {
    source.pending = true
    source.iterator.next().then(
      (result) => {
        source.pending = false
        if (result.done === true) ended = true
        else source.item = result.value
        wake()
      },
      (error: unknown) => {
        if (!ended) options.onFailure(error)
        ended = true
        wake()
      },
    )
  }

  const collect = (into: StreamItem[]): boolean => {
    const before = into.length
    for (const source of sources) {
      if (source.item !== undefined) into.push(source.item)
      source.item = undefined
      if (!source.pending && !ended) pull(source)
    }
    return into.length > before
  }

  // One timer for the life of the feed: it looks at the time of the last item instead of being set anew for each.
  let lastTaken = clock.monotonic()
  let silent = false
  let timer: Timer | undefined
  const watch = (delay: number): void => {
    timer = clock.setTimer(() => {
      const left = lastTaken + heartbeat - clock.monotonic()
      silent = left <= 0
      watch(silent ? heartbeat : left)
      if (silent) wake()
    }, delay)
  }
  watch(heartbeat)

  return {
    take: async () => {
      const items: StreamItem[] = []
      collect(items)
      while (items.length === 0 && !ended && !silent) {
        await new Promise<void>((resolve) => { wake = resolve })
        collect(items)
      }
      for (let idle = 0; items.length > 0 && items.length < BATCH && !ended && idle < PATIENCE; idle += 1) {
        await Promise.resolve()
        if (collect(items)) idle = 0
      }
      lastTaken = clock.monotonic()
      silent = false
      return items.length === 0 && ended ? undefined : items
    },
    close: () => {
      ended = true
      timer?.cancel()
      wake()
      for (const { iterator } of sources) iterator.return?.().catch(() => undefined)
    },
  }
}
