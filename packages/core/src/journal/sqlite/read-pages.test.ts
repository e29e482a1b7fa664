import { expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import { type PageSource, readEvents, readPages } from './read-pages.ts'

const SIZE = 4

function source(last: number): PageSource & { readonly asked: number[] } {
  const asked: number[] = []
  return {
    size: SIZE, ahead: 2, asked,
    page: async (from) => {
      asked.push(from)
      return Array.from({ length: Math.max(0, Math.min(SIZE, last - from + 1)) }, (_, index) => ({ sequence: from + index }) as StoredEvent)
    },
  }
}

test.each([0, 1, 3, 4, 5, 8, 11])('%i events come one by one, in order, each page asked for once', async (last) => {
  const pages = source(last)
  const read: number[] = []
  for await (const { sequence } of readEvents(readPages(pages, 1))) read.push(sequence)
  expect(read).toEqual(Array.from({ length: last }, (_, index) => index + 1))
  expect(new Set(pages.asked).size).toBe(pages.asked.length)
})

test.each([0, 3, 4, 11])('%i events come page by page, none of them empty', async (last) => {
  const sizes: number[] = []
  for await (const page of readPages(source(last), 1)) sizes.push(page.length)
  expect(sizes).toEqual([...Array.from({ length: Math.floor(last / SIZE) }, () => SIZE), ...(last % SIZE === 0 ? [] : [last % SIZE])])
})

test('asked side by side, every event is given once', async () => {
  const events = readEvents(readPages(source(10), 1))[Symbol.asyncIterator]()
  const results = await Promise.all(Array.from({ length: 12 }, () => events.next()))
  expect(results.map(({ done, value }) => (done === true ? 'done' : value.sequence))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 'done', 'done'])
})

test('whoever stops early gets nothing more', async () => {
  const events = readEvents(readPages(source(10), 1))[Symbol.asyncIterator]()
  await events.next()
  await events.return?.()
  expect(await events.next()).toEqual({ done: true, value: undefined })
})

test('a page that cannot be read rejects, however many wait for it', async () => {
  const events = readEvents(readPages({ size: SIZE, ahead: 2, page: () => Promise.reject(new Error('unreadable')) }, 1))[Symbol.asyncIterator]()
  const results = await Promise.allSettled([events.next(), events.next()])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
