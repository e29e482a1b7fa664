import { type Order, type OrderState, reduceOrder, type StoredEvent, toOrder } from '@sluice/core'
import { expect, test } from 'vitest'
import { OrderBook } from '../src/orders/order-book.ts'
import { randomOf } from './faults/random.ts'

const RUNS = 5000
const terms = { account: 'main', symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.5', timeInForce: 'day', extendedHours: false } as const
const intent = { terms, digest: 'd', idempotencyKey: 'k', actor: 'a', broker: 'paper', reservation: { quantity: '10', price: '187.5' } }
const denial = { code: 'DENIED', message: 'no' }
const challenge = { id: 'c', reasons: [], digest: 'd', expiresAt: '2027', method: 'totp' }

type Make = (random: () => number, state: OrderState | undefined) => [type: StoredEvent['type'], data: object]
const commands = ['new', 'cancel', 'replace'] as const

/** A finished order, or one that waits for a code, is asked for nothing. */
const whenLive = (state: OrderState | undefined, made: ReturnType<Make>): ReturnType<Make> => (state?.terminal === undefined && state?.challenge === undefined ? made : ['order_expired', {}])

/** Events as the service may write them, mostly in any order: also in orders that it never would. */
const makers: readonly Make[] = [
  () => ['order_accepted', { clientOrderId: 'c', brokerOrderId: 'b' }],
  (_random, state) => ['order_accepted', { clientOrderId: 'c', brokerOrderId: 'b', ...((state?.terminal === 'denied' || state?.terminal === 'canceled') && { again: true }) }],
  (_random, state) => whenLive(state, ['order_pending_cancel', { clientOrderId: 'c2', actor: 'a' }]),
  () => ['order_cancel_refused', { code: 'X', message: 'no' }],
  () => ['order_canceled', { reason: 'requested' }],
  () => ['order_rejected', { rejection: { code: 'X', message: 'no' } }],
  () => ['order_expired', {}],
  () => ['order_denied', { denial }],
  // Another attempt: of an order that was denied as never sent, or after its approval.
  (_random, state) => (state?.terminal === 'denied' || state?.challenge !== undefined ? ['order_pending_new', { intent, clientOrderId: 'c', submitBy: '' }] : ['order_expired', {}]),
  (_random, state) => (state?.terminal === 'denied' ? ['order_pending_approval', { intent, challenge }] : ['order_canceled', { reason: 'broker' }]),
  (random, state) => whenLive(state, ['order_pending_replace', { clientOrderId: 'c3', revision: 1, changes: { limitPrice: String(100 + Math.floor(random() * 9)) }, reservation: intent.reservation, submitBy: '' }]),
  (random) => ['order_replaced', { clientOrderId: 'c3', brokerOrderId: 'b', changes: { limitPrice: String(100 + Math.floor(random() * 9)) } }],
  () => ['order_replace_refused', { code: 'X', message: 'no' }],
  () => ['order_replace_denied', { changes: {}, denial }],
  (random) => ['order_suspended', { phase: random() < 0.5 ? 'suspended' : 'done_for_day' }],
  (random, state) => whenLive(state, ['order_unknown', { command: commands[Math.floor(random() * 3)] ?? 'new', reason: 'timeout' }]),
  () => ['limit_warning', {}],
  (random, state) => {
    const filled = Number((state?.filled ?? 0n) / 1_000_000_000n)
    const last = Math.min(10 - filled, 1 + Math.floor(random() * 3))
    if (last === 0) return ['order_suspended', { phase: 'suspended' }]
    const total = filled + last
    const execution = { executionId: `e${random()}`, broker: 'paper', brokerOrderId: 'b', symbol: 'AAPL', side: 'buy', lastQuantity: String(last), lastPrice: '187.5', time: '2026' }
    return [total === 10 ? 'order_filled' : 'order_partially_filled', { execution, filledQuantity: String(total), leavesQuantity: String(10 - total), averagePrice: '187.5' }]
  },
]

const compared = (order: Partial<Order> & { readonly version?: number }): object => ({ status: order.status, filledQuantity: order.filledQuantity, limitPrice: order.limitPrice, quantity: order.quantity, version: order.version })

test('over random histories a row says what the service says of the order: status, fills, terms and version', () => {
  const seen = new Set<string>()
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const random = randomOf(seed)
    const book = new OrderBook()
    let state: OrderState | undefined
    const history: string[] = []
    for (let index = 0; index < 14; index += 1) {
      const [type, data] = index === 0 ? (['order_pending_new', { intent, clientOrderId: 'c', submitBy: '' }] as const) : makers[Math.floor(random() * makers.length)]!(random, state)
      history.push(type)
      const event = { id: `e${index}`, account: 'main', sequence: index + 1, time: `2026-11-23T14:30:00.${String(100 + index)}Z`, type, data: { orderId: 'o', ...data } } as unknown as StoredEvent
      // What only names an order is no part of its history.
      if (type !== 'limit_warning' && type !== 'order_replace_denied') state = reduceOrder(state, event)
      const order = toOrder(state!)
      // Sometimes an answer of the server brings the whole order.
      if (book.apply(event) === 'ask' || random() < 0.05) book.put(order)
      expect(compared(book.get('o') ?? {}), `seed ${seed}: ${history.join(' ')}`).toEqual(compared(order))
      seen.add(order.status)
    }
  }
  expect(seen.size).toBeGreaterThanOrEqual(12)
})
