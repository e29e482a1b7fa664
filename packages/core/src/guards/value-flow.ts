import { maximum, ONE, parseSigned, type Units } from '../order/decimal.ts'
import type { EventOf, OrderIntent, StoredEvent } from '../order/event.ts'
import type { Side } from '../order/request.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import { pairNames } from '../risk/pair-name.ts'
import { termsOf } from '../risk/order-exposure.ts'
import { moneyOf } from '../risk/valuation.ts'

/** An unfinished order and what of its value has been counted. */
export interface CountedOrder {
  readonly broker: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  /** An order by money moves just that. */
  readonly money: Units | undefined
  readonly multiplier: Units
  quantity: Units
  price: Units
  filled: Units
  asked: { readonly quantity: Units; readonly price: Units } | undefined
}

/** Unfinished orders by id. A fold of events, changed in place. */
export type ValueFlow = Map<string, CountedOrder>

/** Value that an event sent on its way. */
export interface SentValue {
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly value: Units
  /** A human approved it, or the kill switch sent it to close a position. */
  readonly exempt: boolean
}

/** The lane of a window that a symbol's orders on one side count in. */
export const laneOf: (symbol: string, side: 'buy' | 'sell') => string = pairNames(' ')

/** Short sales move value the same way as sells. */
export const flowSide = (side: Side): 'buy' | 'sell' => (side === 'buy' ? 'buy' : 'sell')

function valueOf(order: CountedOrder, quantity = order.quantity, price = order.price): Units {
  return order.money ?? moneyOf(maximum(0n, quantity - order.filled), price, order.multiplier)
}

/** What of an order's value was counted or approved before; at the last look before the write that is what is about to be sent, too. */
export function countedOf(flow: ValueFlow, { orderId, countedValue, recheck }: OrderCandidate): Units {
  const order = flow.get(orderId)
  if (order === undefined) return countedValue
  return recheck === true ? valueLeft(order).value : valueOf(order)
}

/** What an unfinished order may still trade at worst, its unanswered replace included. */
export function valueLeft(order: CountedOrder): { readonly quantity: Units; readonly value: Units } {
  const quantity = maximum(order.quantity, order.asked?.quantity ?? 0n)
  return { quantity: maximum(0n, quantity - order.filled), value: valueOf(order, quantity, maximum(order.price, order.asked?.price ?? 0n)) }
}

function begin(flow: ValueFlow, orderId: string, { broker, terms, reservation }: OrderIntent): CountedOrder {
  const { quantity, price } = termsOf(reservation)
  const order: CountedOrder = {
    broker, symbol: terms.symbol, side: flowSide(terms.side), money: terms.notional === undefined ? undefined : parseSigned(terms.notional),
    multiplier: reservation.multiplier === undefined ? ONE : parseSigned(reservation.multiplier), quantity, price, filled: 0n, asked: undefined,
  }
  flow.set(orderId, order)
  return order
}

/** A replace sends what it raises; what it lowers, or what the broker refuses of it, stays counted. */
function ask(flow: ValueFlow, { orderId, reservation }: EventOf<'order_pending_replace'>['data']): SentValue | undefined {
  const order = flow.get(orderId)
  if (order === undefined) return undefined
  const asked = termsOf(reservation)
  const value = valueOf(order, maximum(order.quantity, asked.quantity), asked.price) - valueOf(order)
  order.asked = asked
  return { symbol: order.symbol, side: order.side, value, exempt: false }
}

function replace(flow: ValueFlow, { orderId, changes }: EventOf<'order_replaced'>['data']): void {
  const order = flow.get(orderId)
  if (order === undefined) return
  order.quantity = changes.quantity === undefined ? (order.asked ?? order).quantity : parseSigned(changes.quantity)
  order.price = order.asked?.price ?? maximum(order.price, parseSigned(changes.limitPrice ?? '0'))
  order.asked = undefined
}

function trade(flow: ValueFlow, orderId: string, quantity: Units): void {
  const order = flow.get(orderId)
  if (order !== undefined) order.filled += quantity
}

/** Filled for good, unless a replace that is still unanswered leaves more to trade. */
function complete(flow: ValueFlow, orderId: string): void {
  const order = flow.get(orderId)
  if (order !== undefined && (order.money !== undefined || order.asked === undefined || order.asked.quantity <= order.filled)) flow.delete(orderId)
}

/** Takes in an event; answers what it sent on its way, when it did. */
export function followValue(flow: ValueFlow, event: StoredEvent): SentValue | undefined {
  switch (event.type) {
    case 'order_pending_new': {
      const { orderId, intent, approval } = event.data
      const order = begin(flow, orderId, intent)
      return { symbol: order.symbol, side: order.side, value: valueOf(order), exempt: approval !== undefined || intent.purpose !== undefined }
    }
    case 'order_pending_replace': return ask(flow, event.data)
    case 'order_replaced': replace(flow, event.data); break
    case 'order_replace_refused': {
      const order = flow.get(event.data.orderId)
      if (order !== undefined) order.asked = undefined
      break
    }
    case 'order_partially_filled': trade(flow, event.data.orderId, parseSigned(event.data.execution.lastQuantity)); break
    case 'execution_busted': trade(flow, event.data.orderId, -parseSigned(event.data.execution.lastQuantity)); break
    case 'execution_corrected': trade(flow, event.data.orderId, parseSigned(event.data.execution.lastQuantity) - parseSigned(event.data.previous.lastQuantity)); break
    case 'order_filled':
      trade(flow, event.data.orderId, parseSigned(event.data.execution.lastQuantity))
      complete(flow, event.data.orderId)
      break
    case 'order_denied':
    case 'order_rejected':
    case 'order_canceled':
    case 'order_expired': flow.delete(event.data.orderId); break
    default:
  }
  return undefined
}
