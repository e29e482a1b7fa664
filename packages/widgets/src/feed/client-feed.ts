import type { StreamReset } from '@sluice/core'
import type { ExecutionClient } from '@sluice/http/client'
import type { FeedStart, OrderFeed, TakeSnapshot } from './feed-source.ts'

/**
 * A sequence number that no journal has reached. The server answers it with a `stream_reset`: a snapshot and the exact place in
 * the history that goes with it, so that nothing falls between the snapshot and the events that follow.
 */
const BEYOND = 999_999_999_999_999

function cursorOf({ account, after }: FeedStart): string {
  const at = (name: string): string => `${name}:${after?.get(name) ?? BEYOND}`
  return `${at(account)},${at('*')}`
}

/** The stream of the HTTP client: it resumes after a cut, backs off and watches the heartbeat by itself. */
export function clientFeed(client: Pick<ExecutionClient, 'events'>): OrderFeed {
  return {
    snapshots: true,
    subscribe: (observer, start) => {
      const ended = new AbortController()
      const { signal } = ended
      const read = async (): Promise<void> => {
        const onState = (state: Parameters<NonNullable<typeof observer.state>>[0]): void => {
          if (!signal.aborted) observer.state?.(state)
        }
        try {
          for await (const item of client.events({ account: start.account, after: cursorOf(start), signal, onState })) {
            if (signal.aborted) return
            observer.next(item)
          }
          if (!signal.aborted) observer.complete()
        } catch (error) {
          if (!signal.aborted) observer.error(error)
        }
      }
      void read()
      return () => {
        ended.abort()
      }
    },
  }
}

/** Asks the client for a snapshot, for feeds that bring none. */
export function snapshotsFrom(client: Pick<ExecutionClient, 'events'>): TakeSnapshot {
  return async (account, signal) => {
    const ended = new AbortController()
    const abort = (): void => {
      ended.abort()
    }
    signal.addEventListener('abort', abort)
    const resets: StreamReset[] = []
    try {
      for await (const item of client.events({ account, after: cursorOf({ account }), signal: ended.signal })) {
        if (item.type !== 'stream_reset') continue
        resets.push(item)
        if (item.account === account) return resets
      }
      throw new Error('the stream ended before its snapshot')
    } finally {
      signal.removeEventListener('abort', abort)
      ended.abort()
    }
  }
}
