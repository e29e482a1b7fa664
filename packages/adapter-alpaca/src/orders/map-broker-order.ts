import {
  type BrokerExecution, type BrokerOrder, type BrokerOrderStatus, divide, formatDecimal, multiply, ORDER_TYPES, type OrderType, parseDecimal, type Side,
  TIMES_IN_FORCE, type TimeInForce,
} from '@sluice/core'
import type { WireActivity, WireOrder } from '../rest/wire.ts'
import { executionIdOf } from './execution-id.ts'

const STATUSES: Readonly<Record<string, BrokerOrderStatus>> = {
  pending_new: 'pending_new', accepted: 'pending_new', accepted_for_bidding: 'pending_new', pending_review: 'pending_new',
  new: 'new', held: 'new', stopped: 'new', partially_filled: 'partially_filled', filled: 'filled',
  calculated: 'done_for_day', done_for_day: 'done_for_day', suspended: 'suspended',
  canceled: 'canceled', expired: 'expired', rejected: 'rejected', replaced: 'replaced', pending_cancel: 'pending_cancel', pending_replace: 'pending_replace',
}

/** A status that Alpaca added since says at least that it has the order. */
function statusOf({ status, filled_qty, qty }: Pick<WireOrder, 'status' | 'filled_qty' | 'qty'>): BrokerOrderStatus {
  // `calculated`: the trades are final and settle now.
  if (status === 'calculated' && qty !== undefined && qty === filled_qty) return 'filled'
  return STATUSES[status] ?? 'pending_new'
}

const FINISHED: ReadonlySet<string> = new Set(['filled', 'canceled', 'expired', 'rejected', 'replaced'])

export function isFinishedStatus(status: string): boolean {
  return FINISHED.has(status)
}

export function sideOf({ side, position_intent }: { readonly side?: string | undefined; readonly position_intent?: string | undefined }): Side {
  if (side === 'buy') return 'buy'
  return side === 'sell_short' || position_intent === 'sell_to_open' ? 'sell_short' : 'sell'
}

// Multi-leg parents carry neither, and Alpaca may add words: a foreign order is shown by the nearest ones.
const typeOf = (type: string | undefined): OrderType => ORDER_TYPES.find((known) => known === type) ?? 'market'
const timeInForceOf = (time: string | undefined): TimeInForce => TIMES_IN_FORCE.find((known) => known === time) ?? 'day'

/** What earlier links of the chain of a replaced order have traded. */
export interface EarlierFills {
  readonly quantity: string
  /** Quantity times price. */
  readonly value: string
  /** The links, by Alpaca's ids. */
  readonly orderIds: readonly string[]
}

export const NO_EARLIER_FILLS: EarlierFills = { quantity: '0', value: '0', orderIds: [] }

const add = (left: string, right: string): string => formatDecimal(parseDecimal(left) + parseDecimal(right))

/** The fills of a link and of those before it. */
export function addFills(earlier: EarlierFills, { id, filled_qty = '0', filled_avg_price = '0' }: WireOrder): EarlierFills {
  const value = formatDecimal(multiply(parseDecimal(filled_qty), parseDecimal(filled_avg_price), 'down'))
  return { quantity: add(earlier.quantity, filled_qty), value: add(earlier.value, value), orderIds: [...earlier.orderIds, id] }
}

/** Quantities are totals over the chain: a replaced order goes on in its successor. */
export function toBrokerOrder(order: WireOrder, earlier: EarlierFills, listed: readonly BrokerExecution[] = []): BrokerOrder {
  const total = addFills(earlier, order)
  const own = listed.filter(({ brokerOrderId }) => total.orderIds.includes(brokerOrderId))
  // Trades are shown with their order only when none of them is missing.
  const isComplete = formatDecimal(own.reduce((sum, { lastQuantity }) => sum + parseDecimal(lastQuantity), 0n)) === total.quantity
  const filled = parseDecimal(total.quantity)
  const average = earlier.quantity === '0' ? order.filled_avg_price : formatDecimal(divide(parseDecimal(total.value), filled, 'down'))
  const status = statusOf(order)
  const created = order.created_at ?? ''
  return {
    clientOrderId: order.client_order_id, brokerOrderId: order.id, symbol: order.symbol ?? '', side: sideOf(order), type: typeOf(order.type),
    quantity: order.qty === undefined ? undefined : add(order.qty, earlier.quantity), notional: order.notional,
    limitPrice: order.limit_price, stopPrice: order.stop_price, timeInForce: timeInForceOf(order.time_in_force), status,
    filledQuantity: total.quantity, averagePrice: filled === 0n ? undefined : average, executions: isComplete ? own : undefined,
    ...(status === 'rejected' && { rejection: { code: 'REJECTED', message: 'Alpaca or the venue rejected the order' } }),
    createdAt: created, updatedAt: order.updated_at ?? created,
  }
}

/** Activities know no client id, and may write a pair without its slash: the order, where it is known, knows better. */
export function toExecution(activity: WireActivity, order: WireOrder | undefined): BrokerExecution {
  return {
    executionId: executionIdOf(activity.order_id, activity.cum_qty), brokerOrderId: activity.order_id, clientOrderId: order?.client_order_id,
    symbol: order?.symbol ?? activity.symbol, side: sideOf(activity),
    lastQuantity: activity.qty, lastPrice: activity.price, time: activity.transaction_time,
  }
}
