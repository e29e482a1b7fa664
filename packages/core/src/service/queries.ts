import { formatDecimal } from '../order/decimal.ts'
import { type Order, type OrderState, isFinished, statusOf, toOrder } from '../order/order.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import { unrealisedProfit } from '../risk/position-book.ts'
import type { OrderFilter, Position } from './execution-service.ts'

const DEFAULT_LIMIT = 1000

function matches(order: OrderState, filter: OrderFilter): boolean {
  const status = statusOf(order)
  const { terms, broker } = order.intent
  return (filter.account === undefined || filter.account === terms.account)
    && (filter.strategy === undefined || filter.strategy === terms.strategy)
    && (filter.symbol === undefined || filter.symbol === terms.symbol)
    && (filter.broker === undefined || filter.broker === broker)
    && (filter.status === undefined || (typeof filter.status === 'string' ? filter.status === status : filter.status.includes(status)))
    && (filter.open === undefined || filter.open !== isFinished(status))
    && (filter.before === undefined || newestFirst(order, filter.before) > 0)
}

type Place = Pick<OrderState, 'createdAt' | 'id'>

/** Newest first; two of one moment by their ids, so that a list has one order. */
function newestFirst(left: Place, right: Place): number {
  if (left.createdAt !== right.createdAt) return left.createdAt < right.createdAt ? 1 : -1
  return left.id === right.id ? 0 : left.id < right.id ? 1 : -1
}

/** Orders that match, newest first. */
export function listOrders(context: PipelineContext, filter: OrderFilter): readonly Order[] {
  const found: OrderState[] = []
  for (const book of context.books.values()) {
    if (filter.account !== undefined && filter.account !== book.account) continue
    const candidates = filter.open === true ? [...book.open].map((id) => book.orders.get(id) as OrderState) : book.orders.values()
    for (const order of candidates) if (matches(order, filter)) found.push(order)
  }
  return found.toSorted(newestFirst).slice(0, filter.limit ?? DEFAULT_LIMIT).map(toOrder)
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
      positions.push({
        account: book.account, broker, symbol, quantity: formatDecimal(position.quantity), averagePrice: formatDecimal(position.averagePrice),
        workingBuy: formatDecimal(workingBuy), workingSell: formatDecimal(workingSell), realisedProfit: formatDecimal(position.realised),
        ...(mark !== undefined && { mark: formatDecimal(mark), unrealisedProfit: formatDecimal(unrealisedProfit(position, mark)) }),
      })
    }
  }
  return positions
}
