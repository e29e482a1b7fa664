import { describe, expect, it } from 'vitest'
import { killSwitchGuard } from '../../src/guards/kill-switch.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { orderValue } from '../../src/guards/order-value.ts'
import { messageRate } from '../../src/guards/message-rate.ts'
import type { KillLevel } from '../../src/order/event.ts'
import { sleep } from '../../src/runtime/clock.ts'
import { makeRequest, type RequestOverrides } from '../../src/testing/index.ts'
import { plainCodes } from '../support/codes.ts'
import { makeCandidate, makeSources } from '../support/make-view.ts'
import { createWorld, type Running, type World } from '../support/world.ts'

const reason = 'test'
const buy = (world: World, { service }: Running, quantity: string, overrides: RequestOverrides = {}) => world.until(service.placeOrder(makeRequest({ type: 'market', quantity, ...overrides })))
const held = async ({ service }: Running): Promise<string[]> => (await service.positions()).filter(({ quantity }) => quantity !== '0').map(({ symbol, quantity }) => `${quantity} ${symbol}`)
const sides = ({ broker }: Running): string[] => broker.executions().map(({ side, lastQuantity, symbol }) => `${side} ${lastQuantity} ${symbol}`)

describe('E4: flatten', () => {
  it('closes longs and shorts in slices, and nothing else passes meanwhile', async () => {
    const world = createWorld()
    const running = await world.start()
    await buy(world, running, '10')
    await buy(world, running, '8', { symbol: 'MSFT', side: 'sell' })
    const report = await world.until(running.service.killSwitch.engage({ level: 'flatten', reason }))
    expect(report.durable).toBe(true)
    expect(await buy(world, running, '1', { side: 'sell' })).toMatchObject({ denial: { code: 'KILL_SWITCH_ENGAGED' } })
    await world.clock.advance(5000)
    expect(await held(running)).toEqual([])
    expect(sides(running).slice(2).toSorted()).toEqual(['buy 2 MSFT', 'buy 2 MSFT', 'buy 2 MSFT', 'buy 2 MSFT', 'sell 1 AAPL', 'sell 3 AAPL', 'sell 3 AAPL', 'sell 3 AAPL'])
    const orders = await running.service.listOrders()
    expect(orders.filter(({ actor }) => actor === 'kill-switch').every(({ type, limitPrice }) => type === 'limit' && limitPrice !== undefined)).toBe(true)
  })

  it('first ends challenges and working orders, and waits for unknown ones', async () => {
    const world = createWorld()
    let answer = false
    const running = await world.start({
      submitTimeout: 500, guards: [highValueApproval({ above: '1500', approvals: plainCodes() })],
      wrap: (inner) => ({
        ...inner,
        submit: async (order) => (order.terms.strategy === 'lost' ? new Promise(() => undefined) : inner.submit(order)),
        lookup: async (id) => (answer ? inner.lookup(id) : { kind: 'indeterminate', reason: 'no answer' }),
      }),
    })
    await buy(world, running, '10')
    const challenged = await buy(world, running, '20')
    expect(challenged.status).toBe('pending_approval')
    const resting = await buy(world, running, '1', { type: 'limit', limitPrice: '90' })
    const lost = await buy(world, running, '1', { strategy: 'lost', side: 'sell' })
    expect(lost.status).toBe('unknown')
    await world.until(running.service.killSwitch.engage({ level: 'flatten', reason }))
    await world.clock.advance(15_000)
    expect(await running.service.getOrderStatus(challenged.id)).toMatchObject({ status: 'denied' })
    expect(await running.service.getOrderStatus(resting.id)).toMatchObject({ status: 'canceled' })
    // The lost sale may have closed one of the ten: whoever sold ten now might open a short.
    expect(await held(running)).toEqual(['10 AAPL'])
    expect(running.alerts.map(({ code }) => code)).toContain('FLATTEN_STALLED')
    answer = true
    await world.until(running.service.resolveOrder(lost.id, { absent: true, statement: 'the broker has none', code: 'zqcanary-code-9' }))
    await world.clock.advance(60_000)
    expect(await held(running)).toEqual([])
  })

  it('asks for no approval, keeps within order limits by smaller slices, and waits out a message rate', async () => {
    const world = createWorld()
    const running = await world.start({ guards: [
      orderValue({ reject: '1010' }), messageRate({ perSecond: 1, burst: 2 }), highValueApproval({ above: '2000', approvals: plainCodes() }),
    ] })
    for (const second of [1, 2, 3]) {
      await buy(world, running, '6')
      await world.clock.advance(1000 * second)
    }
    world.setPrices('299.9', '300.1')
    await world.clock.advance(1000)
    await world.until(running.service.killSwitch.engage({ level: 'flatten', reason }))
    await world.clock.advance(60_000)
    expect(await held(running)).toEqual([])
    expect(sides(running).filter((text) => text.startsWith('sell')).every((text) => Number(text.split(' ')[1]) * 299.9 <= 1010)).toBe(true)
    expect((await running.service.listOrders()).every(({ status }) => status !== 'pending_approval')).toBe(true)
  })

  it('never opens the other side when a position closes by itself meanwhile', async () => {
    const world = createWorld({ latency: [5, 20], fillDelay: [5, 40], partialFills: 0.7 })
    const running = await world.start()
    await buy(world, running, '40')
    await world.clock.advance(2000)
    void running.service.placeOrder(makeRequest({ side: 'sell', type: 'market', quantity: '35' }))
    await world.clock.advance(10)
    await world.until(running.service.killSwitch.engage({ level: 'flatten', reason }))
    await world.clock.advance(60_000)
    expect(await held(running)).toEqual([])
    let position = 0
    for (const { side, lastQuantity } of running.broker.executions()) {
      position += (side === 'buy' ? 1 : -1) * Number(lastQuantity)
      expect(position).toBeGreaterThan(-1e-9)
    }
  })

  it('closes what fills late, and goes on after a restart', async () => {
    const world = createWorld()
    const running = await world.start({ wrap: (inner) => ({
      ...inner,
      submit: async (order) => {
        if (!order.permit()) return { kind: 'not_sent', reason: 'no permit', retryable: true }
        if (order.terms.strategy === 'slow') await sleep(world.clock, 3000)
        return inner.submit({ ...order, permit: () => true })
      },
    }) })
    await buy(world, running, '4')
    void running.service.placeOrder(makeRequest({ type: 'market', quantity: '6', strategy: 'slow' }))
    await world.clock.advance(10)
    await world.until(running.service.killSwitch.engage({ level: 'flatten', reason }))
    await world.clock.advance(20_000)
    expect(await held(running)).toEqual([])
    await world.until(running.service.killSwitch.release({ reason }))
    await buy(world, running, '5')
    // Dies in the tick of the engage: the next process closes what this one could not.
    void running.service.killSwitch.engage({ level: 'flatten', reason })
    await running.broker.close()
    const second = await world.start()
    await world.clock.advance(10_000)
    expect(await held(second)).toEqual([])
  })

  it('stops when it is released, and covers only its scope', async () => {
    const world = createWorld()
    const running = await world.start({ guards: [orderValue({ reject: '2000' })] })
    await buy(world, running, '10')
    await buy(world, running, '10', { symbol: 'MSFT' })
    await world.until(running.service.killSwitch.engage({ scope: 'symbol:AAPL', level: 'flatten', reason }))
    await world.clock.advance(5000)
    expect(await held(running)).toEqual(['10 MSFT'])
    await world.until(running.service.killSwitch.release({ scope: 'symbol:AAPL', reason }))
    await buy(world, running, '10')
    await world.clock.advance(5000)
    expect(await held(running)).toEqual(['10 MSFT', '10 AAPL'].toSorted())
  })

  it('of a strategy is refused: a position belongs to none', async () => {
    const { service } = await createWorld().start()
    await expect(service.killSwitch.engage({ scope: 'strategy:alpha', level: 'flatten', reason })).rejects.toMatchObject({ code: 'ORDER_INVALID' })
  })

  it('is nobody else\'s: an order that calls its placer the kill switch does not pass', async () => {
    const world = createWorld()
    const running = await world.start()
    await buy(world, running, '10')
    await world.until(running.service.killSwitch.engage({ scope: 'symbol:AAPL', level: 'no_new', reason }))
    const order = await world.until(running.service.placeOrder(makeRequest({ side: 'sell', quantity: '1', limitPrice: '99' }), { actor: 'kill-switch' }))
    expect(order).toMatchObject({ denial: { code: 'KILL_SWITCH_ENGAGED' } })
  })

  it('lets pass only its own orders, and of those only what reduces and is still wanted', () => {
    const sources = makeSources()
    sources.quote('AAPL', '99', '101')
    sources.hold('AAPL', '10')
    const entry = (level: KillLevel) => ({ scope: 'global', level, reason: 'test', actor: 'ann', since: '', epoch: 1 }) as const
    const ask = (quantity: string, purpose: 'flatten' | undefined) => killSwitchGuard.check(makeCandidate({ side: 'sell', quantity }, { purpose }), { view: sources.view().view, state: undefined, facts: undefined })
    sources.kill = entry('flatten')
    expect(ask('10', 'flatten')).toMatchObject({ verdict: 'allow' })
    expect(ask('11', 'flatten')).toMatchObject({ code: 'KILL_SWITCH_ENGAGED' })
    expect(ask('10', undefined)).toMatchObject({ code: 'KILL_SWITCH_ENGAGED' })
    for (const level of ['reduce_only', 'no_new', 'cancel_all'] as const) {
      sources.kill = entry(level)
      expect(ask('10', 'flatten')).toMatchObject({ code: 'FLATTEN_ENDED' })
    }
    sources.kill = undefined
    expect(ask('10', 'flatten')).toMatchObject({ code: 'FLATTEN_ENDED' })
  })
})
