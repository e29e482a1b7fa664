import type { StreamItem } from '@sluice/core'
import type { FeedInput } from './feed-source.ts'

/** Why what is known must be read anew. */
export interface FeedGap {
  readonly reason: 'gap' | 'epoch' | 'no_snapshot'
  readonly account: string
  readonly expected?: number
  readonly received?: number
}

/** More than this held back while a snapshot is on its way: it comes too late to help, another is asked for. */
const MOST_HELD = 50_000

/**
 * Puts a stream in order: each item of each account once, in sequence, from a snapshot on. Pure apart from its memory.
 */
export class Sequencer {
  readonly #account: string
  readonly #deliver: (item: StreamItem) => void
  readonly #seen = new Map<string, number>()
  #epoch: string | number | undefined
  #held: StreamItem[] = []
  /** A snapshot is awaited: events are held back until it says where they belong. */
  #waits = true

  constructor(account: string, deliver: (item: StreamItem) => void) {
    this.#account = account
    this.#deliver = deliver
  }

  /** The last sequence number taken, by account. Undefined before the first snapshot. */
  get cursor(): ReadonlyMap<string, number> | undefined {
    return this.#waits ? undefined : this.#seen
  }

  /** A snapshot is being asked for now: it includes what has arrived. */
  forgetHeld(): void {
    this.#held = []
  }

  /** Takes what arrived. Returns what is missing, when something is: then nothing passes until a snapshot comes. */
  take(input: FeedInput): FeedGap | undefined {
    const batch = 'items' in input ? input : { items: Array.isArray(input) ? (input as readonly StreamItem[]) : [input as StreamItem] }
    let gap: FeedGap | undefined
    if (batch.epoch !== undefined && batch.epoch !== this.#epoch) {
      const known = this.#epoch !== undefined
      this.#epoch = batch.epoch
      if (known) gap = this.#lose({ reason: 'epoch', account: this.#account })
    }
    for (const item of batch.items) {
      const lost = this.#takeOne(item)
      gap ??= lost
    }
    // A snapshot in the same batch has mended it.
    return this.#waits ? gap : undefined
  }

  #takeOne(item: StreamItem): FeedGap | undefined {
    const { account, sequence } = item
    if (account !== this.#account && account !== '*') return undefined
    if (item.type === 'stream_reset') {
      return this.#reset(item)
    }
    if (this.#waits && account !== '*') {
      this.#held.push(item)
      return this.#held.length === 1 || this.#held.length > MOST_HELD ? this.#lose({ reason: 'no_snapshot', account }, item) : undefined
    }
    const seen = this.#seen.get(account)
    if (seen !== undefined && sequence <= seen) return undefined
    if (seen !== undefined && sequence > seen + 1) {
      return this.#lose({ reason: 'gap', account, expected: seen + 1, received: sequence }, item)
    }
    this.#seen.set(account, sequence)
    this.#deliver(item)
    return undefined
  }

  #reset(item: StreamItem): FeedGap | undefined {
    this.#seen.set(item.account, item.sequence)
    this.#deliver(item)
    if (item.account !== this.#account) return undefined
    this.#waits = false
    const held = this.#held.toSorted((left, right) => left.sequence - right.sequence)
    this.#held = []
    let gap: FeedGap | undefined
    // The snapshot may be older than what was held back: then the gap is still there.
    for (const later of held) gap = this.#takeOne(later) ?? gap
    return gap
  }

  #lose(gap: FeedGap, item?: StreamItem): FeedGap {
    if (gap.account === '*') {
      // What is missing of the service's own events the status of the kill switch tells: the reset makes the store ask.
      this.#reset({ type: 'stream_reset', account: '*', sequence: gap.received ?? 0, orders: [], positions: [] })
      return gap
    }
    this.#waits = true
    this.#held = item === undefined ? [] : [item]
    return gap
  }
}
