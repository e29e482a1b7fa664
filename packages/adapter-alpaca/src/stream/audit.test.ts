import { createVirtualClock, type VirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { createOrderMemory, type OrderMemory } from '../orders/order-memory.ts'
import type { RestClient, RestResult } from '../rest/rest-client.ts'
import type { WireOrder } from '../rest/wire.ts'
import { startAudit } from './audit.ts'
import type { UpdateMapper } from './map-update.ts'
import { createToldOrders, type ToldOrders } from './told-orders.ts'

const order = (overrides: Partial<WireOrder> = {}): WireOrder => ({ id: 'o-1', client_order_id: 'a', status: 'new', type: 'market', filled_qty: '0', updated_at: '2026-01-05T14:30:00Z', ...overrides })

interface Open { readonly clock: VirtualClock; readonly memory: OrderMemory; readonly gaps: string[]; readonly asked: string[]; readonly told: ToldOrders; readonly stop: () => void }

function open(atAlpaca: WireOrder, listed: readonly WireOrder[] = [], toldOf = '0'): Open {
  const clock = createVirtualClock()
  const memory = createOrderMemory()
  const told = createToldOrders(memory)
  const gaps: string[] = []
  const asked: string[] = []
  const rest = {
    openOrders: async (): Promise<RestResult<WireOrder[]>> => ({ kind: 'answer', value: [...listed] }),
    orderById: async (id: string): Promise<RestResult<WireOrder>> => { asked.push(id); return { kind: 'answer', value: atAlpaca } },
  }
  const { stop } = startAudit({
    clock, memory, told, rest: rest as unknown as RestClient, mapper: { toldOf: () => toldOf } as unknown as UpdateMapper, interval: 60_000,
    isReady: () => true, declareGap: (reason) => { gaps.push(reason) },
  })
  return { clock, memory, gaps, asked, told, stop }
}

test('a market order of which nothing is heard for five seconds is asked about, and what it became is a gap', async () => {
  const { asked, clock, gaps, memory } = open(order({ status: 'filled', filled_qty: '10' }))
  memory.learn(order())
  await clock.advance(4999)
  expect(asked).toEqual([])
  await clock.advance(2001)
  expect([asked, gaps]).toEqual([['o-1'], ['market order o-1 is filled and nothing was heard of it']])
})

test('one that was heard of is not asked about, and one that only waits is no gap', async () => {
  const heard = open(order({ status: 'filled' }))
  heard.memory.learn(order())
  heard.memory.learn(order({ status: 'filled', filled_qty: '10', updated_at: '2026-01-05T14:30:01Z' }))
  const waits = open(order({ status: 'accepted' }))
  waits.memory.learn(order({ status: 'accepted' }))
  const rests = open(order({ type: 'limit' }))
  rests.memory.learn(order({ type: 'limit' }))
  for (const { clock } of [heard, waits, rests]) await clock.advance(9000)
  expect([heard.asked, waits.asked, rests.asked]).toEqual([[], ['o-1'], []])
  expect([...heard.gaps, ...waits.gaps, ...rests.gaps]).toEqual([])
})

test('what is stopped asks nothing', async () => {
  const { asked, clock, memory, stop } = open(order({ status: 'filled' }))
  memory.learn(order())
  stop()
  await clock.advance(9000)
  expect(asked).toEqual([])
})

test('an order that the service takes for live and Alpaca no longer lists is a gap, even when the adapter has read of its end itself', async () => {
  const { clock, gaps, memory, told } = open(order())
  told.hear({ kind: 'accepted', clientOrderId: 'a', brokerOrderId: 'o-1' })
  // The answer to another question showed it; nobody was told.
  memory.learn(order({ status: 'expired', type: 'limit' }))
  await clock.advance(63_000)
  expect(gaps).toEqual(['order o-1 is no longer open and nothing was heard of it'])
  await clock.advance(200_000)
  expect(gaps).toHaveLength(1)
})

test('an order whose end was told, or whose answer came after its end, is no gap; nor is the old half of a change', async () => {
  const { clock, gaps, memory, told } = open(order(), [order({ id: 'o-3', type: 'limit' })])
  told.hear({ kind: 'canceled', clientOrderId: 'a', brokerOrderId: 'o-1' })
  told.lives('o-1')
  told.lives('o-2')
  memory.learn(order({ id: 'o-3', type: 'limit', replaces: 'o-2' }))
  told.hear({ kind: 'replaced', clientOrderId: 'c', brokerOrderId: 'o-3', changes: {} })
  await clock.advance(200_000)
  expect(gaps).toEqual([])
})

test('an order that shows less than was told is a gap, once: a trade was taken back in a frame that nobody heard', async () => {
  const listed = [order({ type: 'limit', status: 'partially_filled', filled_qty: '3' })]
  const { clock, gaps, told } = open(order(), listed, '5')
  told.hear({ kind: 'accepted', clientOrderId: 'a', brokerOrderId: 'o-1' })
  await clock.advance(63_000)
  expect(gaps).toEqual(['a trade of order o-1 was taken back and nothing was heard of it'])
  await clock.advance(200_000)
  expect(gaps).toHaveLength(1)
  listed[0] = order({ type: 'limit', status: 'partially_filled', filled_qty: '1' })
  await clock.advance(63_000)
  expect(gaps).toHaveLength(2)
})
