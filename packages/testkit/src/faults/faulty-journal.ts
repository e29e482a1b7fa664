import type { Appended, Batch, Clock, Journal, Lease, StoredEvent } from '@sluice/core'
import { memoryJournal, SluiceError } from '@sluice/core'
import { createNoise } from '../virtual/random.ts'

/**
 * - `fail_append`: the next append fails, as does every one after it; nobody knows whether it was written.
 * - `hang_append`: the next append is never answered.
 * - `slow_append`: the next append takes long.
 * - `fail_read`: the next journal that is opened cannot be read.
 */
export const JOURNAL_FAULTS = ['fail_append', 'hang_append', 'slow_append', 'fail_read'] as const
export type JournalFaultKind = (typeof JOURNAL_FAULTS)[number]

export interface FaultyJournalOptions {
  readonly clock: Clock
  /** Chooses how long a sync takes. Default `'journal'`. */
  readonly seed?: string
  /** How long a sync takes, in ms. Default `[0, 3]`. */
  readonly sync?: readonly [smallest: number, largest: number]
  /** What has just become durable, and for which account. */
  readonly durable?: (events: readonly StoredEvent[]) => void
}

/** What is on the disk: it outlives the processes that write to it. */
export interface FaultyJournal {
  /** The journal of a new process. What the one before has not synced is lost. */
  open(): OpenJournal
  inject(fault: JournalFaultKind): void
  heal(): void
  readonly injected: ReadonlyMap<JournalFaultKind, number>
  /** The durable events of an account, read without any process. */
  history(account: string): Promise<readonly StoredEvent[]>
}

export interface OpenJournal extends Journal {
  /** The process dies. Of what it wrote and did not yet sync, the first `kept` writes turn out to be on the disk all the same. */
  crash(kept: number): void
  /** Writes that wait for their sync. */
  unsynced(): number
  /** `failed`: it has said so; before that nobody can know. `hung`: it answers no more, which nobody can know before long. */
  readonly state: 'open' | 'failed' | 'hung'
}

interface Write {
  readonly perform: () => Promise<unknown>
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
  readonly due: number
}

const never = <Value>(): Promise<Value> => new Promise(() => undefined)

export function faultyJournal(options: FaultyJournalOptions): FaultyJournal {
  const { clock, seed = 'journal', sync: [smallest, largest] = [0, 3], durable } = options
  const disk = memoryJournal()
  const noise = createNoise(seed)
  const armed = new Map<JournalFaultKind, number>()
  const injected = new Map<JournalFaultKind, number>()
  let opened = 0
  let writes = 0
  let current: OpenJournal | undefined

  const take = (fault: JournalFaultKind): boolean => {
    const left = armed.get(fault) ?? 0
    if (left === 0) return false
    armed.set(fault, left - 1)
    injected.set(fault, (injected.get(fault) ?? 0) + 1)
    return true
  }
  const failed = (message: string): SluiceError => new SluiceError('JOURNAL_FAILED', message, { retryable: true })

  const open = (): OpenJournal => {
    current?.crash(0)
    opened += 1
    const unreadable = take('fail_read')
    let isDead = false
    let failure: SluiceError | undefined
    let isToldOf = false
    let isHung = false
    let queue: Write[] = []
    let last = 0

    const onDisk = async (lease: Lease, batch: Batch): Promise<Appended> => {
      const appended = await disk.append(lease, batch)
      durable?.(batch.events)
      return appended
    }
    const write = <Value>(perform: () => Promise<Value>): Promise<Value> => {
      if (isDead || isHung) return never()
      if (failure !== undefined) return Promise.reject(failure)
      writes += 1
      const slow = take('slow_append') ? noise(`slow ${writes}`, 60, 1500) : 0
      last = Math.max(last, clock.monotonic() + noise(`sync ${writes}`, smallest, largest) + slow)
      return new Promise<Value>((resolve, reject) => {
        const entry: Write = { perform, resolve, reject, due: last }
        queue.push(entry)
        clock.setTimer(() => { if (queue[0] === entry) void settle() }, last - clock.monotonic())
      })
    }
    /** Writes reach the disk one after another, each whole. */
    const settle = async (): Promise<void> => {
      for (;;) {
        const next = queue[0]
        if (next === undefined || next.due > clock.monotonic() || isDead || failure !== undefined || isHung) return
        queue.shift()
        if (take('hang_append')) { isHung = true; return }
        if (take('fail_append')) { await fail(next); return }
        try {
          const value = await next.perform()
          if (!isDead) next.resolve(value as never)
        } catch (error) {
          next.reject(error)
        }
      }
    }
    /** The first failure is the last write; whether this one is on the disk is a matter of luck. */
    const fail = async (first: Write): Promise<void> => {
      failure = failed('disk I/O error')
      const rest = queue
      queue = []
      if (noise(`luck ${writes}`, 0, 1) === 1) await first.perform().catch(() => undefined)
      isToldOf = true
      for (const { reject } of [first, ...rest]) reject(failure)
    }
    const readable = <Value>(read: () => Promise<Value>): Promise<Value> => {
      if (isDead) return never()
      return unreadable ? Promise.reject(failed('the journal cannot be read')) : read()
    }

    const journal: OpenJournal = {
      ...disk,
      durability: 'synced',
      claim: (account) => readable(() => disk.claim(account)),
      append: (lease, batch) => write(() => onDisk(lease, batch)),
      advance: (counter, to) => write(() => disk.advance(counter, to)),
      saveCursor: (name, value) => write(() => disk.saveCursor(name, value)),
      saveSnapshot: (lease, snapshot) => write(() => disk.saveSnapshot(lease, snapshot)),
      accounts: () => readable(() => disk.accounts()),
      cursor: (name) => readable(() => disk.cursor(name)),
      loadSnapshot: (account) => readable(() => disk.loadSnapshot(account)),
      close: () => Promise.resolve(),
      crash: (kept) => {
        if (isDead) return
        isDead = true
        const waiting = queue.slice(0, failure === undefined ? kept : 0)
        queue = []
        // The memory journal takes each in the tick of its call: they are on the disk before the next process opens it.
        for (const { perform } of waiting) void perform().catch(() => undefined)
      },
      unsynced: () => queue.length,
      get state() { return isToldOf ? 'failed' : isHung ? 'hung' : 'open' },
    }
    current = journal
    return journal
  }

  return {
    open, injected,
    inject: (fault) => { armed.set(fault, (armed.get(fault) ?? 0) + 1) },
    heal: () => { armed.clear() },
    history: async (account) => {
      const events: StoredEvent[] = []
      for await (const event of disk.read(account, 1)) events.push(event)
      return events
    },
  }
}
