import type { Clock, Logger, StreamItem } from '@sluice/core'

/**
 * Where events go: a message broker, a room of sockets, a list in memory. Sinks that pass `testSink` of the testkit keep the
 * promises of docs/events.md.
 *
 * The relay calls `send` for many accounts at once, and for one account only when the batch before it has been settled.
 */
export interface EventSink {
  /** Names its place in the journal: keep it for as long as the other side lives. Lower-case letters, digits, `-`, `_` and `.`; at most 64. */
  readonly name: string
  /**
   * `durable`: it goes on where it stopped, over restarts, and every event is delivered at least once. `live`: it begins with what
   * happens after the start, for a view whose readers fetch what they missed by themselves. Default `durable`.
   */
  readonly delivery?: 'durable' | 'live'
  /** How long the first event of an account waits for company, in ms. Default: what the relay says, 2. */
  readonly linger?: number
  /** Called before the first batch, and again after it rejected. */
  open?(context: SinkContext): void | Promise<void>
  /**
   * Delivers a batch. Resolves when all of it is safe on the other side, and not before. When it rejects, the same items come
   * again: what it delivered of them must be a beginning of the batch.
   * @throws SinkError EVENT_REFUSED for a verdict on an event; anything else means that the sink is not available
   */
  send(batch: SinkBatch): Promise<void>
  /**
   * Resolves when the other side is well. Without it an event that fails in another way than EVENT_REFUSED becomes a dead letter
   * only when other accounts get through meanwhile.
   */
  probe?(): Promise<void>
  /** Called once, after the last batch was settled. */
  close?(): Promise<void>
}

/** What a relay lends a sink. */
export interface SinkContext {
  readonly clock: Clock
  readonly logger: Logger
  /** The last durable sequence number of an account; 0 when it has no history. */
  head(account: string): number
  /** The accounts that are relayed, the global one (`*`) included. */
  accounts(): readonly string[]
  /** What is durable now of an account, from the beginning of what is kept. */
  history(account: string): AsyncIterable<StreamItem>
}

/** Consecutive items of one account. */
export interface SinkBatch {
  readonly account: string
  /** The sequence number before the first item: a reader that has less has missed something. */
  readonly after: number
  /** At least one. A `stream_reset` comes alone. */
  readonly items: readonly StreamItem[]
  /** Aborts when the relay is being closed and waits no longer. */
  readonly signal: AbortSignal
}
