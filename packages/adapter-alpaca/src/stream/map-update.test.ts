import { describe, expect, test } from 'vitest'
import { createOrderGroups } from '../orders/order-groups.ts'
import { createOrderMemory } from '../orders/order-memory.ts'
import type { RestClient } from '../rest/rest-client.ts'
import { type WireUpdate, updateSchema } from '../rest/wire.ts'
import { createUpdateMapper, type MappedUpdate, type UpdateMapper } from './map-update.ts'

const wire = (overrides: object = {}) => ({
  id: 'o-1', client_order_id: 'a', status: 'new', symbol: 'AAPL', side: 'buy', type: 'limit', time_in_force: 'day', qty: '10', filled_qty: '0', filled_avg_price: null,
  limit_price: '100', created_at: '2026-01-05T14:30:00Z', updated_at: '2026-01-05T14:30:00Z', replaced_by: null, replaces: null, ...overrides,
})

const update = (event: string, order: object = {}, extra: object = {}): WireUpdate => updateSchema.parse({ event, order: wire(order), timestamp: '2026-01-05T14:30:01.5Z', ...extra })

function open(known: Readonly<Record<string, object>> = {}): { readonly mapper: UpdateMapper; readonly map: (given: WireUpdate) => MappedUpdate | Promise<MappedUpdate> } {
  const rest = { orderById: async (id: string) => (id in known ? { kind: 'answer', value: updateSchema.parse({ event: 'x', order: known[id] }).order } : { kind: 'ambiguous', reason: 'no' }) }
  const mapper = createUpdateMapper(rest as unknown as RestClient, createOrderMemory(), createOrderGroups())
  return { mapper, map: (given) => mapper.map(given) }
}

const names = { clientOrderId: 'a', brokerOrderId: 'o-1' }

describe('every event that Alpaca documents', () => {
  test.each<[string, object, object[]]>([
    ['pending_new', {}, [{ kind: 'accepted', ...names }]],
    ['accepted', {}, [{ kind: 'accepted', ...names }]],
    ['new', {}, [{ kind: 'accepted', ...names }]],
    ['held', {}, [{ kind: 'accepted', ...names }]],
    ['canceled', {}, [{ kind: 'canceled', ...names }]],
    ['expired', {}, [{ kind: 'expired', ...names }]],
    ['done_for_day', {}, [{ kind: 'done_for_day', ...names }]],
    ['suspended', {}, [{ kind: 'suspended', ...names }]],
    ['rejected', {}, [{ kind: 'rejected', ...names, code: 'REJECTED', message: 'Alpaca reported rejected' }]],
    ['order_cancel_rejected', {}, [{ kind: 'cancel_refused', ...names, code: 'CANCEL_REJECTED', message: 'Alpaca reported order_cancel_rejected' }]],
    ['order_replace_rejected', {}, [{ kind: 'replace_refused', ...names, code: 'REPLACE_REJECTED', message: 'Alpaca reported order_replace_rejected' }]],
    ['pending_cancel', {}, []], ['pending_replace', {}, []], ['stopped', {}, []], ['calculated', {}, []],
    // The half of a replace that is not in force says nothing, and refused it speaks for the change.
    ['pending_new', { replaces: 'o-0' }, []],
    ['rejected', { replaces: 'o-0' }, [{ kind: 'replace_refused', clientOrderId: 'a', brokerOrderId: 'o-0', code: 'REPLACE_REJECTED', message: 'Alpaca reported rejected' }]],
  ])('%s %o', (event, order, updates) => {
    expect(open().map(update(event, order))).toEqual({ updates })
  })

  test.each(['restated', 'trade_bust', 'trade_correct', 'something_new'])('%s of what is not known here is a gap', (event) => {
    expect(open().map(update(event))).toMatchObject({ updates: [], gap: expect.any(String) as string })
  })
})

