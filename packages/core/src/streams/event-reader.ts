import type { Journal } from '../journal/journal.ts'
import type { StoredEvent } from '../order/event.ts'

/** Events kept in memory per account, so that readers who keep up need not touch the journal. */
const RECENT = 4096

/** Resumable reading: from any sequence number on, in order, without gaps, without end. */
export interface EventReader {
  /** Tells how far an account's durable history reached when it was opened. */
  opened(account: string, last: number): void
  /** Tells readers of events that became durable. */
  published(events: readonly StoredEvent[]): void
  /**
   * Events of the account after `after`. `reset` makes what is yielded first when `after` lies beyond the account's history, since
   * the reader knew another journal, or before what is kept of it: the state to go on from. It ends when one of the signals aborts:
   * each is listened to, because a joined one is not to be had in every runtime.
   */
  read<Reset extends { readonly sequence: number }>(account: string, after: number, signals: readonly AbortSignal[], reset: () => Promise<Reset>): AsyncGenerator<StoredEvent | Reset, void, undefined>
}

interface Tail {
  readonly recent: StoredEvent[]
  last: number
  readonly waiting: Set<() => void>
}

/** Memory holds the newest events only; a reader that falls behind reads the journal instead. Nobody waits for a slow reader. */
export function createEventReader(journal: Journal): EventReader {
  const tails = new Map<string, Tail>()

  const tailOf = (account: string): Tail => {
    let tail = tails.get(account)
    if (tail === undefined) {
      tail = { recent: [], last: 0, waiting: new Set() }
      tails.set(account, tail)
    }
    return tail
  }

  const changed = (tail: Tail, signals: readonly AbortSignal[]): Promise<void> => new Promise((resolve) => {
    const done = (): void => {
      tail.waiting.delete(done)
      for (const signal of signals) signal.removeEventListener('abort', done)
      resolve()
    }
    tail.waiting.add(done)
    for (const signal of signals) signal.addEventListener('abort', done, { once: true })
  })

  return {
    opened: (account, last) => {
      const tail = tailOf(account)
      tail.last = Math.max(tail.last, last)
    },
    published: (events) => {
      const [first] = events
      if (first === undefined) return
      const tail = tailOf(first.account)
      tail.recent.push(...events)
      if (tail.recent.length > RECENT * 2) tail.recent.splice(0, tail.recent.length - RECENT)
      tail.last = (events.at(-1) as StoredEvent).sequence
      for (const wake of tail.waiting) wake()
    },
    read: async function* read(account, after, signals, reset) {
      const isOver = (): boolean => signals.some((signal) => signal.aborted)
      const tail = tailOf(account)
      let seen = after
      if (seen > tail.last) {
        const item = await reset()
        yield item
        seen = item.sequence
      }
      while (!isOver()) {
        const oldest = tail.recent[0]?.sequence
        if (seen < tail.last) {
          const before = seen
          const source = oldest !== undefined && oldest <= seen + 1 ? tail.recent.slice(seen + 1 - oldest) : journal.read(account, seen + 1)
          try {
            for await (const event of source) {
              if (isOver()) return
              // What the reader asked for is pruned: it goes on from the state, never over a hole.
              if (event.sequence !== seen + 1) {
                const item = await reset()
                yield item
                seen = item.sequence
                break
              }
              yield event
              seen = event.sequence
            }
          } catch (error) {
            // A journal that is closed under a reader is the end of the stream, not a failure of it.
            if (isOver()) return
            throw error
          }
          // All of it is pruned, and nothing came after it.
          if (seen === before && !isOver()) {
            const item = await reset()
            yield item
            seen = item.sequence
          }
        } else await changed(tail, signals)
      }
    },
  }
}
