import fc from 'fast-check'
import { formatDecimal, ONE } from '../../src/order/decimal.ts'
import type { EventDraft, Execution, StoredEvent } from '../../src/order/event.ts'
import type { Side } from '../../src/order/request.ts'
import { eventSource, makeIntent, NO_EVALUATION } from './make-event.ts'

/** What the teller of a history remembers of an order, so that what it tells can happen. Quantities in thousandths. */
interface Told {
  readonly id: string
  readonly broker: string
  readonly symbol: string
  readonly side: Side
  readonly money: boolean
  quantity: number
  stage: 'approval' | 'sent' | 'live' | 'ended'
  asked: number | undefined
  filled: number
  readonly live: Execution[]
}

/** Drawn numbers; all zero once they are used up. */
type Draw = (range: number) => number

const SYMBOLS = ['AAPL', 'MSFT'] as const
const BROKERS = ['one', 'two'] as const
const SIDE: readonly Side[] = ['buy', 'sell', 'sell_short']
const text = (thousandths: number): string => formatDecimal((BigInt(thousandths) * ONE) / 1000n)

interface Tale {
  readonly draw: Draw
  readonly orders: Told[]
  readonly options: HistoryOptions
  count: number
}

const priceOf = ({ draw }: Tale): string => text(90_000 + draw(20_000))

function place(tale: Tale): EventDraft[] {
  const { draw, orders } = tale
  tale.count += 1
  const order: Told = {
    id: `o${tale.count}`, broker: BROKERS[draw(2)]!, symbol: SYMBOLS[draw(2)]!, side: SIDE[draw(3)]!, money: draw(8) === 7,
    quantity: 1 + draw(20_000), stage: draw(4) === 3 ? 'approval' : 'sent', asked: undefined, filled: 0, live: [],
  }
  orders.push(order)
  return [start(tale, order)]
}

function start(tale: Tale, order: Told): EventDraft {
  const terms = { symbol: order.symbol, side: order.side, ...(order.money ? { type: 'market' as const, notional: '1000' } : { quantity: text(order.quantity) }) }
  const intent = makeIntent(terms, { quantity: text(order.quantity), price: priceOf(tale) }, order.broker)
  const common = { orderId: order.id, intent, evaluation: NO_EVALUATION }
  if (order.stage === 'approval') {
    return { type: 'order_pending_approval', data: { ...common, challenge: { id: `c-${order.id}`, reasons: [], digest: '', expiresAt: '', method: 'totp' } } }
  }
  return { type: 'order_pending_new', data: { ...common, clientOrderId: `k-${order.id}`, submitBy: '' } }
}

function fill(tale: Tale, order: Told, bonus: number): EventDraft[] {
  tale.count += 1
  const quantity = 1 + tale.draw(order.quantity / 2 + bonus)
  const execution: Execution = {
    executionId: `e${tale.count}`, broker: order.broker, brokerOrderId: `b-${order.id}`, symbol: order.symbol, side: order.side,
    lastQuantity: text(quantity), lastPrice: priceOf(tale), time: '',
  }
  order.live.push(execution)
  order.filled += quantity
  const complete = order.money ? tale.draw(5) === 4 : order.filled >= order.quantity
  if (order.money && complete) order.stage = 'ended'
  return [{ type: complete ? 'order_filled' : 'order_partially_filled', data: { orderId: order.id, execution, filledQuantity: text(order.filled), averagePrice: '1' } }]
}

function replace(tale: Tale, order: Told): EventDraft[] {
  const { draw } = tale
  if (order.money) return []
  const open = order.filled < Math.max(order.quantity, order.asked ?? 0)
  if (order.asked === undefined) {
    if (!open || order.stage !== 'live') return []
    order.asked = 1 + draw(30_000)
    return [{ type: 'order_pending_replace', data: {
      orderId: order.id, clientOrderId: `r-${order.id}`, revision: 1, changes: { quantity: text(order.asked) }, submitBy: '', actor: 'ada', evaluation: NO_EVALUATION,
      reservation: { quantity: text(order.asked), price: priceOf(tale) },
    } }]
  }
  const { asked } = order
  if (draw(2) === 0) return [{ type: 'order_unknown', data: { orderId: order.id, command: 'replace', reason: 'timeout' } }]
  order.asked = undefined
  if (draw(2) === 0) return [{ type: 'order_replace_refused', data: { orderId: order.id, code: 'NO', message: 'no' } }]
  order.quantity = asked
  return [{ type: 'order_replaced', data: { orderId: order.id, clientOrderId: `r-${order.id}`, brokerOrderId: `b2-${order.id}`, changes: { quantity: text(asked) } } }]
}

