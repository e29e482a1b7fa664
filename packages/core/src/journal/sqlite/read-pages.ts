import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StoredEvent } from '../../order/event.ts'

/** Pages of one history. */
export interface PageSource {
  /** Events from a sequence number on; fewer than `size` when the history ends there. */
  readonly page: (from: number) => Promise<readonly StoredEvent[]>
  readonly size: number
  /** Pages that are on their way while one is worked on. */
  readonly ahead: number
}

/** The events of one history, page by page. */
export async function* readPages({ page, size, ahead }: PageSource, from: number): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  const coming: Promise<readonly StoredEvent[]>[] = []
  const ask = (first: number): void => {
    const asked = page(first)
    asked.catch(() => undefined)
    coming.push(asked)
  }
  ask(from)
  for (let next = coming.shift(); next !== undefined; next = coming.shift()) {
    const arrived = await next
    const last = arrived.at(-1)
    if (last === undefined) return
    // Only a full page says where the ones after it begin.
    if (arrived.length === size) while (coming.length < ahead) ask(last.sequence + 1 + coming.length * size)
    yield arrived
    if (arrived.length < size) return
    // Pages that come as fast as they are worked on would leave the event loop no turn, a thousand of them on end.
    await nextTurn()
  }
}

/** The events in pages, one by one. By hand, not as a generator: each costs a third this way. */
export function readEvents(pages: AsyncGenerator<readonly StoredEvent[], void, undefined>): AsyncIterable<StoredEvent> {
  const done: IteratorReturnResult<undefined> = { done: true, value: undefined }
  let events: readonly StoredEvent[] | undefined = []
  let at = 0
  let turning: Promise<void> | undefined

  const turn = async (): Promise<void> => {
    try {
      const { value } = await pages.next()
      events = events === undefined ? undefined : value ?? undefined
      at = 0
    } finally {
      turning = undefined
    }
  }

  const take = async (): Promise<IteratorResult<StoredEvent, undefined>> => {
    if (events === undefined) return done
    if (at < events.length) return { done: false, value: events[at++] as StoredEvent }
    turning ??= turn()
    await turning
    return take()
  }

  return {
    [Symbol.asyncIterator]: () => ({
      next: () => (events !== undefined && at < events.length ? Promise.resolve({ done: false, value: events[at++] as StoredEvent }) : take()),
      return: async () => {
        events = undefined
        await pages.return()
        return done
      },
    }),
  }
}
