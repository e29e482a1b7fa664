import type { StreamReset } from '@sluice/core'
import type { ConnectionState, ExecutionClient } from '@sluice/http/client'
import { type FeedStart, type OrderFeed, readInto, type TakeSnapshot } from './feed-source.ts'

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
      const onState = (state: ConnectionState): void => {
        if (!signal.aborted) observer.state?.(state)
      }
      void readInto(client.events({ account: start.account, after: cursorOf(start), signal, onState }), observer, signal)
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
