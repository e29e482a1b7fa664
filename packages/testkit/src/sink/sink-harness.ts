import type { Clock, Logger, StreamItem } from '@sluice/core'

/** The `EventSink` of `@sluice/events`, as far as the suite uses it. */
export interface SinkUnderTest {
  readonly name: string
  readonly delivery?: 'durable' | 'live'
  open?(context: { readonly clock: Clock; readonly logger: Logger; head(account: string): number; accounts(): readonly string[]; history(account: string): AsyncIterable<StreamItem> }): void | Promise<void>
  send(batch: { readonly account: string; readonly after: number; readonly items: readonly StreamItem[]; readonly signal: AbortSignal }): Promise<void>
  probe?(): Promise<void>
  close?(): Promise<void>
}

/** What the other side has, in the order in which it keeps it, repeated where it came twice. */
export interface DeliveredItem {
  /** `account:sequence`, and for a reset `account:sequence:reset`. */
  readonly id: string
  readonly account: string
  readonly sequence: number
  readonly type: string
  /** The event's data as the other side reads it; a reset's `{ orders, positions }`. */
  readonly data: unknown
}

/** A sink under test and its other side. Every case gets its own, with nothing on the other side. */
export interface SinkHarness {
  readonly sink: SinkUnderTest
  /** Everything of an account that the other side has now. */
  readonly delivered: (account: string) => Promise<readonly DeliveredItem[]>
  /** A second sink to the same other side, as a restart makes it. Absent: the case is skipped. */
  readonly restart?: () => Promise<SinkUnderTest>
  /** The other side cannot be reached until `heal`. Absent: the cases are skipped. */
  readonly fail?: () => void | Promise<void>
  readonly heal?: () => void | Promise<void>
  /** The other side takes the next batch and its answer is lost. Absent: the case is skipped. */
  readonly loseAnswer?: () => void | Promise<void>
  /** The other side will never take an event whose data has this order id. Absent: the case is skipped. */
  readonly refuse?: (orderId: string) => void | Promise<void>
  /** Closes what is open and removes what was kept. The sink is closed by the suite. */
  close(): Promise<void>
}
