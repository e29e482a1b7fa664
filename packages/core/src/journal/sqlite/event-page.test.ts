import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { StoredEvent } from '../../order/event.ts'
import { type EventPage, PAGE_TEXTS, packPage, type PageRow, unpackPage } from './event-page.ts'
import { joinData, splitData } from './event-text.ts'
import { loadSqlite } from './load-sqlite.ts'

const text = fc.string({ unit: 'binary' })
const data = fc.record({ orderId: text, actor: fc.option(text, { nil: undefined }), evaluation: fc.option(fc.jsonValue(), { nil: undefined }) })
  .map((value) => Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as unknown as StoredEvent['data'])
const database = new (loadSqlite().DatabaseSync)(':memory:')
afterAll(() => { database.close() })
database.exec('CREATE TABLE rows (position INTEGER PRIMARY KEY, time TEXT, type TEXT, data TEXT, evaluation TEXT)')
const select = database.prepare(`SELECT count(*) AS size, ${PAGE_TEXTS} FROM (SELECT * FROM rows ORDER BY position)`)

/** The page as SQLite makes it. */
function sqlPage(rows: readonly PageRow[]): EventPage {
  database.exec('DELETE FROM rows')
  const insert = database.prepare('INSERT INTO rows VALUES (?, ?, ?, ?, ?)')
  for (const { sequence, time, type, data: value, evaluation } of rows) insert.run(2 ** 36 + sequence, time, type, value, evaluation)
  return { first: rows[0]?.sequence ?? 0, ...select.get() as unknown as Omit<EventPage, 'first'> }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('whatever an event holds comes back as it was, through the two texts and through a page', () => {
  fc.assert(fc.property(fc.array(fc.record({ time: text, type: text, data }), { maxLength: 8 }), fc.integer({ min: 1, max: 2 ** 30 }), (events, first) => {
    const rows = events.map(({ time, type, data: value }, index) => ({ sequence: first + index, time, type, ...splitData(value) }))
    for (const [index, row] of rows.entries()) expect(JSON.parse(joinData(row))).toEqual(plain(events[index]?.data))
    const read = unpackPage('orders.db', 'main', packPage(rows))
    expect(plain(unpackPage('orders.db', 'main', sqlPage(rows)))).toEqual(plain(read))
    expect(plain(read)).toEqual(events.map((event, index) => ({ id: `main:${first + index}`, account: 'main', sequence: first + index, ...plain(event) as object })))
  }))
})

test('an evaluation is parsed when it is looked at, and then it is the same one', () => {
  const row = { sequence: 1, time: 't', type: 'order_pending_new', data: '{"orderId":"o"}', evaluation: '{"decisions":[]}' }
  const [event] = unpackPage('orders.db', 'main', packPage([row]))
  const read = event?.data as unknown as { evaluation: object }
  expect(read.evaluation).toEqual({ decisions: [] })
  expect(read.evaluation).toBe(read.evaluation)
  expect(structuredClone(read)).toEqual({ orderId: 'o', evaluation: { decisions: [] } })
})

test.each([
  ['data that is no JSON', { data: '{"orderId":', evaluation: null }],
  ['data that would be two events', { data: '{}},0],[8,"t",{"t":{}', evaluation: null }],
  ['data that would be of two types', { data: '{},"u":{}', evaluation: null }],
])('%s is JOURNAL_CORRUPT and names the place', (_, { data: damaged, evaluation }) => {
  const page = packPage([{ sequence: 7, time: 't', type: 't', data: damaged, evaluation }])
  expect(() => unpackPage('orders.db', 'main', page)).toThrowError(expect.objectContaining({ code: 'JOURNAL_CORRUPT', message: expect.stringContaining('main:7') as string }) as Error)
})

test('events in another order than they were written in are JOURNAL_CORRUPT', () => {
  const [first, second] = [7, 8].map((sequence) => ({ sequence, time: 't', type: 't', data: '{}', evaluation: null })) as [PageRow, PageRow]
  expect(() => unpackPage('orders.db', 'main', { ...packPage([second, first]), first: 7 })).toThrowError(expect.objectContaining({ code: 'JOURNAL_CORRUPT' }) as Error)
})

test('an evaluation in which a line break came up gives no other event its own', () => {
  const rows = ['1\n2', '{"b":2}'].map((evaluation, index) => ({ sequence: index + 1, time: 't', type: 't', data: '{}', evaluation }))
  const second = unpackPage('orders.db', 'main', packPage(rows))[1]?.data as unknown as { evaluation: unknown }
  expect(() => second.evaluation).toThrowError(expect.objectContaining({ code: 'JOURNAL_CORRUPT' }) as Error)
})

test('a damaged evaluation throws when it is looked at', () => {
  const [event] = unpackPage('orders.db', 'main', packPage([{ sequence: 1, time: 't', type: 't', data: '{}', evaluation: '{' }]))
  const read = event?.data as unknown as { evaluation: unknown }
  expect(() => read.evaluation).toThrowError(expect.objectContaining({ code: 'JOURNAL_CORRUPT' }) as Error)
})
