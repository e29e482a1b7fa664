import type { SessionNumbers, StoredMessage } from '../session/session-types.ts'

/** One thing to make durable. */
export type StoreRecord =
  | { readonly kind: 'message'; readonly sequence: number; readonly bytes: Uint8Array }
  /** The stored message of this number was never written and never will be. */
  | { readonly kind: 'gap'; readonly sequence: number }
  | { readonly kind: 'target'; readonly next: number }
  /** Numbers below this may have been used, whatever else the store still knows: after a crash the next one is this. */
  | { readonly kind: 'reserve'; readonly next: number }
  /** Everything before is forgotten. */
  | { readonly kind: 'reset'; readonly numbers: SessionNumbers }

/** Keeps the numbers and the sent messages of one session. One session has one store, one store one owner. */
export interface FixStore {
  /**
   * Takes the store and answers the numbers to go on from. `now` is when a new one begins, in ms since the epoch.
   * @throws SluiceError JOURNAL_LOCKED when another session has it, JOURNAL_CORRUPT when it cannot be read: it never starts at 1 instead.
   */
  open(now: number): Promise<SessionNumbers>
  /**
   * Records are made durable in the order of the calls. `done` is called once the policy of the store holds, at once where that
   * needs no waiting, with the error when it cannot; after an error everything fails.
   */
  append(record: StoreRecord, done: (error: Error | undefined) => void): void
  /** Sent messages of a range, in order; numbers without a message are left out. */
  read(from: number, to: number): readonly StoredMessage[]
  close(): Promise<void>
}

/** A store that forgets everything with the process: for tests, and for sessions that start at 1 with each Logon. */
export function memoryFixStore(): FixStore {
  const messages = new Map<number, Uint8Array>()
  let numbers: SessionNumbers = { nextSender: 1, nextTarget: 1, createdAt: 0 }
  return {
    open: (now) => {
      if (numbers.createdAt === 0) numbers = { ...numbers, createdAt: now }
      return Promise.resolve(numbers)
    },
    append: (record, done) => {
      if (record.kind === 'message') {
        messages.set(record.sequence, record.bytes)
        numbers = { ...numbers, nextSender: record.sequence + 1 }
      } else if (record.kind === 'gap') messages.delete(record.sequence)
      else if (record.kind === 'target') numbers = { ...numbers, nextTarget: record.next }
      else if (record.kind === 'reset') {
        messages.clear()
        numbers = record.numbers
      }
      done(undefined)
    },
    read: (from, to) => {
      const found: StoredMessage[] = []
      for (let sequence = from; sequence <= to; sequence += 1) {
        const bytes = messages.get(sequence)
        if (bytes !== undefined) found.push({ sequence, bytes })
      }
      return found
    },
    close: () => Promise.resolve(),
  }
}
