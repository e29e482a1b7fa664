import type { StoredEvent } from '../../order/event.ts'

/** A page that is being read, and the events in it. */
export interface PageSource {
  /** Events from a sequence number on; fewer than `size` when the history ends there. */
  readonly page: (from: number) => Promise<readonly StoredEvent[]>
  readonly size: number
}

/**
 * The events of one history, one by one. By hand, not as a generator: a start reads a million, and each costs a third this way.
 * The page after the one that is being worked on is on its way.
 */
export function readPages({ page, size }: PageSource, from: number): AsyncIterable<StoredEvent> {
  return {
    [Symbol.asyncIterator]: () => {
      const done: Promise<IteratorReturnResult<undefined>> = Promise.resolve({ done: true, value: undefined })
      let events: readonly StoredEvent[] = []
      let at = 0
      let next: Promise<readonly StoredEvent[]> | undefined = page(from)
      next.catch(() => undefined)

      const take = (): Promise<IteratorResult<StoredEvent, undefined>> => {
        if (at < events.length) return Promise.resolve({ done: false, value: events[at++] as StoredEvent })
        return next === undefined ? done : turn(next)
      }

      const turn = async (coming: Promise<readonly StoredEvent[]>): Promise<IteratorResult<StoredEvent, undefined>> => {
        const arrived = await coming
        // Whoever asked side by side may have turned the page already.
        if (next === coming) {
          events = arrived
          at = 0
          const last = arrived.at(-1)
          next = last === undefined || arrived.length < size ? undefined : page(last.sequence + 1)
          next?.catch(() => undefined)
        }
        return take()
      }

      return {
        next: take,
        return: () => {
          events = []
          next = undefined
          return done
        },
      }
    },
  }
}
