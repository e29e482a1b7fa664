import type { Clock, ExecutionService, StoredEvent } from '@sluice/core'

/** Events of one account that a reader who keeps up need not fetch by itself. */
const KEPT = 1024
/** How long an event waits for those that come with it, in ms: an order makes several, and a write costs more than its text. */
const GATHER = 1
/** How long it waits for each ms that telling the readers takes: they cost a third of the loop at most, and more events share a write. */
const GATHER_SHARE = 2
/** How long it waits at most. */
const MOST_GATHER = 50

/** The newest events of one account, shared by all its readers: an event costs each of them no more than its text. */
interface LiveTail {
  /** Whether everything after the sequence number is here, or will be as it happens. */
  holds(after: number): boolean
  /** What is here after the sequence number, at most `limit` of it. Readers who stand at the same place get the same list. */
  itemsAfter(after: number, limit: number): readonly StoredEvent[]
}

interface Tail extends LiveTail {
  readonly wakers: Set<() => void>
  push(event: StoredEvent): void
}

export interface LiveTails {
  /** Joins an account's readers: `wake` is called when there is more. Returns the tail and how to leave. */
  join(account: string, wake: () => void): { readonly tail: LiveTail; readonly leave: () => void }
  /** True when the service has closed: nothing will follow. */
  isOver(): boolean
}

function createTail(clock: Clock): Tail {
  let events: StoredEvent[] = []
  let waking = false
  let gather = GATHER
  let last: { readonly after: number; readonly limit: number; readonly items: readonly StoredEvent[] } | undefined
  const wakers = new Set<() => void>()
  const lastOf = (): number => events.at(-1)?.sequence ?? -1
  return {
    wakers,
    holds: (after) => {
      const first = events[0]
      return first !== undefined && first.sequence - 1 <= after && after <= lastOf()
    },
    itemsAfter: (after, limit) => {
      if (last?.after !== after || last.limit !== limit) {
        const start = after - (events[0]?.sequence ?? 0) + 1
        last = { after, limit, items: events.slice(start, start + limit) }
      }
      return last.items
    },
    push: (event) => {
      if (event.sequence !== lastOf() + 1) events = []
      events.push(event)
      last = undefined
      if (events.length > 2 * KEPT) events = events.slice(-KEPT)
      if (waking) return
      waking = true
      clock.setTimer(() => {
        waking = false
        const begin = clock.monotonic()
        for (const wake of wakers) wake()
        // Readers write in the microtasks that follow: the next turn of the loop knows what all of them took.
        clock.setTimer(() => { gather = Math.min(MOST_GATHER, Math.max(GATHER, Math.round(GATHER_SHARE * (clock.monotonic() - begin)))) }, 0)
      }, gather)
    },
  }
}

/** Follows the service from the first reader on. */
export function createLiveTails(service: ExecutionService, clock: Clock): LiveTails {
  const tails = new Map<string, Tail>()
  let following = false
  let over = false

  const follow = (): void => {
    following = true
    service.events$.subscribe({
      next: (event) => { tails.get(event.account)?.push(event) },
      complete: () => {
        over = true
        for (const { wakers } of tails.values()) for (const wake of wakers) wake()
      },
    })
  }

  return {
    join: (account, wake) => {
      if (!following) follow()
      const tail = tails.get(account) ?? createTail(clock)
      tails.set(account, tail)
      tail.wakers.add(wake)
      return {
        tail,
        leave: () => {
          tail.wakers.delete(wake)
          if (tail.wakers.size === 0 && tails.get(account) === tail) tails.delete(account)
        },
      }
    },
    isOver: () => over,
  }
}
