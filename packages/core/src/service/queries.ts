import { formatDecimal, multiply, ONE, parseBrokerDecimal, type Units } from '../order/decimal.ts'
import { GLOBAL_ACCOUNT } from '../order/event.ts'
import { type Order, type OrderState, isFinished, statusOf, toOrder } from '../order/order.ts'
import type { AccountBook } from '../pipeline/book/account-book.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import { onOrder } from '../pipeline/look-up/recall.ts'
import { unrealisedProfit } from '../risk/position-book.ts'
import type { OrderFilter, Position, StreamReset } from './execution-service.ts'

const DEFAULT_LIMIT = 1000
/** Orders that are read back together. */
const SIDE_BY_SIDE = 64

function matches(order: OrderState, filter: OrderFilter): boolean {
  const status = statusOf(order)
  const { terms, broker } = order.intent
  return (filter.account === undefined || filter.account === terms.account)
    && (filter.strategy === undefined || filter.strategy === terms.strategy)
    && (filter.symbol === undefined || filter.symbol === terms.symbol)
    && (filter.broker === undefined || filter.broker === broker)
    && (filter.idempotencyKey === undefined || filter.idempotencyKey === order.intent.idempotencyKey)
    && (filter.status === undefined || (typeof filter.status === 'string' ? filter.status === status : filter.status.includes(status)))
    && (filter.source === undefined || (filter.source === 'external') === (order.intent.source === 'external'))
    // What was placed elsewhere leaves the list with its end: its history is the broker's. Its id still answers.
    && (order.intent.source === undefined || !isFinished(status))
    && (filter.open === undefined || filter.open !== isFinished(status))
    && (filter.before === undefined || newestFirst(order, filter.before) > 0)
}

type Place = Pick<OrderState, 'createdAt' | 'id'>

/** Newest first; two of one moment by their ids, so that a list has one order. */
function newestFirst(left: Place, right: Place): number {
  if (left.createdAt !== right.createdAt) return left.createdAt < right.createdAt ? 1 : -1
  return left.id === right.id ? 0 : left.id < right.id ? 1 : -1
}

/** Finished orders that memory is to keep but does not hold yet: a start from a snapshot leaves them to whoever asks first. */
async function loadFinished(context: PipelineContext, books: readonly AccountBook[]): Promise<void> {
  for (const book of books) {
    const lacking = book.memory.finished().filter(({ orderId }) => !book.orders.has(orderId))
    for (let index = 0; index < lacking.length; index += SIDE_BY_SIDE) {
      const histories = await Promise.all(lacking.slice(index, index + SIDE_BY_SIDE).map(({ orderId }) => context.journal.readOrder(book.account, orderId)))
      for (const history of histories) book.memory.restore(history)
    }
  }
}

const lacksFinished = (book: AccountBook): boolean => book.memory.partial && book.memory.finished().some(({ orderId }) => !book.orders.has(orderId))

/** Makes the finished orders that memory keeps ready to be listed; undefined when they are. */
function prepareList(context: PipelineContext, account: string | undefined): Promise<void> | undefined {
  const lacking = [...context.books.values()].filter((book) => (account === undefined || account === book.account) && lacksFinished(book))
  return lacking.length === 0 ? undefined : loadFinished(context, lacking)
}

/** The order that a key stands for; undefined when nobody took it. What is on its way is waited for, as by a call with the same key. */
async function orderOfKey(context: PipelineContext, book: AccountBook, key: string): Promise<OrderState | undefined> {
  for (let claim = book.keys.get(key); claim !== undefined && !book.orders.has(claim.orderId); claim = book.keys.get(key)) {
    if (claim.pending === undefined) break
    await claim.pending.catch(() => undefined)
  }
  const orderId = book.keys.get(key)?.orderId ?? (await context.journal.find(book.account, key))?.orderId
  // A key of which the order cannot be read is no key that is free.
  return orderId === undefined ? undefined : onOrder(context, orderId, ({ order }) => order)
}

/** Orders that match, newest first: open ones and the finished ones that memory keeps; of a key, whatever there is. */
export async function listOrders(context: PipelineContext, filter: OrderFilter): Promise<readonly Order[]> {
  const { idempotencyKey } = filter
  if (idempotencyKey !== undefined) {
    const books = [...context.books.values()].filter((book) => filter.account === undefined || filter.account === book.account)
    const orders = await Promise.all(books.map((book) => orderOfKey(context, book, idempotencyKey)))
    return orders.filter((order) => order !== undefined && matches(order, filter)).map((order) => toOrder(order as OrderState))
  }
  if (filter.open !== true) await prepareList(context, filter.account)
  return ordersInMemory(context, filter)
}

/** Orders in memory that match, newest first. All open ones are. */
export function ordersInMemory(context: PipelineContext, filter: OrderFilter): readonly Order[] {
  const found: OrderState[] = []
  for (const book of context.books.values()) {
    if (filter.account !== undefined && filter.account !== book.account) continue
    const candidates = filter.open === true ? [...book.open].map((id) => book.orders.get(id) as OrderState) : book.orders.values()
    for (const order of candidates) if (matches(order, filter)) found.push(order)
  }
  return found.toSorted(newestFirst).slice(0, filter.limit ?? DEFAULT_LIMIT).map(toOrder)
}

/** 1 until the broker has described the instrument. */
function multiplierOf(context: PipelineContext, broker: string, symbol: string): Units {
  return parseBrokerDecimal(context.brokers.get(broker)?.instruments.get(symbol)?.multiplier ?? '1')?.units ?? ONE
}

/** What the accounts hold, with the profit at the price a close would meet now. */
export function listPositions(context: PipelineContext, account: string | undefined): readonly Position[] {
  const positions: Position[] = []
  for (const book of context.books.values()) {
    if (account !== undefined && account !== book.account) continue
    for (const { broker, symbol, position, workingBuy, workingSell } of book.ledger.entries()) {
      const stored = context.marks.get(broker, symbol)
      const fresh = stored !== undefined && context.clock.monotonic() - stored.arrived <= context.timing.quoteMaximumAge
      const mark = fresh ? (position.quantity < 0n ? stored.ask : stored.bid) : undefined
      const multiplier = multiplierOf(context, broker, symbol)
      positions.push({
        account: book.account, broker, symbol, quantity: formatDecimal(position.quantity), averagePrice: formatDecimal(position.averagePrice),
        workingBuy: formatDecimal(workingBuy), workingSell: formatDecimal(workingSell), realisedProfit: formatDecimal(multiply(position.realised, multiplier, 'down')),
        ...(mark !== undefined && { mark: formatDecimal(mark), unrealisedProfit: formatDecimal(multiply(unrealisedProfit(position, mark), multiplier, 'down')) }),
      })
    }
  }
  return positions
}

/** The state a stream goes on from: shown when every event in it is durable, so that nothing is told that a crash would undo. */
export async function resetStream(context: PipelineContext, account: string): Promise<StreamReset> {
  const preparing = prepareList(context, account)
  if (preparing !== undefined) await preparing
  const book = account === GLOBAL_ACCOUNT ? context.globalBook : context.books.get(account)
  const item: StreamReset = {
    type: 'stream_reset', account, sequence: book?.sequence ?? 0, orders: ordersInMemory(context, { account }), positions: listPositions(context, account),
  }
  await book?.durable()
  return item
}
