import { describe, expect, it } from 'vitest'
import type { BrokerOrder } from '../../src/broker/broker-adapter.ts'
import type { Order } from '../../src/order/order.ts'
import type { ExecutionService } from '../../src/service/execution-service.ts'
import { makeRequest, type RequestOverrides } from '../../src/testing/index.ts'
import { openDesk } from '../support/open-service.ts'
import { accepts, executionOf, recordOf } from '../support/scripted-broker.ts'
import { createWorld, type Running, type World } from '../support/world.ts'

const EXITS = { takeProfit: { limitPrice: '110' }, stopLoss: { stopPrice: '95' } } as const
const bracket: RequestOverrides = { orderClass: 'bracket', limitPrice: '99', ...EXITS }

interface Group extends Running {
  readonly world: World
  readonly parent: Order
}

async function open(terms: RequestOverrides): Promise<Group> {
  const world = createWorld()
  const running = await world.start()
  const parent = await world.until(running.service.placeOrder(makeRequest(terms)))
  await world.clock.advance(10)
  return { world, parent, ...running }
}

/** Status, type and role of every order, exits by their role. */
async function shown(service: ExecutionService): Promise<Record<string, string>> {
  return Object.fromEntries((await service.listOrders()).map(({ role = 'entry', status, filledQuantity }) => [role, filledQuantity === '0' ? status : `${status} ${filledQuantity}`]))
}

const held = async (service: ExecutionService): Promise<unknown> => (await service.positions()).map(({ quantity, workingBuy, workingSell }) => ({ quantity, workingBuy, workingSell }))

const move = async (world: World, bid: string, ask: string): Promise<void> => {
  world.setPrices(bid, ask)
  await world.clock.advance(500)
}

describe('D6: a bracket', () => {
  it('has its exits as orders of their own, held until the entry fills, and counted against it', async () => {
    const { world, service, parent } = await open(bracket)
    expect(await shown(service)).toEqual({ entry: 'new', take_profit: 'suspended', stop_loss: 'suspended' })
    const legs = (await service.listOrders()).filter(({ role }) => role !== undefined)
    expect(legs.map(({ parentOrderId, side, quantity, broker }) => [parentOrderId, side, quantity, broker])).toEqual([1, 2].map(() => [parent.id, 'sell', '10', 'main']))
    expect(await held(service)).toEqual([{ quantity: '0', workingBuy: '10', workingSell: '0' }])
    await move(world, '98.8', '98.9')
    expect(await shown(service)).toEqual({ entry: 'filled 10', take_profit: 'new', stop_loss: 'new' })
    expect(await held(service)).toEqual([{ quantity: '10', workingBuy: '0', workingSell: '10' }])
  })

  it.each([['take_profit', '110.1', '110.2'], ['stop_loss', '94.8', '94.9']])('ends with its %s, which cancels the other exit', async (role, bid, ask) => {
    const { world, service } = await open(bracket)
    await move(world, '98.8', '98.9')
    await move(world, bid, ask)
    const other = role === 'take_profit' ? 'stop_loss' : 'take_profit'
    expect(await shown(service)).toEqual({ entry: 'filled 10', [role]: 'filled 10', [other]: 'canceled' })
    expect(await held(service)).toEqual([{ quantity: '0', workingBuy: '0', workingSell: '0' }])
    expect((await world.history()).filter(({ type }) => type === 'anomaly_detected')).toEqual([])
  })

  it('whose entry is cancelled loses its held exits', async () => {
    const { world, service, parent } = await open(bracket)
    expect(await world.until(service.cancelOrder(parent.id))).toMatchObject({ status: 'canceled' })
    await world.clock.advance(10)
    expect(await shown(service)).toEqual({ entry: 'canceled', take_profit: 'canceled', stop_loss: 'canceled' })
    expect(await held(service)).toEqual([{ quantity: '0', workingBuy: '0', workingSell: '0' }])
  })

  it('is the same after a restart, from the snapshot and from the whole history', async () => {
    const { world, service, parent } = await open(bracket)
    await move(world, '98.8', '98.9')
    const before = [await shown(service), await held(service)]
    await world.until(service.close())
    for (const loadSnapshot of [world.journal.loadSnapshot, async () => undefined]) {
      const again = await world.start({ journal: { ...world.journal, loadSnapshot } })
      expect([await shown(again.service), await held(again.service)]).toEqual(before)
      expect((await again.service.listOrders({ open: true })).map(({ parentOrderId }) => parentOrderId)).toEqual([parent.id, parent.id])
      await world.until(again.service.close())
    }
  })

  it('an exit is changed and cancelled like any order, and the position it leaves is announced', async () => {
    const { world, service } = await open({ orderClass: 'oto', limitPrice: '99', stopLoss: EXITS.stopLoss })
    await move(world, '98.8', '98.9')
    const stop = (await service.listOrders()).find(({ role }) => role === 'stop_loss') as Order
    expect(await world.until(service.replaceOrder(stop.id, { stopPrice: '96' }))).toMatchObject({ stopPrice: '96', status: 'new' })
    expect(await world.until(service.cancelOrder(stop.id))).toMatchObject({ status: 'canceled' })
    await world.clock.advance(10)
    expect((await world.history()).filter(({ type }) => type === 'anomaly_detected')).toMatchObject([{ data: { code: 'UNCOVERED_ENTRY' } }])
  })
})

