import type { Clock, Journal, Timer } from '@sluice/core'
import { cursorName, formatSinkCursor, type SinkCursor } from './sink-cursor.ts'

/** Writes places to the journal now and then: often enough that a crash repeats little, rarely enough that orders do not notice. */
export interface CursorKeeper {
  /** Keeps the newest place of an account; `now` writes it at once. Resolves when it is durable. */
  keep(sink: string, account: string, cursor: SinkCursor, now: boolean): Promise<void>
  /** Writes what is not written yet. */
  flush(): Promise<void>
}

export interface CursorKeeperOptions {
  readonly journal: Pick<Journal, 'saveCursor'>
  readonly clock: Clock
  /** ms */
  readonly interval: number
  readonly onFailure: (sink: string, account: string, cause: unknown) => void
}

/** ms */
const LONGEST_INTERVAL = 10_000

interface Place {
  readonly sink: string
  readonly account: string
  readonly cursor: SinkCursor
}

export function createCursorKeeper({ journal, clock, interval, onFailure }: CursorKeeperOptions): CursorKeeper {
  const waiting = new Map<string, Place>()
  /** Writes in a row of which one failed: told once, and tried less and less often. */
  let failures = 0
  let timer: Timer | undefined
  let writing: Promise<void> = Promise.resolve()

  /** All places together, so that they share one sync. One after another for each: an older one never comes last. */
  const write = async (): Promise<void> => {
    const places = [...waiting]
    waiting.clear()
    let failed: { readonly place: Place; readonly cause: unknown } | undefined
    await Promise.all(places.map(async ([name, place]) => {
      try {
        await journal.saveCursor(name, formatSinkCursor(place.cursor))
      } catch (cause) {
        if (!waiting.has(name)) waiting.set(name, place)
        failed ??= { place, cause }
      }
    }))
    if (failed !== undefined && failures === 0) onFailure(failed.place.sink, failed.place.account, failed.cause)
    failures = failed === undefined ? 0 : failures + 1
    if (waiting.size > 0) schedule()
  }
  const flush = (): Promise<void> => {
    timer?.cancel()
    timer = undefined
    writing = writing.then(write)
    return writing
  }
  const schedule = (): void => {
    timer ??= clock.setTimer(() => { timer = undefined; void flush() }, Math.min(LONGEST_INTERVAL, interval * 2 ** Math.min(failures, 20)))
  }

  return {
    flush,
    keep: async (sink, account, cursor, now) => {
      waiting.set(cursorName(sink, account), { sink, account, cursor })
      if (now) await flush()
      else schedule()
    },
  }
}
