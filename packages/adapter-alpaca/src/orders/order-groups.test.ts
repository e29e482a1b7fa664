import { expect, test } from 'vitest'
import { orderSchema, type WireOrder } from '../rest/wire.ts'
import { createOrderGroups, groupUpdates } from './order-groups.ts'
import { createOrderMemory } from './order-memory.ts'

const leg = (status: string, updated: string): object => ({ id: 'leg', client_order_id: 'l', status, type: 'stop', order_class: 'oco', created_at: '2026-01-05T14:30:00Z', updated_at: updated })
const entry = (...legs: object[]): WireOrder => orderSchema.parse({ id: 'entry', client_order_id: 'e', status: 'new', type: 'limit', order_class: 'oco', legs })

test('an answer that comes after newer frames shows its exits as the frames did', () => {
  const memory = createOrderMemory()
  memory.learn(orderSchema.parse(leg('new', '2026-01-05T14:30:02Z')))
  const updates = groupUpdates(createOrderGroups(), memory, entry(leg('held', '2026-01-05T14:30:01Z')))
  expect(updates).toMatchObject([{ kind: 'accepted', brokerOrderId: 'entry' }, { kind: 'leg', order: { brokerOrderId: 'leg', status: 'new', leg: { role: 'stop_loss' } } }])
})

test('an exit that is held sleeps', () => {
  const updates = groupUpdates(createOrderGroups(), createOrderMemory(), entry(leg('held', '2026-01-05T14:30:01Z')))
  expect(updates.at(-1)).toMatchObject({ kind: 'leg', order: { status: 'suspended' } })
})