describe('D6: an OCO', () => {
  it('counts its larger exit once, and one fill ends the other', async () => {
    const world = createWorld()
    const { service } = await world.start()
    await world.until(service.placeOrder(makeRequest({ type: 'market', quantity: '10' })))
    await world.clock.advance(10)
    await world.until(service.placeOrder(makeRequest({ side: 'sell', orderClass: 'oco', limitPrice: '110', ...EXITS })))
    await world.clock.advance(10)
    expect(await held(service)).toEqual([{ quantity: '10', workingBuy: '0', workingSell: '10' }])
    await move(world, '94.8', '94.9')
    expect((await service.listOrders()).map(({ status }) => status).toSorted()).toEqual(['canceled', 'filled', 'filled'])
    expect(await held(service)).toEqual([{ quantity: '0', workingBuy: '0', workingSell: '0' }])
  })
})

describe('D6: exits told by any broker', () => {
  const legOf = (parent: string, role: 'take_profit' | 'stop_loss', overrides: Partial<BrokerOrder> = {}): BrokerOrder => ({
    ...recordOf({ clientOrderId: `theirs-${role}`, terms: { symbol: 'AAPL', side: 'sell', type: 'limit', quantity: '10', limitPrice: '110', timeInForce: 'day' } as never }),
    brokerOrderId: `leg-${role}`, status: 'suspended', leg: { parentBrokerOrderId: parent, role }, ...overrides,
  })

  it('are bound once, however often and on whatever channel they are told, also when memory has let their entry go', async () => {
    const desk = await openDesk({ finishedOrders: 0, capabilities: { orderClasses: ['bracket', 'oco', 'oto'] } })
    const { order, sent } = await desk.working(bracket)
    const leg = legOf(`at-${sent.clientOrderId}`, 'stop_loss')
    await desk.broker.deliver({ kind: 'leg', order: leg })
    await desk.broker.deliver({ kind: 'leg', order: leg })
    expect(await desk.service.listOrders({ open: true })).toHaveLength(2)
    await desk.broker.deliver({ kind: 'canceled', brokerOrderId: leg.brokerOrderId })
    await desk.broker.deliver({ kind: 'canceled', clientOrderId: sent.clientOrderId })
    await desk.working({ idempotencyKey: 'other' })
    await desk.broker.deliver({ kind: 'leg', order: leg })
    await desk.settle()
    expect(await desk.statusOf(`${order.id}-stop_loss`)).toMatchObject({ status: 'canceled', parentOrderId: order.id, role: 'stop_loss' })
    expect(desk.story(`${order.id}-stop_loss`)).toEqual(['order_accepted', 'order_suspended', 'order_canceled'])
  })

  it('that come before the answer to their entry wait for it', async () => {
    const desk = await openDesk({ capabilities: { orderClasses: ['bracket', 'oco', 'oto'] } })
    await desk.place(bracket)
    const { command } = desk.lastSubmit()
    void desk.broker.deliver({ kind: 'leg', order: legOf(`at-${command.clientOrderId}`, 'take_profit') })
    await desk.settle()
    expect(await desk.service.listOrders()).toHaveLength(1)
    desk.lastSubmit().answer(accepts(command))
    await desk.settle()
    expect((await desk.service.listOrders()).map(({ role }) => role)).toContain('take_profit')
  })

  it('a partial entry that ends without its exits is announced', async () => {
    const desk = await openDesk({ capabilities: { orderClasses: ['bracket', 'oco', 'oto'] } })
    const { order, sent } = await desk.working(bracket)
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4') })
    await desk.broker.deliver({ kind: 'canceled', clientOrderId: sent.clientOrderId })
    await desk.settle()
    expect(desk.events.at(-1)).toMatchObject({ type: 'anomaly_detected', data: { code: 'UNCOVERED_ENTRY', orderId: order.id, message: expect.stringContaining('4 AAPL') } })
  })
})
