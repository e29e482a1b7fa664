import { type ConnectionState, ExecutionClientError } from '@sluice/http/client'
import type { StreamItem } from '@sluice/core'
import { after, chance, now } from '../runtime/timing.ts'
import type { Connection } from '../store/connection.ts'
import { endSubscription, type FeedInput, type FeedSource, feedOf, type FeedSubscription, type OrderFeed, type TakeSnapshot } from './feed-source.ts'
import { type FeedGap, Sequencer } from './sequencer.ts'

const FIRST_DELAY = 500
const LONGEST_DELAY = 30_000
const OFFLINE_ATTEMPTS = 3

interface FeedHandlers {
  readonly item: (item: StreamItem) => void
  readonly connection: (connection: Connection) => void
  readonly gap: (gap: FeedGap) => void
}

export interface FeedOptions {
  readonly source: FeedSource
  readonly account: string
  /** Reads a snapshot where the source has none to give. */
  readonly takeSnapshot?: TakeSnapshot | undefined
  readonly handlers: FeedHandlers
}

/**
 * The one connection behind a store: a snapshot, then every event once and in order, whatever the source loses, repeats or
 * swaps; resumed after each cut, with full jitter, until it is stopped.
 */
export class Feed {
  readonly #options: FeedOptions
  readonly #feed: OrderFeed
  readonly #sequencer: Sequencer
  readonly #stopped = new AbortController()
  #subscription: FeedSubscription | undefined
  /** Counts subscriptions: what an ended one still says is ignored. */
  #attempt = 0
  #failures = 0
  #state: ConnectionState = 'connecting'
  #retryAt: number | undefined
  #asOf: number | undefined
  #cancelRetry: (() => void) | undefined
  #cancelWatch: (() => void) | undefined
  #mending = false
  /** Something was lost after the snapshot that is on its way was asked for: it may be of another history. */
  #mendAgain = false

  constructor(options: FeedOptions) {
    this.#options = options
    this.#feed = feedOf(options.source)
    this.#sequencer = new Sequencer(options.account, options.handlers.item)
  }

  run(): void {
    this.#subscribe()
  }

  stop(): void {
    this.#stopped.abort()
    this.#leave()
  }

  get #hasSnapshot(): boolean {
    return this.#sequencer.cursor !== undefined
  }

  #subscribe(): void {
    if (this.#stopped.signal.aborted) return
    this.#leave()
    const attempt = this.#attempt
    const isMine = (): boolean => attempt === this.#attempt && !this.#stopped.signal.aborted
    const { cursor } = this.#sequencer
    this.#sequencer.forgetHeld()
    this.#report()
    this.#watch()
    try {
      const subscription = this.#feed.subscribe({
        next: (input) => {
          if (isMine()) this.#take(input)
        },
        error: (error) => {
          if (isMine()) this.#failed(error)
        },
        complete: () => {
          if (isMine()) this.#failed(undefined)
        },
        state: (state) => {
          if (isMine()) this.#enter(state)
        },
      }, { account: this.#options.account, ...(cursor !== undefined && { after: new Map(cursor) }) })
      if (isMine()) this.#subscription = subscription
      else endSubscription(subscription)
    } catch (error) {
      if (isMine()) this.#failed(error)
      return
    }
    // What a source without snapshots has missed only a snapshot tells.
    if (isMine() && this.#feed.snapshots !== true) this.#mend()
  }

  /** Ends the subscription; the next one begins where this one ended. */
  #leave(): void {
    this.#attempt += 1
    this.#cancelRetry?.()
    this.#cancelWatch?.()
    this.#retryAt = undefined
    endSubscription(this.#subscription)
    this.#subscription = undefined
  }

  #take(input: FeedInput): void {
    this.#watch()
    const had = this.#hasSnapshot
    const gap = this.#sequencer.take(input)
    this.#failures = 0
    if (gap !== undefined) this.#lost(gap)
    // Whatever became of the last one: without a snapshot nothing is shown.
    else if (!this.#hasSnapshot && this.#feed.snapshots !== true) this.#mend()
    if (gap !== undefined) return
    if (this.#state !== 'live') this.#enter('live')
    else if (!had && this.#hasSnapshot) this.#report()
  }

  #lost(gap: FeedGap): void {
    if (gap.reason !== 'no_snapshot') this.#options.handlers.gap(gap)
    if (gap.account === '*') return
    if (this.#state === 'live') this.#asOf = now()
    // A source with snapshots gives one to whoever subscribes without a cursor.
    if (this.#feed.snapshots === true) this.#retry(1)
    else if (!this.#mending) this.#mend()
    else if (gap.reason !== 'no_snapshot') this.#mendAgain = true
    this.#report()
  }

  /** Asks the server itself for what the source cannot tell. */
  #mend(): void {
    const { takeSnapshot, account } = this.#options
    if (this.#mending || takeSnapshot === undefined) return
    this.#mending = true
    this.#mendAgain = false
    this.#sequencer.forgetHeld()
    const { signal } = this.#stopped
    takeSnapshot(account, signal).then((resets) => {
      this.#mending = false
      if (signal.aborted) return
      if (this.#mendAgain) {
        this.#mend()
        return
      }
      const gap = this.#sequencer.take(resets)
      if (gap !== undefined) this.#lost(gap)
      else if (this.#state === 'connecting') this.#enter('live')
      else this.#report()
    }, (error: unknown) => {
      this.#mending = false
      if (!signal.aborted) this.#failed(error)
    })
  }

  #enter(state: ConnectionState): void {
    if (this.#state === 'live' && state !== 'live' && this.#hasSnapshot) this.#asOf = now()
    if (state === 'live') this.#failures = 0
    // What a source without snapshots missed while it was away it will never tell.
    const returns = state === 'live' && this.#state !== 'live' && this.#state !== 'connecting' && this.#feed.snapshots !== true
    this.#state = state
    if (returns) this.#mend()
    this.#report()
  }

  #failed(error: unknown): void {
    this.#leave()
    const { status } = (error ?? {}) as { readonly status?: unknown }
    const refused = status === 401 || status === 403 || (ExecutionClientError.isInstance(error) && error.status >= 400 && error.status < 500)
    if (refused) {
      this.#enter('denied')
      return
    }
    this.#failures += 1
    this.#enter(this.#failures >= OFFLINE_ATTEMPTS ? 'offline' : 'reconnecting')
    this.#retry(this.#failures)
  }

  /** Full jitter: pages that were cut together must not come back together. */
  #retry(failures: number): void {
    this.#leave()
    const delay = failures === 0 ? 0 : chance() * Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (failures - 1))
    this.#retryAt = now() + delay
    this.#report()
    this.#cancelRetry = after(delay, () => {
      this.#subscribe()
    })
  }

  #watch(): void {
    this.#cancelWatch?.()
    const { heartbeat } = this.#feed
    if (heartbeat === undefined) return
    this.#cancelWatch = after(2 * heartbeat, () => {
      this.#failures += 1
      this.#enter('stale')
      this.#retry(this.#failures)
    })
  }

  #report(): void {
    if (this.#stopped.signal.aborted) return
    const phase = this.#state === 'live' && !this.#hasSnapshot ? (this.#asOf === undefined ? 'connecting' : 'stale') : this.#state
    const asOf = phase === 'live' ? now() : this.#asOf
    this.#options.handlers.connection({
      phase,
      ...(asOf !== undefined && { asOf }),
      ...(this.#failures > 0 && { attempts: this.#failures }),
      ...(this.#retryAt !== undefined && { retryAt: this.#retryAt }),
    })
  }
}
