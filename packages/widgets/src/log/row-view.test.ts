import { expect, test, vi } from 'vitest'
import { OrderBook } from '../orders/order-book.ts'
import { columnsOf, type LogColumn } from './columns.ts'
import { toCsv } from './csv.ts'
import { RowView, sorted } from './row-view.ts'

function bookOf(orders: readonly object[]): OrderBook {
  const book = new OrderBook()
  book.replaceAll(orders.map((order, index) => ({
    id: `o${index}`, account: 'main', symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '1', timeInForce: 'day', extendedHours: false, idempotencyKey: `k${index}`, actor: 'a',
    broker: 'paper', status: 'new', filledQuantity: '0', version: 1, createdAt: `2026-11-23T14:00:0${index}.000Z`, updatedAt: '2026-11-23T14:00:00.000Z', ...order,
  })) as never)
  return book
}

function idsOf(view: RowView): (string | undefined)[] {
  return Array.from({ length: view.size }, (_none, index) => view.at(index)?.id)
}

const column = (name: string): LogColumn => columnsOf(name)[0]!

test('decimals sort by value, not as text: those below zero, and those that a float cannot tell apart', () => {
  const values = ['-10', '-2.5', '-2', '0', '0.5', '2', '9', '10', '100.25', '123456789012.123456788', '123456789012.123456789']
  const column: LogColumn = { name: 'x', label: 'x', text: (row) => row.id, sorts: 'decimal' }
  const rows = [5, 10, 0, 8, 3, 9, 1, 7, 2, 6, 4].map((index) => ({ id: values[index] }) as never)
  expect(sorted(rows, { column, descending: false }).map(({ id }) => id)).toEqual(values)
  expect(sorted(rows, { column, descending: true }).map(({ id }) => id)).toEqual(values.toReversed())
})

test('rows are searched by words, filtered by status and sorted by a column', () => {
  const book = bookOf([
    { symbol: 'AAPL', quantity: '9' }, { symbol: 'MSFT', quantity: '10', status: 'filled' }, { symbol: 'TSLA', quantity: '2', strategy: 'Momentum' },
    { symbol: 'AAPL', quantity: '1', status: 'denied', denial: { code: 'X', message: 'Over the limit' } },
  ])
  const view = new RowView(book)
  view.take(book, true)
  expect(idsOf(view)).toEqual(['o3', 'o2', 'o1', 'o0'])
  const shown = (query: Parameters<RowView['set']>[0]): (string | undefined)[] => {
    view.set({ search: '', status: 'all', sort: undefined, ...query })
    view.take(book, false)
    return idsOf(view)
  }
  expect(shown({ search: 'aapl' })).toEqual(['o3', 'o0'])
  expect(shown({ search: 'LIMIT over' })).toEqual(['o3'])
  expect(shown({ search: 'momentum' })).toEqual(['o2'])
  expect(shown({ status: 'open' })).toEqual(['o2', 'o0'])
  expect(shown({ status: 'problems' })).toEqual(['o3'])
  expect(shown({ sort: { column: column('quantity'), descending: false } })).toEqual(['o3', 'o2', 'o0', 'o1'])
  expect(shown({ sort: { column: column('quantity'), descending: true }, status: 'open' })).toEqual(['o0', 'o2'])
})

test('a filter is taken anew at most every 400 ms, but its rows are always current', () => {
  vi.useFakeTimers()
  const book = bookOf([{}, {}])
  const view = new RowView(book)
  view.set({ status: 'open' })
  expect(view.take(book, true)).toBe(0)
  book.put({ ...book.get('o0')!, status: 'filled', updatedAt: '2026-11-23T15:00:00.000Z' } as never)
  expect(view.take(book, true)).toBe(400)
  expect(idsOf(view)).toEqual(['o1', 'o0'])
  expect(view.at(1)?.status).toBe('filled')
  vi.advanceTimersByTime(400)
  expect(view.take(book, false)).toBe(0)
  expect(idsOf(view)).toEqual(['o1'])
  vi.useRealTimers()
})

test('CSV quotes what must be quoted, and no cell is a formula', () => {
  const book = bookOf([{ symbol: 'A"B', strategy: '=HYPERLINK("x")' }, { symbol: 'B,C', strategy: '-5', limitPrice: '1234.5' }])
  const view = new RowView(book)
  view.take(book, true)
  expect(toCsv(view, columnsOf('id symbol strategy price'))).toBe('id,symbol,strategy,price\r\no1,"B,C",-5,1234.5\r\no0,"A""B","\'=HYPERLINK(""x"")",1\r\n')
})

test('unknown columns are left out, and no columns are the default ones', () => {
  expect(columnsOf('symbol nonsense, id').map(({ name }) => name)).toEqual(['symbol', 'id'])
  expect(columnsOf('').map(({ name }) => name)).toContain('status')
  expect(columnsOf(['id', { name: 'own', label: 'Own', text: (row) => row.symbol }]).map(({ name }) => name)).toEqual(['id', 'own'])
})
