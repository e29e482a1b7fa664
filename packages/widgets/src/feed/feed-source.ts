import type { StreamItem, StreamReset } from '@sluice/core'
import type { ConnectionState } from '@sluice/http/client'

/** Several items at once. `epoch` names the history they belong to: when it changes, everything known is read anew. */
export interface FeedBatch {
  readonly epoch?: string | number
  readonly items: readonly StreamItem[]
}

/** What a source hands over: one item, several, or several of a named history. */
export type FeedInput = StreamItem | readonly StreamItem[] | FeedBatch

/** Takes what a source says. An RxJS subscriber has the same shape. */
export interface FeedObserver {
  next(input: FeedInput): void
  error(error: unknown): void
  complete(): void
  /** How the source stands to its server. A source that never says so counts as live from its first item. */
  state?(state: ConnectionState): void
}

export interface FeedStart {
  readonly account: string
  /** The last sequence numbers seen, by account; absent where a snapshot is wanted. A source that cannot resume may ignore it. */
  readonly after?: ReadonlyMap<string, number>
}

/** How a subscription is ended. */
export type FeedSubscription = (() => void) | { unsubscribe(): void }

/**
 * Where orders come from, when not from the client: anything with `subscribe`, an RxJS observable for example. Delivery may
 * repeat, swap and lose items: sequence numbers tell, and what is missing is read from the client.
 */
export interface OrderFeed {
  subscribe(observer: FeedObserver, start: FeedStart): FeedSubscription
  /** Each subscription begins with a `stream_reset`, so that nobody has to ask for one. */
  readonly snapshots?: boolean
  /** The source is never silent for longer, in ms; twice as much counts as dead. Default: it may be silent for ever. */
  readonly heartbeat?: number
}

/** A feed, or anything that can be iterated asynchronously. A function is called for each attempt: it can resume. */
export type FeedSource = OrderFeed | AsyncIterable<FeedInput> | ((start: FeedStart & { readonly signal: AbortSignal }) => AsyncIterable<FeedInput>)

/** Reads the newest snapshot of an account, to close a gap; undefined where nobody can be asked. */
export type TakeSnapshot = (account: string, signal: AbortSignal) => Promise<readonly StreamReset[]>

/** One shape for all sources. */
export function feedOf(source: FeedSource): OrderFeed {
  if ('subscribe' in source) return source
  return {
    subscribe: (observer, start) => {
      const ended = new AbortController()
      void readInto(typeof source === 'function' ? source({ ...start, signal: ended.signal }) : source, observer, ended.signal)
      return () => {
        ended.abort()
      }
    },
  }
}

/** Hands over what can be iterated, until the signal ends it. */
export async function readInto(items: AsyncIterable<FeedInput>, observer: FeedObserver, signal: AbortSignal): Promise<void> {
  try {
    for await (const input of items) {
      if (signal.aborted) return
      observer.next(input)
    }
    if (!signal.aborted) observer.complete()
  } catch (error) {
    if (!signal.aborted) observer.error(error)
  }
}

export function endSubscription(subscription: FeedSubscription | undefined): void {
  if (typeof subscription === 'function') subscription()
  else subscription?.unsubscribe()
}
