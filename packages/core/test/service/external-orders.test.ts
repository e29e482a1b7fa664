import { describe, expect, it } from 'vitest'
import { type SimulatedBroker, simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { selfMatch } from '../../src/guards/self-match.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import { makeApprovedOrder, makeContext, makeRequest, makeTerms, type RequestOverrides } from '../../src/testing/index.ts'
import { flakyStream } from '../support/flaky-stream.ts'
import { openDesk } from '../support/open-service.ts'
import { executionOf, recordOf } from '../support/scripted-broker.ts'
import { createWorld, type Running, type World } from '../support/world.ts'

/** Far below the market of 99.90 to 100.10. */
const RESTING: RequestOverrides = { limitPrice: '90', quantity: '7' }
const submitByHand = (clientOrderId: string, terms: RequestOverrides) => (broker: SimulatedBroker) => broker.submit(makeApprovedOrder({ clientOrderId, terms }))

/** Trades on the broker account past the service, as a person at the broker's own screen would. */
async function byHand(world: World, work: (broker: SimulatedBroker) => Promise<unknown>): Promise<void> {
  const broker = simulatedBroker({ latency: [0, 0], quotes: () => ({ bid: '99.9', ask: '100.1' }), store: world.store })
  await broker.connect(makeContext({ clock: world.clock }))
  await work(broker)
  await broker.close()
}

const anomalies = (events: readonly StoredEvent[]): string[] => events.flatMap((event) => (event.type === 'anomaly_detected' ? [event.data.code] : []))
const open = async ({ service }: Running) => service.listOrders({ open: true })
const working = async ({ service }: Running) => (await service.positions()).map(({ workingBuy, quantity }) => ({ workingBuy, quantity }))

describe('an order that was placed elsewhere', () => {
  it('is listed by its source, counts like one of our own, is cancelled by its id, and leaves the list with its end', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('by-hand', RESTING))
    const running = await world.start({ guards: [maxPosition({ quantity: '10' })] })
    const { service } = running
    const [order] = await open(running)
    expect(order).toMatchObject({ source: 'external', status: 'new', symbol: 'AAPL', side: 'buy', quantity: '7', limitPrice: '90', leavesQuantity: '7', actor: 'external', clientOrderId: 'by-hand' })
    expect(await service.listOrders({ source: 'own' })).toEqual([])
    expect(await service.listOrders({ source: 'external' })).toHaveLength(1)
    expect(await service.getOrderStatus(order?.id ?? '')).toEqual(order)
    expect(await working(running)).toEqual([{ workingBuy: '7', quantity: '0' }])
    expect(await world.until(service.placeOrder(makeRequest({ limitPrice: '90', quantity: '4' })))).toMatchObject({ denial: { code: 'POSITION_LIMIT_EXCEEDED', observed: '11' } })

    const orders: string[] = []
    service.orders$.subscribe(({ source, status }) => { orders.push(`${source ?? 'own'} ${status}`) })
    expect(await world.until(service.cancelOrder(order?.id ?? '', { actor: 'ann' }))).toMatchObject({ status: 'canceled', source: 'external' })
    expect([await open(running), await service.listOrders({ source: 'external' })]).toEqual([[], []])
    expect(await service.getOrderStatus(order?.id ?? '')).toMatchObject({ status: 'canceled', source: 'external' })
    expect(await working(running)).toEqual([{ workingBuy: '0', quantity: '0' }])
    expect(orders).toEqual(['external pending_cancel', 'external canceled'])
    expect(running.broker.orders()).toMatchObject([{ status: 'canceled' }])
    expect(await world.until(service.placeOrder(makeRequest({ limitPrice: '90', quantity: '4' })))).toMatchObject({ status: 'new' })
  })

  it('is told once: neither a gap nor a restart, from the snapshot or from the whole history, says it again', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('by-hand', RESTING))
    const stream = flakyStream()
    let running = await world.start({ wrap: stream.wrap })
    await stream.cut()
    await stream.mend()
    await world.clock.advance(1000)
    for (const snapshotEvery of [0, 1]) {
      await world.until(running.service.close())
      running = await world.start({ snapshotEvery })
      expect(await open(running)).toMatchObject([{ source: 'external', status: 'new' }])
      expect(await working(running)).toEqual([{ workingBuy: '7', quantity: '0' }])
    }
    expect(anomalies(await world.history())).toEqual(['EXTERNAL_ORDER'])
  })

  it('its fills and its end are followed, while the service runs and over the time it did not', async () => {
    const world = createWorld({ partialFills: 1, fillDelay: [40, 40] })
    const running = await world.start()
    await world.until(submitByHand('by-hand', { type: 'market', quantity: '9' })(running.broker))
    await world.clock.advance(50)
    expect(await open(running)).toMatchObject([{ source: 'external', status: 'partially_filled' }])
    await world.clock.advance(2000)
    expect(await open(running)).toEqual([])
    expect(await working(running)).toEqual([{ workingBuy: '0', quantity: '9' }])
    await world.until(running.service.close())
    await byHand(world, async (broker) => {
      await submitByHand('later', { type: 'market', quantity: '2' })(broker)
      await world.clock.advance(500)
    })
    const next = await world.start()
    expect(await working(next)).toEqual([{ workingBuy: '0', quantity: '11' }])
    expect(next.service.killSwitch.status().engaged).toEqual([])
    const history = await world.history()
    expect(anomalies(history)).toEqual(['EXTERNAL_ORDER', 'EXTERNAL_ORDER'])
    const fills = history.filter((event) => event.type === 'order_filled' || event.type === 'order_partially_filled')
    expect(fills.every((event) => event.data.orderId.startsWith('external:main:'))).toBe(true)
  })

  it('E5: its trades may exceed a limit: they are applied and announced, nothing stops for them, and what would add to them is denied', async () => {
    const world = createWorld()
    const running = await world.start({ guards: [maxPosition({ quantity: '10' })] })
    await world.until(submitByHand('by-hand', { type: 'market', quantity: '15' })(running.broker))
    await world.clock.advance(2000)
    expect([await working(running), running.service.killSwitch.status().engaged]).toEqual([[{ workingBuy: '0', quantity: '15' }], []])
    expect(anomalies(await world.history())).toEqual(['EXTERNAL_ORDER'])
    expect(await world.until(running.service.placeOrder(makeRequest({ limitPrice: '90', quantity: '1' })))).toMatchObject({ denial: { code: 'POSITION_LIMIT_EXCEEDED' } })
    expect(await world.until(running.service.placeOrder(makeRequest({ side: 'sell', limitPrice: '99', quantity: '5' })))).not.toHaveProperty('denial')
  })

  it('that was already in the position when the books were opened is not counted twice', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('before', { type: 'market', quantity: '8' }))
    const first = await world.start()
    await world.until(first.service.close())
    await byHand(world, submitByHand('after', { type: 'market', quantity: '1' }))
    const second = await world.start()
    expect([await working(second), second.service.killSwitch.status().engaged, anomalies(await world.history())]).toEqual([[{ workingBuy: '0', quantity: '9' }], [], ['EXTERNAL_ORDER']])
  })

  it('cannot be changed here, and goes with nothing but its own id, the filter for it, or the kill switch', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('by-hand', RESTING))
    const running = await world.start({ guards: [selfMatch()] })
    const { service } = running
    const [order] = await open(running)
    await expect(service.replaceOrder(order?.id ?? '', { quantity: '1' })).rejects.toMatchObject({ code: 'REPLACE_REFUSED' })
    expect(await service.cancelOrders()).toEqual([])
    expect(await world.until(service.placeOrder(makeRequest({ side: 'sell', limitPrice: '89', quantity: '1' })))).toMatchObject({ denial: { code: 'SELF_MATCH' } })
    expect(await world.until(service.cancelOrders({ source: 'external' }))).toMatchObject([{ kind: 'order', order: { status: 'canceled' } }])
  })

  it('is held against its owner\'s changes: what is listed now counts', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('by-hand', RESTING))
    const running = await world.start({ reconcileEvery: 5000 })
    const { brokerOrderId } = running.broker.orders()[0] as { readonly brokerOrderId: string }
    await world.until(running.broker.replace({ ...makeApprovedOrder({ clientOrderId: 'by-hand-2' }), originalClientOrderId: 'by-hand', brokerOrderId, changes: { quantity: '12' } } as never))
    await world.clock.advance(11_000)
    expect(await open(running)).toMatchObject([{ source: 'external', quantity: '12' }])
    expect(await working(running)).toEqual([{ workingBuy: '12', quantity: '0' }])
  })
})

