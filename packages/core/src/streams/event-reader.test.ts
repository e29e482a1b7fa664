import { expect, it } from 'vitest'
import { eventSource, makeExecution } from '../../test/support/make-event.ts'
import { memoryJournal } from '../journal/memory-journal.ts'
import type { StoredEvent } from '../order/event.ts'
import { createEventReader } from './event-reader.ts'

it('C3: a history of which nothing is kept is asked for once, and begins with the state', async () => {
  const source = eventSource()
  const events = Array.from({ length: 7 }, (): StoredEvent => source.make('order_partially_filled', { orderId: 'o', execution: makeExecution(), filledQuantity: '', averagePrice: '' }))
  let reads = 0
  const reader = createEventReader({
    ...memoryJournal(),
    read: async function* read() {
      reads += 1
      yield* []
    },
  })
  reader.opened('main', 5)
  const stop = new AbortController()
  const seen: number[] = []
  const done = (async () => {
    for await (const item of reader.read('main', 1, [stop.signal], async () => ({ sequence: 5, isReset: true }))) seen.push(item.sequence)
  })()
  await expect.poll(() => seen).toEqual([5])
  reader.published(events.slice(5))
  await expect.poll(() => seen).toEqual([5, 6, 7])
  stop.abort()
  await done
  expect(reads).toBe(1)
})
