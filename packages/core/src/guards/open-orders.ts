import { maximum, parseSigned, type Units } from '../order/decimal.ts'
import type { OrderIntent, StoredEvent } from '../order/event.ts'
import type { OrderType, ReplaceRequest, Side } from '../order/request.ts'

/** An order that can still trade. */
export interface OpenOrder {
  readonly broker: string
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  readonly strategy: string | undefined
  /** undefined for an order by money: only the broker's word ends it. */
  quantity: Units | undefined
  limit: Units | undefined
  filled: Units
  /** The terms of a replace without an answer: either may be in force. */
  asked: { readonly quantity: Units | undefined; readonly limit: Units | undefined } | undefined
}

/** Unfinished orders by id: waiting for a code, on their way, working or unknown. A fold of events, changed in place. */
export type OpenOrders = Map<string, OpenOrder>

let lastTerms: OrderIntent['terms'] | undefined
let lastRead: { readonly quantity: Units | undefined; readonly limit: Units | undefined } = { quantity: undefined, limit: undefined }

/** The terms of an order read: every guard that follows orders takes in the same event. */
function readTerms(terms: OrderIntent['terms']): typeof lastRead {
  if (terms !== lastTerms) {
    lastRead = { quantity: optional(terms.quantity), limit: optional(terms.limitPrice) }
    lastTerms = terms
  }
  return lastRead
}

const optional = (text: string | undefined): Units | undefined => (text === undefined ? undefined : parseSigned(text))

function begin(open: OpenOrders, orderId: string, { broker, terms }: OrderIntent): void {
  const { quantity, limit } = readTerms(terms)
  open.set(orderId, {
    broker, symbol: terms.symbol, side: terms.side, type: terms.type, strategy: terms.strategy,
    quantity, limit, filled: 0n, asked: undefined,
  })
}

const termsAfter = (order: OpenOrder, { quantity, limitPrice }: ReplaceRequest): NonNullable<OpenOrder['asked']> => ({
  quantity: optional(quantity) ?? order.quantity, limit: optional(limitPrice) ?? order.limit,
})

/** Whether nothing is left to trade, also if a replace without an answer is in force. */
function isComplete({ quantity, asked, filled }: OpenOrder): boolean {
  return quantity === undefined || filled >= maximum(quantity, asked?.quantity ?? quantity)
}

/** Takes in an event. */
export function followOrders(open: OpenOrders, event: StoredEvent): void {
  switch (event.type) {
    case 'order_pending_approval':
    case 'order_pending_new':
    case 'order_accepted': {
      const { orderId, intent } = event.data
      // An acceptance says what was placed elsewhere, or is there although it was taken for never sent. An exit stands for its entry.
      if (intent !== undefined && intent.leg === undefined) begin(open, orderId, intent)
      break
    }
    case 'order_denied':
    case 'order_rejected':
    case 'order_canceled':
    case 'order_expired': open.delete(event.data.orderId); break
    default:
  }
  const order = open.get((event.data as { readonly orderId?: string }).orderId ?? '')
  if (order === undefined) return
  switch (event.type) {
    case 'order_pending_replace': order.asked = termsAfter(order, event.data.changes); break
    case 'order_replace_refused': order.asked = undefined; break
    case 'order_replaced': {
      const { quantity, limit } = termsAfter(order, event.data.changes)
      order.quantity = quantity
      order.limit = limit
      order.asked = undefined
      break
    }
    case 'order_partially_filled': order.filled += parseSigned(event.data.execution.lastQuantity); break
    case 'order_filled':
      order.filled += parseSigned(event.data.execution.lastQuantity)
      if (isComplete(order)) open.delete(event.data.orderId)
      break
    case 'execution_busted': order.filled -= parseSigned(event.data.execution.lastQuantity); break
    case 'execution_corrected': order.filled += parseSigned(event.data.execution.lastQuantity) - parseSigned(event.data.previous.lastQuantity); break
    default:
  }
}