describe('an order of others at a broker that says little', () => {
  const theirs = (overrides = {}) => ({ ...recordOf({ clientOrderId: 'x', terms: makeTerms() }), clientOrderId: undefined, brokerOrderId: 'x-1', ...overrides })

  it('ends when it is listed no more; a question that failed ends nothing', async () => {
    const desk = await openDesk({ reconcileEvery: 1000, capabilities: { absence: undefined } })
    let listed = [theirs()]
    desk.broker.standing.lookup = () => ({ kind: 'indeterminate', reason: 'not by this id' })
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'present', value: listed } })
    await desk.clock.advance(1500)
    expect(await desk.service.listOrders({ open: true })).toMatchObject([{ id: 'external:main:x-1', source: 'external', clientOrderId: 'x-1' }])
    listed = []
    await desk.clock.advance(10_000)
    expect(await desk.service.listOrders({ open: true })).toHaveLength(1)
    desk.broker.standing.lookup = () => ({ kind: 'not_found', asOf: desk.clock.now() })
    await desk.clock.advance(60_000)
    expect(await desk.service.listOrders({ open: true })).toEqual([])
    expect(await desk.statusOf('external:main:x-1')).toMatchObject({ status: 'canceled' })
    expect(anomalies(desk.events)).toEqual(['EXTERNAL_ORDER', 'EXTERNAL_ORDER_GONE'])
  })

  it('its fills count by the broker\'s id alone, and a late one is a late fill', async () => {
    const desk = await openDesk({ reconcileEvery: 1000 })
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'present', value: [theirs()] }, positions: { status: 'unavailable', reason: 'not told' } })
    await desk.clock.advance(1500)
    const trade = (executionId: string, quantity: string) => desk.broker.deliver({ kind: 'fill', execution: { ...executionOf({ clientOrderId: 'x', terms: makeTerms() }, executionId, quantity), clientOrderId: undefined, brokerOrderId: 'x-1' } })
    await trade('e1', '4')
    await trade('e1', '4')
    expect(await desk.statusOf('external:main:x-1')).toMatchObject({ status: 'partially_filled', filledQuantity: '4' })
    await desk.broker.deliver({ kind: 'canceled', brokerOrderId: 'x-1' })
    await trade('e2', '1')
    expect(await desk.statusOf('external:main:x-1')).toMatchObject({ status: 'canceled', filledQuantity: '5' })
    expect(anomalies(desk.events)).toEqual(['EXTERNAL_ORDER', 'LATE_FILL'])
  })
})
