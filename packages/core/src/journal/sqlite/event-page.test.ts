import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import { packPage, unpackPage } from './event-page.ts'
import { joinData, splitData } from './event-text.ts'

const text = fc.string({ unit: 'binary' })
const data = fc.record({ orderId: text, actor: fc.option(text, { nil: undefined }), evaluation: fc.option(fc.jsonValue(), { nil: undefined }) })
  .map((value) => Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as unknown as StoredEvent['data'])
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('whatever an event holds comes back as it was, through the two texts and through a page', () => {
  fc.assert(fc.property(fc.array(fc.record({ time: text, type: text, data }), { maxLength: 8 }), fc.integer({ min: 1, max: 2 ** 30 }), (events, first) => {
    const rows = events.map(({ time, type, data: value }) => ({ time, type, ...splitData(value) }))
    for (const [index, row] of rows.entries()) expect(JSON.parse(joinData(row))).toEqual(plain(events[index]?.data))
    const read = unpackPage('orders.db', 'main', packPage(first, rows))
    expect(plain(read)).toEqual(events.map((event, index) => ({ id: `main:${first + index}`, account: 'main', sequence: first + index, ...plain(event) as object })))
  }))
})

test('an evaluation is parsed when it is looked at, and then it is the same one', () => {
  const row = { time: 't', type: 'order_pending_new', data: '{"orderId":"o"}', evaluation: '{"decisions":[]}' }
  const [event] = unpackPage('orders.db', 'main', packPage(1, [row]))
  const read = event?.data as unknown as { evaluation: object }
  expect(read.evaluation).toEqual({ decisions: [] })
  expect(read.evaluation).toBe(read.evaluation)
  expect(structuredClone(read)).toEqual({ orderId: 'o', evaluation: { decisions: [] } })
})

test.each([
  ['data that is no JSON', { data: '{"orderId":', evaluation: null }],
  ['data that would be two events', { data: '{}],["t","t",{}', evaluation: null }],
])('%s is JOURNAL_CORRUPT and names the place', (_, { data: damaged, evaluation }) => {
  const page = packPage(7, [{ time: 't', type: 't', data: damaged, evaluation }])
  expect(() => unpackPage('orders.db', 'main', page)).toThrowError(expect.objectContaining({ code: 'JOURNAL_CORRUPT', message: expect.stringContaining('main:7') as string }) as Error)
})

test('a damaged evaluation throws when it is looked at', () => {
  const [event] = unpackPage('orders.db', 'main', packPage(1, [{ time: 't', type: 't', data: '{}', evaluation: '{' }]))
  const read = event?.data as unknown as { evaluation: unknown }
  expect(() => read.evaluation).toThrowError(expect.objectContaining({ code: 'JOURNAL_CORRUPT' }) as Error)
})
