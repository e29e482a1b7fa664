import { describe, expect, it } from 'vitest'
import { maxPosition } from '../../src/guards/max-position.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { openDesk } from '../support/open-service.ts'
import { executionOf, recordOf } from '../support/scripted-broker.ts'
import { createWorld, type Running } from '../support/world.ts'

const byMoney = (notional: string, overrides = {}) => makeRequest({ type: 'market', notional, ...overrides })
const able = { notional: true, fractional: true } as const
const held = async ({ service }: Pick<Running, 'service'>) => (await service.positions()).map(({ quantity, workingBuy, workingSell }) => ({ quantity, workingBuy, workingSell }))

describe('D7: an order by money', () => {
  it('reserves what its money buys a tenth below the bid, rounded up, until it has ended', async () => {
    const desk = await openDesk({ capabilities: able })
    const { order, sent } = await desk.working({ type: 'market', notional: '1000' })
    // 1000 / (99.9 × 0.9), rounded up at 1e-9
    expect(await held(desk)).toEqual([{ quantity: '0', workingBuy: '11.122233345', workingSell: '0' }])
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4') })
    expect(await held(desk)).toEqual([{ quantity: '4', workingBuy: '7.122233345', workingSell: '0' }])
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'partially_filled', filledQuantity: '4' })
    await desk.broker.deliver({ kind: 'canceled', clientOrderId: sent.clientOrderId, brokerOrderId: `at-${sent.clientOrderId}` })
    expect(await held(desk)).toEqual([{ quantity: '4', workingBuy: '0', workingSell: '0' }])
  })

  it('with a limit below the market is bounded by its limit', async () => {
    const desk = await openDesk({ capabilities: able })
    await desk.working({ type: 'limit', limitPrice: '50', notional: '900' })
    expect(await held(desk)).toEqual([{ quantity: '0', workingBuy: '20', workingSell: '0' }])
  })

  it('stays reserved at its bound when more than the bound has traded, until the broker says that it is filled', async () => {
    const desk = await openDesk({ capabilities: able })
    const { order, sent } = await desk.working({ type: 'market', notional: '1000' })
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '12', { lastPrice: '80' }) })
    expect([await desk.statusOf(order.id), await held(desk)]).toMatchObject([{ status: 'partially_filled' }, [{ quantity: '12', workingBuy: '0' }]])
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e2', '0.5', { lastPrice: '80' }), complete: true })
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'filled', filledQuantity: '12.5', leavesQuantity: '0' })
    expect(desk.story(order.id)).toEqual(['order_pending_new', 'order_accepted', 'order_partially_filled', 'order_filled'])
  })

  it('shows no leavesQuantity, neither in the order nor in its fills', async () => {
    const desk = await openDesk({ capabilities: able })
    const { order, sent } = await desk.working({ type: 'market', notional: '1000' })
    expect('leavesQuantity' in await desk.statusOf(order.id)).toBe(false)
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4') })
    const fill = desk.events.find(({ type }) => type === 'order_partially_filled')
    expect(['leavesQuantity' in await desk.statusOf(order.id), 'leavesQuantity' in (fill?.data ?? {})]).toEqual([false, false])
  })

  it.each(['look-up first', 'told twice'] as const)('is filled by the broker\'s word where its trades are known already: %s', async (how) => {
    const desk = await openDesk({ capabilities: able, reconcileEvery: 1000 })
    const { order, sent } = await desk.working({ type: 'market', notional: '400' })
    const execution = executionOf(sent, 'e1', '4')
    await desk.broker.deliver({ kind: 'fill', execution })
    if (how === 'told twice') await desk.broker.deliver({ kind: 'fill', execution, complete: true })
    else {
      const record = recordOf(sent, { status: 'filled', filledQuantity: '4', averagePrice: '100', executions: [execution] })
      desk.broker.standing.lookup = () => ({ kind: 'found', order: record })
      desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ positions: { status: 'unavailable', reason: 'not told' } })
      await desk.clock.advance(8000)
    }
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'filled', filledQuantity: '4', averagePrice: '100' })
    expect(await held(desk)).toEqual([{ quantity: '4', workingBuy: '0', workingSell: '0' }])
    const last = desk.events.findLast(({ type }) => type === 'order_filled')
    expect(last?.data).toMatchObject({ execution: { lastQuantity: '0', inferred: true }, filledQuantity: '4' })
    await desk.broker.deliver({ kind: 'fill', execution, complete: true })
    expect(desk.story(order.id).filter((type) => type === 'order_filled')).toHaveLength(1)
  })

  it('counts in limits by its bound, and reduces only where the bound does', async () => {
    const world = createWorld()
    const running = await world.start({ guards: [maxPosition({ quantity: '20' })] })
    const { service } = running
    expect(await world.until(service.placeOrder(byMoney('1900')))).toMatchObject({ status: 'denied', denial: { code: 'POSITION_LIMIT_EXCEEDED' } })
    expect(await world.until(service.placeOrder(makeRequest({ type: 'market', quantity: '10' })))).toMatchObject({ status: 'filled' })
    await service.killSwitch.engage({ level: 'reduce_only', reason: 'test' })
    // 10 are held: 899.1 buys them back at a tenth below the bid, a cent more might sell more than that.
    expect(await world.until(service.placeOrder(byMoney('899.11', { side: 'sell' })))).toMatchObject({ denial: { code: 'KILL_SWITCH_REDUCE_ONLY' } })
    const sold = await world.until(service.placeOrder(byMoney('899.1', { side: 'sell' })))
    expect(sold.status).not.toBe('denied')
    await world.clock.advance(1000)
    expect(await service.getOrderStatus(sold.id)).toMatchObject({ status: 'filled', filledQuantity: '9' })
  })

  it('is the same after a restart, from the snapshot and from the whole history', async () => {
    const world = createWorld({ partialFills: 1, fillDelay: [1000, 1000], seed: 'parts' })
    let running = await world.start({ snapshotEvery: 0 })
    const order = await world.until(running.service.placeOrder(byMoney('1000')))
    await world.clock.advance(1100)
    const before = [await running.service.getOrderStatus(order.id), await held(running)]
    expect(before[0]).toMatchObject({ status: 'partially_filled', notional: '1000' })
    await running.broker.close()
    running = await world.start()
    expect([await running.service.getOrderStatus(order.id), await held(running)]).toEqual(before)
    await world.clock.advance(60_000)
    expect(await running.service.getOrderStatus(order.id)).toMatchObject({ status: 'filled' })
    expect(await held(running)).toMatchObject([{ workingBuy: '0' }])
  })
})
