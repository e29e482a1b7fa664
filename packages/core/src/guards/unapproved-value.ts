import { maximum, multiply, parseSigned, type Units } from '../order/decimal.ts'
import type { EventOf, OrderIntent, Reservation, StoredEvent } from '../order/event.ts'
import type { Side } from '../order/request.ts'
import { fromIso } from '../runtime/clock.ts'

/** How long a value counts and how finely its age is kept, in ms. */
export interface WindowLength {
  readonly window: number
  readonly width: number
}

/** What was sent without approval within one width. */
interface Bucket {
  start: number
  value: Units
}

/** One symbol and side: buckets by age, oldest first, and their sum. */
interface Lane {
  buckets: Bucket[]
  total: Units
}

/** An unfinished order: what of it has been counted, or approved. */
interface Counted {
  readonly lane: string
  /** An order by money moves just that. */
  readonly money: Units | undefined
  quantity: Units
  price: Units
  filled: Units
  asked: { readonly quantity: Units; readonly price: Units } | undefined
}

/** What was sent without approval, by symbol and side, and what unfinished orders have had counted. A fold of events. */
export interface Unapproved {
  readonly lanes: Map<string, Lane>
  readonly orders: Map<string, Counted>
}

const laneOf = (symbol: string, side: Side): string => `${symbol} ${side === 'buy' ? 'buy' : 'sell'}`
const termsOf = ({ quantity, price }: Reservation): { quantity: Units; price: Units } => ({ quantity: parseSigned(quantity), price: parseSigned(price) })

/** A bucket counts until its last moment has left the window: rounding never forgets early. */
const counts = (bucket: Bucket, now: number, { window, width }: WindowLength): boolean => bucket.start + width > now - window

function valueOf(order: Counted, quantity = order.quantity, price = order.price): Units {
  return order.money ?? multiply(maximum(0n, quantity - order.filled), price, 'up')
}

/** The value of an unfinished order that was counted or approved before; undefined when nothing was. */
export function countedOf(state: Unapproved, orderId: string): Units | undefined {
  const order = state.orders.get(orderId)
  return order === undefined ? undefined : valueOf(order)
}

/** What was sent without approval on a symbol and side within the window before `now`. */
export function sumOf(state: Unapproved, symbol: string, side: Side, now: number, length: WindowLength): Units {
  const lane = state.lanes.get(laneOf(symbol, side))
  if (lane === undefined) return 0n
  let sum = lane.total
  for (const bucket of lane.buckets) {
    if (counts(bucket, now, length)) break
    sum -= bucket.value
  }
  return sum
}

/** Every symbol and side that has sent something without approval within the window. */
export function lanesOf(state: Unapproved, now: number, length: WindowLength): { symbol: string; side: 'buy' | 'sell'; sum: Units }[] {
  return [...state.lanes.keys()].flatMap((name) => {
    const [symbol = '', side] = name.split(' ')
    const sum = sumOf(state, symbol, side as 'buy', now, length)
    return sum > 0n ? [{ symbol, side: side as 'buy' | 'sell', sum }] : []
  })
}

function add(state: Unapproved, name: string, value: Units, now: number, length: WindowLength): void {
  if (value <= 0n) return
  const lane = state.lanes.get(name) ?? { buckets: [], total: 0n }
  state.lanes.set(name, lane)
  const { buckets } = lane
  // Stamps from a clock that has been set back since count as of now, not for as long as it jumped.
  for (let index = buckets.length - 1; index >= 0 && (buckets[index] as Bucket).start > now; index -= 1) (buckets[index] as Bucket).start = now
  for (let oldest = buckets[0]; oldest !== undefined && !counts(oldest, now, length); oldest = buckets[0]) {
    lane.total -= oldest.value
    buckets.shift()
  }
  const last = buckets.at(-1)
  if (last !== undefined && now < last.start + length.width) last.value += value
  else buckets.push({ start: now, value })
  lane.total += value
}

function begin(state: Unapproved, orderId: string, intent: OrderIntent): Counted {
  const { terms, reservation } = intent
  const money = terms.notional === undefined ? undefined : parseSigned(terms.notional)
  const order: Counted = { lane: laneOf(terms.symbol, terms.side), money, ...termsOf(reservation), filled: 0n, asked: undefined }
  state.orders.set(orderId, order)
  return order
}

/** A replace adds what it raises; what it lowers, or what the broker refuses of it, stays counted. */
function ask(state: Unapproved, { data, time }: EventOf<'order_pending_replace'>, length: WindowLength): void {
  const order = state.orders.get(data.orderId)
  if (order === undefined) return
  const asked = termsOf(data.reservation)
  add(state, order.lane, valueOf(order, maximum(order.quantity, asked.quantity), asked.price) - valueOf(order), fromIso(time), length)
  order.asked = asked
}

function replace(state: Unapproved, { orderId, changes }: EventOf<'order_replaced'>['data']): void {
  const order = state.orders.get(orderId)
  if (order === undefined) return
  order.quantity = changes.quantity === undefined ? (order.asked ?? order).quantity : parseSigned(changes.quantity)
  order.price = order.asked?.price ?? maximum(order.price, parseSigned(changes.limitPrice ?? '0'))
  order.asked = undefined
}

function trade(state: Unapproved, orderId: string, quantity: Units): void {
  const order = state.orders.get(orderId)
  if (order !== undefined) order.filled += quantity
}

/** Filled for good, unless a replace that is still unanswered leaves more to trade. */
function complete(state: Unapproved, orderId: string): void {
  const order = state.orders.get(orderId)
  if (order !== undefined && (order.money !== undefined || order.asked === undefined || order.asked.quantity <= order.filled)) state.orders.delete(orderId)
}

/** The memory after an event; changed in place. */
export function applyUnapproved(state: Unapproved, event: StoredEvent, length: WindowLength): Unapproved {
  switch (event.type) {
    case 'order_pending_new': {
      const order = begin(state, event.data.orderId, event.data.intent)
      if (event.data.approval === undefined && event.data.intent.purpose === undefined) add(state, order.lane, valueOf(order), fromIso(event.time), length)
      break
    }
    case 'order_pending_replace': ask(state, event, length); break
    case 'order_replaced': replace(state, event.data); break
    case 'order_replace_refused': {
      const order = state.orders.get(event.data.orderId)
      if (order !== undefined) order.asked = undefined
      break
    }
    case 'order_partially_filled': trade(state, event.data.orderId, parseSigned(event.data.execution.lastQuantity)); break
    case 'execution_busted': trade(state, event.data.orderId, -parseSigned(event.data.execution.lastQuantity)); break
    case 'execution_corrected': trade(state, event.data.orderId, parseSigned(event.data.execution.lastQuantity) - parseSigned(event.data.previous.lastQuantity)); break
    case 'order_filled':
      trade(state, event.data.orderId, parseSigned(event.data.execution.lastQuantity))
      complete(state, event.data.orderId)
      break
    case 'order_denied':
    case 'order_rejected':
    case 'order_canceled':
    case 'order_expired': state.orders.delete(event.data.orderId); break
    default:
  }
  return state
}
