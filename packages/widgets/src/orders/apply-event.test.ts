import type { Order, StoredEvent } from '@sluice/core'
import { expect, test } from 'vitest'
import { applyEvent } from './apply-event.ts'
import { type OrderRow, rowOf } from './order-row.ts'

const terms = { account: 'main', symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.5', timeInForce: 'day', extendedHours: false } as const
const intent = { terms, digest: 'd', idempotencyKey: 'k', actor: 'a', broker: 'paper', reservation: { quantity: '10', price: '187.5' } }

let sequence = 0
function event(type: StoredEvent['type'], data: object = {}, time = `2026-11-23T14:30:00.${String((sequence += 1)).padStart(3, '0')}Z`): StoredEvent {
  return { id: `main:${sequence}`, account: 'main', sequence, time, type, data: { orderId: 'o', ...data } } as unknown as StoredEvent
}

function fold(first: OrderRow | undefined, ...events: StoredEvent[]): OrderRow {
  let row = first && { ...first }
  for (const each of events) {
    const applied = applyEvent(row, each)
    if (applied.kind === 'row') ({ row } = applied)
  }
  return row as OrderRow
}

const pending = (): StoredEvent => event('order_pending_new', { intent, clientOrderId: 'c', submitBy: '' })
const accepted = (): StoredEvent => event('order_accepted', { clientOrderId: 'c', brokerOrderId: 'b' })
const fill = (filledQuantity: string): StoredEvent =>
  event(filledQuantity === '10' ? 'order_filled' : 'order_partially_filled', { filledQuantity, leavesQuantity: '0', averagePrice: '187' })
const order = (status: Order['status'], more: object = {}): Order =>
  ({ ...terms, id: 'o', idempotencyKey: 'k', actor: 'a', broker: 'paper', status, filledQuantity: '0', version: 3, createdAt: '2026', updatedAt: '2026-11-23T14:30:00.500Z', ...more }) as Order

test('an order goes its way', () => {
  expect(fold(undefined, pending()).status).toBe('pending_new')
  expect(fold(undefined, pending(), accepted()).status).toBe('new')
  expect(fold(undefined, pending(), accepted(), fill('4'))).toMatchObject({ status: 'partially_filled', filledQuantity: '4', averagePrice: '187' })
  expect(fold(undefined, pending(), accepted(), fill('10')).status).toBe('filled')
})

test('a fill while a cancel is pending leaves the cancel pending, and a refused cancel brings the order back', () => {
  const canceling = fold(undefined, pending(), accepted(), event('order_pending_cancel', { clientOrderId: 'c', actor: 'a' }), fill('4'))
  expect(canceling.status).toBe('pending_cancel')
  expect(fold(canceling, event('order_cancel_refused', { code: 'X', message: 'too late' }))).toMatchObject({ status: 'partially_filled', refusal: { code: 'X', message: 'too late' } })
})

test('a terminal order does not regress, and a late fill still counts', () => {
  const canceled = fold(undefined, pending(), accepted(), event('order_canceled', { reason: 'requested' }))
  expect(canceled.status).toBe('canceled')
  expect(fold(canceled, event('order_expired')).status).toBe('canceled')
  expect(fold(canceled, fill('4'))).toMatchObject({ status: 'canceled', filledQuantity: '4' })
})

test('unknown lasts until the command is answered', () => {
  const unknown = fold(undefined, pending(), event('order_unknown', { command: 'new', reason: 'timeout' }))
  expect(unknown.status).toBe('unknown')
  expect(fold(unknown, accepted()).status).toBe('new')
})

test('a replace takes effect when it is confirmed', () => {
  const replacing = fold(undefined, pending(), accepted(), event('order_pending_replace', { changes: { limitPrice: '188' } }))
  expect(replacing).toMatchObject({ status: 'pending_replace', limitPrice: '187.5' })
  expect(fold(replacing, event('order_replaced', { changes: { limitPrice: '188' } }))).toMatchObject({ status: 'new', limitPrice: '188' })
  expect(fold(replacing, event('order_replace_refused', { code: 'X', message: 'no' }))).toMatchObject({ status: 'new', limitPrice: '187.5' })
})

test('events that a snapshot already contains change nothing', () => {
  const row = rowOf(order('filled', { filledQuantity: '10' }))
  expect(applyEvent(row, event('order_accepted', {}, '2026-11-23T14:30:00.100Z'))).toEqual({ kind: 'same' })
  expect(applyEvent(row, event('order_canceled', {}, '2026-11-23T14:30:00.900Z')).kind).toBe('row')
})

test('what an event cannot say is asked for', () => {
  expect(applyEvent(rowOf(order('filled')), event('execution_busted', { execution: {} }, '2027'))).toEqual({ kind: 'ask' })
  expect(applyEvent(undefined, accepted())).toEqual({ kind: 'ask' })
  expect(applyEvent(rowOf(order('unknown')), event('order_cancel_refused', { code: 'X', message: 'm' }, '2027'))).toEqual({ kind: 'ask' })
})

test('events that concern no order change nothing', () => {
  expect(applyEvent(undefined, event('limit_warning', { orderId: undefined }))).toEqual({ kind: 'same' })
  expect(applyEvent(undefined, event('anomaly_detected'))).toEqual({ kind: 'same' })
})