describe('trades', () => {
  test('a fill has its own price and quantity, and the order\'s quantity in its id', () => {
    const { map } = open()
    expect(map(update('partial_fill', { filled_qty: '4' }, { price: '99.5', qty: '4', execution_id: 'x-1' }))).toEqual({
      updates: [{
        kind: 'fill', execution: {
          executionId: 'o-1:4', brokerOrderId: 'o-1', clientOrderId: 'a', symbol: 'AAPL', side: 'buy', lastQuantity: '4', lastPrice: '99.5', time: '2026-01-05T14:30:01.5Z',
        },
      }],
    })
  })

  test('what was traded and not told is a gap, at the next fill or at the end', () => {
    expect(open().map(update('fill', { filled_qty: '10' }, { price: '100', qty: '6' }))).toMatchObject({ gap: 'trades of order o-1 were not reported' })
    expect(open().map(update('canceled', { filled_qty: '4' })), 'an end that counts them is left to the comparison, which tells them first').toEqual({ updates: [], gap: 'trades of order o-1 were not reported' })
  })

  test('after a correction to a smaller quantity the same sum can be reached again, by another trade', () => {
    const { map } = open()
    void map(update('fill', { filled_qty: '4' }, { price: '100', qty: '4', execution_id: 'x-1' }))
    expect(map(update('trade_correct', { filled_qty: '3' }, { price: '100', qty: '3', execution_id: 'x-1' }))).toMatchObject({ updates: [{ kind: 'corrected', executionId: 'o-1:4', execution: { lastQuantity: '3' } }] })
    expect(map(update('partial_fill', { filled_qty: '4' }, { price: '100', qty: '1', execution_id: 'x-2' }))).toMatchObject({ updates: [{ execution: { executionId: 'o-1:4:1', lastQuantity: '1' } }] })
  })

  test('without its price it is derived from the average of a first fill, and is a gap for any other', () => {
    const { map } = open()
    expect(map(update('partial_fill', { filled_qty: '4', filled_avg_price: '100.25' }))).toMatchObject({ updates: [{ execution: { lastQuantity: '4', lastPrice: '100.25' } }] })
    expect(map(update('fill', { filled_qty: '10', filled_avg_price: '101' }))).toMatchObject({ updates: [], gap: 'a trade without its price or quantity' })
  })
})

test('an exit that begins to work is told so, whatever was read of it before its frame came', () => {
  const memory = createOrderMemory()
  const groups = createOrderGroups()
  const mapper = createUpdateMapper({} as RestClient, memory, groups)
  const leg = { ...wire({ id: 'o-2', client_order_id: 'leg', order_class: 'oco' }), legs: null }
  const parse = (order: object) => updateSchema.parse({ event: 'x', order }).order
  groups.learn(parse(wire({ order_class: 'oco', legs: [{ ...leg, status: 'held' }] })))
  memory.learn(parse(leg))
  expect(mapper.map(update('new', leg))).toEqual({ updates: [{ kind: 'accepted', clientOrderId: 'leg', brokerOrderId: 'o-2' }, { kind: 'resumed', clientOrderId: 'leg', brokerOrderId: 'o-2' }] })
})

describe('replaced', () => {
  const successor = wire({ id: 'o-2', client_order_id: 'b', limit_price: '101', replaces: 'o-1' })
  const expected = { updates: [{ kind: 'replaced', clientOrderId: 'b', brokerOrderId: 'o-2', originalClientOrderId: 'a', changes: { limitPrice: '101' } }] }

  test('with the old order, the new one is asked for', async () => {
    expect(await open({ 'o-2': successor }).map(update('replaced', { status: 'replaced', replaced_by: 'o-2' }))).toEqual(expected)
  })

  test('with the new order, the old one is remembered', async () => {
    const { map } = open()
    await map(update('new'))
    expect(await map(update('replaced', successor))).toEqual(expected)
  })

  test('with neither at hand it is a gap', async () => {
    expect(await open().map(update('replaced', { status: 'replaced', replaced_by: 'o-2' }))).toMatchObject({ updates: [], gap: expect.any(String) as string })
  })
})
