import { formatDecimal, multiply, parseDecimal, type Units } from '@sluice/core'
import type { FakeBooks } from './fake-books.ts'
import type { FakeExecution } from './fake-ledger.ts'
import type { FakeOrder } from './fake-order.ts'

function book({ account }: FakeBooks, order: FakeOrder, quantity: Units, price: Units): void {
  order.filled += quantity
  order.filledValue += multiply(quantity, price, 'up')
  account.book(order.asset, order.side === 'buy' ? quantity : -quantity, price)
}

function find({ ledger, orders }: FakeBooks, id: string): { readonly execution: FakeExecution; readonly order: FakeOrder } {
  const execution = ledger.all().find((entry) => entry.id === id && !entry.busted)
  const order = execution && orders.get(execution.orderId)
  if (execution === undefined || order === undefined) throw new RangeError(`the fake has no execution ${id}`)
  return { execution, order }
}

function announce(books: FakeBooks, order: FakeOrder, event: string, execution: FakeExecution, price: string, quantity: string = execution.quantity): void {
  const held = formatDecimal(books.account.positionOf(order.asset.symbol))
  books.tell(order, event, { execution_id: execution.id, price, qty: quantity, position_qty: held, reason: event.toUpperCase() })
}

/** A trade that did not happen after all. */
export function bustExecution(books: FakeBooks, id: string): void {
  const { execution, order } = find(books, id)
  book(books, order, -parseDecimal(execution.quantity), parseDecimal(execution.price))
  books.ledger.change(id, { busted: true })
  if (order.status === 'filled') order.status = order.filled > 0n ? 'partially_filled' : 'new'
  announce(books, order, 'trade_bust', execution, execution.price)
}

/** A trade at another price than was said, or of less. */
export function correctExecution(books: FakeBooks, id: string, price: Units, corrected?: Units): void {
  const { execution, order } = find(books, id)
  const quantity = parseDecimal(execution.quantity)
  book(books, order, -quantity, parseDecimal(execution.price))
  book(books, order, corrected ?? quantity, price)
  const text = formatDecimal(corrected ?? quantity)
  if (order.status === 'filled' && order.quantity !== undefined && order.filled < order.quantity) order.status = order.filled > 0n ? 'partially_filled' : 'new'
  books.ledger.change(id, { price: formatDecimal(price), quantity: text, cumulative: formatDecimal(parseDecimal(execution.cumulative) - quantity + (corrected ?? quantity)) })
  announce(books, order, 'trade_correct', execution, formatDecimal(price), text)
}