function reverse(tale: Tale, order: Told): EventDraft[] {
  const index = tale.draw(order.live.length)
  const previous = order.live[index]
  if (previous === undefined) return []
  const before = Math.round(Number(previous.lastQuantity) * 1000)
  if (tale.draw(2) === 0) {
    order.live.splice(index, 1)
    order.filled -= before
    return [{ type: 'execution_busted', data: { orderId: order.id, execution: previous } }]
  }
  const quantity = 1 + tale.draw(2 * before)
  const execution = { ...previous, lastQuantity: text(quantity), lastPrice: priceOf(tale) }
  order.live[index] = execution
  order.filled += quantity - before
  return [{ type: 'execution_corrected', data: { orderId: order.id, previous, execution } }]
}

function end(tale: Tale, order: Told): EventDraft[] {
  const { id: orderId } = order
  if (order.stage === 'ended') return []
  order.stage = 'ended'
  order.asked = undefined
  switch (tale.draw(4)) {
    case 0: return [{ type: 'order_expired', data: { orderId } }]
    case 1: return [{ type: 'order_rejected', data: { orderId, rejection: { code: 'NO', message: 'no' } } }]
    case 2: return [{ type: 'order_denied', data: { orderId, denial: { code: 'NOT_SENT', message: 'no' } } }]
    default: return [{ type: 'order_canceled', data: { orderId, reason: 'broker' } }]
  }
}

function command(tale: Tale, order: Told): EventDraft[] {
  const { id: orderId } = order
  switch (tale.draw(6)) {
    case 0: return [{ type: 'order_pending_cancel', data: { orderId, clientOrderId: `x-${orderId}`, actor: 'ada' } }]
    case 1: return [{ type: 'order_cancel_refused', data: { orderId, code: 'NO', message: 'no' } }]
    case 2: return [{ type: 'order_suspended', data: { orderId, phase: 'suspended' } }]
    case 3: return [{ type: 'order_unknown', data: { orderId, command: 'new', reason: 'timeout' } }]
    case 4: return [{ type: 'anomaly_detected', data: { orderId, code: 'X', message: 'x' } }]
    default: return []
  }
}

function account(tale: Tale): EventDraft[] {
  const { draw, options } = tale
  if (draw(3) > 0) return []
  if (draw(2) === 0) {
    const marks = Object.fromEntries(SYMBOLS.filter(() => draw(4) > 0).map((symbol) => [symbol, priceOf(tale)]))
    tale.count += 1
    return [{ type: 'session_rolled', data: { session: `s${tale.count}`, source: 'marks', marks: { main: marks } } }]
  }
  if (options.external === false) return []
  const quantity = draw(20_000) - 10_000
  const source = (['opening', 'external', 'adjustment', 'fill'] as const)[draw(4)]!
  return [{ type: 'position_changed', data: { broker: BROKERS[draw(2)]!, symbol: SYMBOLS[draw(2)]!, quantity: text(quantity), averagePrice: priceOf(tale), source } }]
}

function step(tale: Tale): EventDraft[] {
  const { draw, orders } = tale
  const what = draw(12)
  // The latest ones, so that each has a story.
  const order = orders.at(-1 - draw(Math.min(4, orders.length)))
  if (what === 0 || order === undefined) return place(tale)
  if (what === 3) return account(tale)
  if (order.stage === 'sent' && what < 8) {
    order.stage = 'live'
    return [{ type: 'order_accepted', data: { orderId: order.id, clientOrderId: `k-${order.id}`, brokerOrderId: `b-${order.id}` } }]
  }
  if (order.stage === 'approval') {
    if (draw(3) === 2) return end(tale, order)
    order.stage = 'sent'
    return [start(tale, order)]
  }
  if (what === 1 || what === 2 || what === 10) return replace(tale, order)
  if (what < 6) return fill(tale, order, draw(4) === 3 ? 5000 : 0)
  if (what === 6) return reverse(tale, order)
  if (what === 7) return draw(4) === 3 ? end(tale, order) : []
  return command(tale, order)
}

export interface HistoryOptions {
  /** Whether positions also change from outside. Default true. */
  readonly external?: boolean
}

/** Anything that can happen to an account: late fills, busts, corrections and answers out of turn included. */
export function historyArbitrary(options: HistoryOptions = {}): fc.Arbitrary<StoredEvent[]> {
  return fc.array(fc.nat(0xffff), { minLength: 50, maxLength: 400, size: 'max' }).map((numbers) => {
    let position = 0
    const tale: Tale = {
      orders: [], options, count: 0,
      draw: (range) => {
        const number = numbers[position] ?? 0
        position += 1
        return range <= 1 ? 0 : Math.floor(number % range)
      },
    }
    const source = eventSource()
    const events: StoredEvent[] = []
    while (position < numbers.length) {
      source.now += 1
      for (const draft of step(tale)) events.push(source.of(draft))
    }
    return events
  })
}
