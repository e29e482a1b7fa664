import type { ExecutionService, StreamItem } from '@sluice/core'
import type { LiveTails } from './live-tails.ts'

/** One account's events for one reader. */
export interface EventSource {
  /** What there is now, in order. Never waits. */
  take(limit: number): readonly StreamItem[]
  /** Whether it reads history, which comes item by item. */
  isCatchingUp(): boolean
  close(): void
}

export interface EventSourceOptions {
  readonly service: ExecutionService
  readonly tails: LiveTails
  readonly account: string
  /** The last sequence number the reader has. */
  readonly after: number
  /** Called when there may be something to take. */
  readonly onArrival: () => void
  /** Called when nothing will follow. */
  readonly onEnd: (error?: unknown) => void
}

const NOTHING: readonly StreamItem[] = []

/**
 * Reads from the service, one item ahead and no further, until the reader has caught up with the shared tail. A reader who falls
 * behind the tail goes back to the service: what it has not taken is never kept for it.
 */
export function createEventSource({ service, tails, account, after, onArrival, onEnd }: EventSourceOptions): EventSource {
  const { tail, leave } = tails.join(account, onArrival)
  let cursor = after
  let history: History | undefined

  const dropHistory = (): void => {
    history?.close()
    history = undefined
  }

  return {
    take: (limit) => {
      if (tail.holds(cursor)) {
        dropHistory()
        const items = tail.itemsAfter(cursor, limit)
        cursor = items.at(-1)?.sequence ?? cursor
        return items
      }
      history ??= openHistory(service, account, cursor, onArrival, onEnd)
      const item = history.take()
      if (item === undefined) return NOTHING
      cursor = item.sequence
      return [item]
    },
    isCatchingUp: () => history !== undefined,
    close: () => {
      leave()
      dropHistory()
    },
  }
}

interface History {
  /** The next item if it is here; asks for the one after it. */
  take(): StreamItem | undefined
  close(): void
}

function openHistory(service: ExecutionService, account: string, after: number, onArrival: () => void, onEnd: (error?: unknown) => void): History {
  const stopping = new AbortController()
  const { signal } = stopping
  const iterator = service.events({ account, after, signal })[Symbol.asyncIterator]()
  let item: StreamItem | undefined
  let asked = false

  const ask = (): void => {
    asked = true
    iterator.next().then(
      (result) => {
        asked = false
        if (signal.aborted) return
        if (result.done === true) onEnd()
        else {
          item = result.value
          onArrival()
        }
      },
      (error: unknown) => { if (!signal.aborted) onEnd(error) },
    )
  }

  return {
    take: () => {
      const taken = item
      item = undefined
      if (!asked) ask()
      return taken
    },
    close: () => {
      stopping.abort()
      iterator.return?.().catch(() => undefined)
    },
  }
}
