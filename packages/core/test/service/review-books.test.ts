import { describe, expect, it } from 'vitest'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import type { SimulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { makeApprovedOrder, makeRequest } from '../../src/testing/index.ts'
import { openDesk } from '../support/open-service.ts'
import { createWorld, type Running, withoutExecutions, type World } from '../support/world.ts'

const codes = async (world: World): Promise<string[]> => (await world.history()).flatMap((event) => (event.type === 'anomaly_detected' ? [event.data.code] : []))
const messages = async (world: World): Promise<string[]> => (await world.history()).flatMap((event) => (event.type === 'anomaly_detected' ? [event.data.message] : []))
const engaged = ({ service }: Running) => service.killSwitch.status().engaged.map(({ scope, level }) => `${scope} ${level}`)

/** A stream that looks healthy and says nothing more. */
const silenced = (isSilent: () => boolean) => (inner: SimulatedBroker): BrokerAdapter => ({
  ...inner, connect: (context) => inner.connect({ ...context, deliver: (update) => (isSilent() ? Promise.resolve() : context.deliver(update)) }),
})

describe('the comparison of the books while the service runs', () => {
  it('D2: finds a fill that a healthy stream has lost, once, and new risk goes on all the while', async () => {
    let isSilent = false
    const world = createWorld()
    const running = await world.start({ reconcileEvery: 10_000, wrap: silenced(() => isSilent) })
    const order = await world.until(running.service.placeOrder(makeRequest({ limitPrice: '99' })))
    isSilent = true
    world.setPrices('98', '98.5')
    await world.clock.advance(5000)
    expect((await running.service.getOrderStatus(order.id))?.status).toBe('new')
    await world.clock.advance(30_000)
    expect(await running.service.getOrderStatus(order.id)).toMatchObject({ status: 'filled', filledQuantity: '10' })
    isSilent = false
    expect(await world.until(running.service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ status: 'new' })
    expect([await codes(world), engaged(running)]).toEqual([[], []])
    expect((await world.history()).filter(({ type }) => type === 'order_filled')).toHaveLength(1)
  })

  it('D4: finds a position that nobody here made, and only what reduces goes on', async () => {
    const world = createWorld()
    let isSilent = false
    const running = await world.start({ reconcileEvery: 10_000, wrap: (inner) => withoutExecutions(silenced(() => isSilent)(inner)) })
    isSilent = true
    await world.until(running.broker.submit(makeApprovedOrder({ clientOrderId: 'by-hand', terms: { type: 'market', quantity: '3' } })))
    await world.clock.advance(1000)
    isSilent = false
    await world.clock.advance(30_000)
    expect([await codes(world), engaged(running)]).toEqual([['POSITION_MISMATCH'], ['account:main reduce_only']])
    await world.clock.advance(60_000)
    expect(await codes(world)).toEqual(['POSITION_MISMATCH'])
    // What stops already keeps no other difference quiet.
    isSilent = true
    await world.until(running.broker.submit(makeApprovedOrder({ clientOrderId: 'by-hand-too', terms: { symbol: 'MSFT', type: 'market', quantity: '2' } })))
    await world.clock.advance(1000)
    isSilent = false
    await world.clock.advance(60_000)
    expect(await messages(world)).toEqual(['positions differ from main: AAPL: 0 here, 3 there', 'positions differ from main: AAPL: 0 here, 3 there; MSFT: 0 here, 2 there'])
  })

  it('D8: takes a question that failed for none: nothing is missing, and nobody is flat', async () => {
    let isDown = false
    const world = createWorld()
    const running = await world.start({ reconcileEvery: 10_000, wrap: (inner) => ({
      ...inner,
      snapshot: async (since) => (isDown ? { ...await inner.snapshot(since), openOrders: { status: 'unavailable', reason: '503' }, positions: { status: 'unavailable', reason: '503' } } : inner.snapshot(since)),
      lookup: async (id) => (isDown ? { kind: 'indeterminate', reason: '503' } : inner.lookup(id)),
    }) })
    await world.until(running.service.placeOrder(makeRequest({ type: 'market', quantity: '2' })))
    const order = await world.until(running.service.placeOrder(makeRequest({ limitPrice: '90' })))
    isDown = true
    await world.clock.advance(40_000)
    expect(await running.service.getOrderStatus(order.id)).toMatchObject({ status: 'new' })
    expect((await running.service.positions())[0]).toMatchObject({ quantity: '2' })
    expect([await codes(world), engaged(running)]).toEqual([[], []])
  })

  it('D8: a list that cannot be had is no empty list, also at a broker that forgets what it does not list', async () => {
    const desk = await openDesk({ reconcileEvery: 10_000 })
    const { order } = await desk.working()
    desk.broker.standing.lookup = () => ({ kind: 'not_found', asOf: desk.clock.now() })
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'unavailable', reason: '503' } })
    await desk.clock.advance(60_000)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'new' })
    expect(desk.events.filter(({ type }) => type === 'anomaly_detected')).toEqual([])
    // A list without it is another matter.
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf()
    await desk.clock.advance(20_000)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'unknown' })
  })

  it('sends no cancel again that is under way', async () => {
    let cancels = 0
    const world = createWorld()
    const running = await world.start({ reconcileEvery: 10_000, wrap: (inner) => ({ ...inner, cancel: () => { cancels += 1; return Promise.resolve({ kind: 'accepted' }) } }) })
    const order = await world.until(running.service.placeOrder(makeRequest({ limitPrice: '90' })))
    void running.service.cancelOrder(order.id)
    await world.clock.advance(25_000)
    expect([cancels, (await running.service.getOrderStatus(order.id))?.status]).toEqual([1, 'pending_cancel'])
  })
})
