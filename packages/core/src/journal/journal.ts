import type { Json, StoredEvent } from '../order/event.ts'

/**
 * The durable log behind a service: one history per account, appended in order by one owner. Memory, SQLite and PostgreSQL
 * journals pass the same suite (`testJournal`).
 *
 * After any I/O error a journal is failed: every later append rejects with JOURNAL_FAILED until it is reopened. It never
 * continues over a hole.
 */
export interface Journal {
  /** `synced`: an append survives the power going off. `memory`: it ends with the process. */
  readonly durability: 'synced' | 'memory'
  /**
   * Becomes the owner of an account. The epoch is larger than any before it and fences every append of earlier owners.
   * @throws SluiceError JOURNAL_FAILED, JOURNAL_LOCKED
   */
  claim(account: string): Promise<Lease>
  /**
   * Writes one batch: all of it or nothing. Batches are written in the order of the calls and may be pipelined; the first
   * failure stops the journal. Resolves when the batch is durable. After a refusal (anything but JOURNAL_FAILED) the lease
   * writes nothing more: what follows would leave a hole.
   * @throws SluiceError JOURNAL_FAILED (unknown whether it is written); FENCED, SEQUENCE_CONFLICT, or IDEMPOTENCY_CONFLICT for
   * a key that is bound to another order, EXECUTION_CONFLICT for a fill whose execution is recorded already (it is not)
   */
  append(lease: Lease, batch: Batch): Promise<Appended>
  /**
   * Sets a durable counter to `to` if it is lower now; answers whether it did. Of many concurrent calls with one value exactly
   * one gets true. A one-time code is spent this way.
   */
  advance(counter: string, to: number): Promise<boolean>
  /** The account's events with `sequence >= from`, in order. Only durable ones. */
  read(account: string, from: number): AsyncIterable<StoredEvent>
  /** What `read` gives, some hundred events at a time: a start reads a million. Absent where a journal has no pages. */
  readPages?(account: string, from: number): AsyncIterable<readonly StoredEvent[]>
  /** What an idempotency key of the account stands for, as far back as the journal goes. */
  find(account: string, key: string): Promise<KeyRecord | undefined>
  /** The order of the account that a name belongs to (`Batch.names`), as far back as the journal goes. */
  resolve(account: string, name: string): Promise<string | undefined>
  /** The events that name an order (`orderIdOf`), in order. Only durable ones; none when the account has no such order. */
  readOrder(account: string, orderId: string): Promise<readonly StoredEvent[]>
  /** Every account with a history, the global one (`*`) included. */
  accounts(): Promise<readonly string[]>
  /** The account's latest snapshot. */
  loadSnapshot(account: string): Promise<Snapshot | undefined>
  /**
   * Keeps a snapshot; recovery then starts from it. Older ones may be dropped, and do not replace a newer one.
   * @throws SluiceError FENCED, SEQUENCE_CONFLICT when it is ahead of the history, JOURNAL_FAILED
   */
  saveSnapshot(lease: Lease, snapshot: Snapshot): Promise<void>
  /** A named durable value that moves with appends (a broker's cursor) or by itself (a sink's cursor). */
  cursor(name: string): Promise<string | undefined>
  /**
   * The text of the trip file beside the journal (`parseTrips` reads it); undefined when there is none. Absent where a journal
   * has no place beside it. A rejection counts as engaged.
   */
  readTrips?(): Promise<string | undefined>
  /** Moves a cursor by itself. */
  saveCursor(name: string, value: string): Promise<void>
  /**
   * Copies the journal to a new file while it goes on, and verifies the copy: everything durable before the call is in it.
   * Absent where a journal is copied by other means.
   * @throws SluiceError CONFIGURATION_INVALID when the file is there already, JOURNAL_FAILED, JOURNAL_CORRUPT
   */
  backup?(path: string): Promise<JournalBackup>
  close(): Promise<void>
}

/** A copy that was verified. */
export interface JournalBackup {
  /** Absolute. */
  readonly path: string
  /** Events in it, of all accounts. */
  readonly events: number
}

/** The right to append to an account. */
export interface Lease {
  readonly account: string
  readonly epoch: number
  /** The last sequence number written by anyone; 0 for a new account. */
  readonly sequence: number
  /**
   * Whether the right is confirmed now. A fence stops the journal of a paused owner and not its socket: no order is written to a
   * broker while this is false. Asked in the tick of the write. Absent where an account cannot get another owner unnoticed.
   */
  isLive?(): boolean
  /**
   * When the owner before can certainly write no more to a broker, in ms of the monotonic clock: no look-up proves before it that
   * an order was never sent. Absent: it has ended.
   */
  readonly precededUntil?: number
}

/** One atomic unit. */
export interface Batch {
  /** Consecutive events; the first continues the account's sequence. */
  readonly events: readonly StoredEvent[]
  /** Idempotency keys that these events bind. */
  readonly keys?: readonly (KeyRecord & { readonly key: string })[]
  /** Names that these events give to orders: client and broker ids, executions. The last binding of a name counts. */
  readonly names?: readonly OrderName[]
  /** Cursors that move with these events. */
  readonly cursors?: Readonly<Record<string, string>>
}

export interface Appended {
  readonly first: number
  readonly last: number
}

/** What an idempotency key was used for. */
export interface KeyRecord {
  readonly orderId: string
  readonly digest: string
}

/** A name by which an update may speak of an order. The journal does not look into it. */
export interface OrderName {
  readonly name: string
  readonly orderId: string
}

/** An account's state after `sequence`. */
export interface Snapshot {
  readonly sequence: number
  readonly state: Json
}
