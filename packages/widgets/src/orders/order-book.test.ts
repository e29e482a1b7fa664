import type { Order, StoredEvent } from '@sluice/core'
import { expect, test } from 'vitest'
import { OrderBook } from './order-book.ts'

const order = (number: number, more: object = {}): Order => {
  const time = new Date(Date.UTC(2026, 10, 23) + number * 1000).toISOString()
  return {
    account: 'main', symbol: `S${number}`, side: 'buy', type: 'market', quantity: '1', timeInForce: 'day', extendedHours: false, id: `o${number}`,
    idempotencyKey: `k${number}`, actor: 'a', broker: 'p', status: 'new', filledQuantity: '0', version: 1, createdAt: time, updatedAt: time, ...more,
  }
}
const symbols = (book: OrderBook): string[] => Array.from({ length: book.size }, (_, index) => book.at(index)?.symbol ?? '')

test('the newest order comes first, whatever order they arrive in', () => {
  const book = new OrderBook()
  book.replaceAll([order(2), order(1)])
  book.put(order(4))
  book.put(order(3))
  expect(symbols(book)).toEqual(['S4', 'S3', 'S2', 'S1'])
  expect(book.appended).toBe(4)
  expect(book.open).toBe(4)
})

test('an older answer does not undo what is known', () => {
  const book = new OrderBook()
  book.put(order(1, { status: 'filled', updatedAt: '2027-01-01T00:00:00.000Z' }))
  book.put(order(1))
  expect(book.get('o1')?.status).toBe('filled')
  expect(book.open).toBe(0)
})

test('a full book lets go of the oldest finished orders and of no open one', () => {
  const book = new OrderBook(100)
  book.put(order(0))
  for (let number = 1; number < 3000; number += 1) book.put(order(number, { status: 'filled' }))
  expect(book.size).toBeLessThanOrEqual(1100)
  expect(book.get('o0')?.status).toBe('new')
  expect(book.get('o2999')).toBeDefined()
  expect(book.open).toBe(1)
})

test('counts transitions once', () => {
  const book = new OrderBook()
  book.put(order(1))
  const filled = { id: 'e', account: 'main', sequence: 1, time: '2027', type: 'order_filled', data: { orderId: 'o1', filledQuantity: '1', averagePrice: '2' } } as unknown as StoredEvent
  book.apply(filled)
  expect([...book.takeTransitions()]).toEqual([['new', 1], ['filled', 1]])
  expect(book.takeTransitions().size).toBe(0)
})

test('a frozen view does not move', () => {
  const book = new OrderBook()
  book.replaceAll([order(1)])
  const frozen = book.freeze()
  book.put(order(2))
  book.apply({ id: 'e', account: 'main', sequence: 1, time: '2027', type: 'order_filled', data: { orderId: 'o1', filledQuantity: '1', averagePrice: '2' } } as unknown as StoredEvent)
  expect(frozen.size).toBe(1)
  expect(frozen.at(0)).toMatchObject({ id: 'o1', status: 'new', filledQuantity: '0' })
  expect(book.get('o1')?.status).toBe('filled')
})
