import type { Appended, Batch, Journal, Lease } from '../../src/journal/journal.ts'
import { memoryJournal } from '../../src/journal/memory-journal.ts'
import { SluiceError } from '../../src/runtime/errors.ts'

/** An append that the test lets go. */
interface HeldAppend {
  readonly batch: Batch
  readonly account: string
  /** Its promise has resolved: what it holds is durable. */
  readonly durable: boolean
}

/** A memory journal whose appends the test holds, lets go and breaks. */
export interface FailingJournal extends Journal {
  /** Every append there ever was, in the order of the calls. */
  readonly appends: readonly HeldAppend[]
  /** Appends that wait. */
  readonly waiting: number
  /** From now on appends wait for `release`: a disk that hangs. */
  hold(): void
  /** Lets the oldest waiting appends become durable; all of them, and no longer holding, when no number is given. */
  release(count?: number): void
  /** The disk breaks: the oldest waiting append, or the next one, fails, and so does everything after it. */
  fail(when: 'before_write' | 'after_write'): void
}

type Entry = { -readonly [Key in keyof HeldAppend]: HeldAppend[Key] } & {
  readonly lease: Lease
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: unknown) => void
}

const broken = (): SluiceError => new SluiceError('JOURNAL_FAILED', 'the disk is broken', { retryable: true })

export function failingJournal(inner: Journal = memoryJournal()): FailingJournal {
  const appends: HeldAppend[] = []
  const waiting: Entry[] = []
  let holding = false
  let failure: 'before_write' | 'after_write' | undefined
  let failed = false

  const write = (entry: Entry): void => {
    if (failed || failure !== undefined) {
      if (!failed && failure === 'after_write') void inner.append(entry.lease, entry.batch)
      failed = true
      entry.reject(broken())
      return
    }
    entry.durable = true
    inner.append(entry.lease, entry.batch).then(entry.resolve, (error: unknown) => {
      entry.durable = false
      entry.reject(error)
    })
  }

  return {
    // Not a spread: a journal may be a class.
    durability: inner.durability,
    claim: (account) => inner.claim(account),
    advance: async (counter, to) => { if (failed) throw broken(); return inner.advance(counter, to) },
    read: (account, from) => inner.read(account, from),
    find: (account, key) => inner.find(account, key),
    resolve: (account, name) => inner.resolve(account, name),
    readOrder: (account, orderId) => inner.readOrder(account, orderId),
    accounts: () => inner.accounts(),
    loadSnapshot: (account) => inner.loadSnapshot(account),
    saveSnapshot: (lease, snapshot) => inner.saveSnapshot(lease, snapshot),
    cursor: (name) => inner.cursor(name),
    saveCursor: (name, value) => inner.saveCursor(name, value),
    close: () => inner.close(),
    append: (lease, batch) => {
      const { promise, resolve, reject } = Promise.withResolvers<Appended>()
      const entry: Entry = { batch, account: lease.account, durable: false, lease, resolve, reject }
      appends.push(entry)
      if (holding) waiting.push(entry)
      else write(entry)
      return promise
    },
    appends,
    get waiting() { return waiting.length },
    hold: () => { holding = true },
    release: (count) => {
      if (count === undefined) holding = false
      for (const entry of waiting.splice(0, count ?? waiting.length)) write(entry)
    },
    fail: (when) => {
      failure = when
      holding = false
      for (const entry of waiting.splice(0)) write(entry)
    },
  }
}
