import { describe, expect, it } from 'vitest'
import type { BrokerAdapter, BrokerSnapshot } from '../../src/broker/broker-adapter.ts'
import { simulatedBroker, type SimulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { makeApprovedOrder, makeContext, makeRequest, type RequestOverrides } from '../../src/testing/index.ts'
import { differences } from '../support/broker-oracle.ts'
import { flakyStream } from '../support/flaky-stream.ts'
import { createWorld, lastingJournal, type Running, type StartOptions, type World, withoutExecutions } from '../support/world.ts'

/** Far from the market of 99.90 to 100.10, so that it works and does not trade. */
const resting = (overrides: RequestOverrides = {}) => makeRequest({ limitPrice: '90', ...overrides })
const market = (quantity: string, overrides: RequestOverrides = {}) => makeRequest({ type: 'market', quantity, ...overrides })
const place = (world: World, { service }: Running, request = resting()) => world.until(service.placeOrder(request))
const codes = async (world: World): Promise<string[]> => (await world.history()).flatMap((event) => (event.type === 'anomaly_detected' ? [event.data.code] : []))
const engaged = ({ service }: Running) => service.killSwitch.status().engaged.map(({ scope, level }) => `${scope} ${level}`)

/** Trades on the broker account past the service, as a person at the broker's own screen would. */
async function byHand(world: World, work: (broker: SimulatedBroker) => Promise<unknown>): Promise<void> {
  const broker = simulatedBroker({ latency: [0, 0], quotes: () => ({ bid: '99.9', ask: '100.1' }), store: world.store })
  await broker.connect(makeContext({ clock: world.clock }))
  await work(broker)
  await broker.close()
}

const submitByHand = (clientOrderId: string, terms: RequestOverrides) => (broker: SimulatedBroker) => broker.submit(makeApprovedOrder({ clientOrderId, terms }))

async function restart(world: World, running: Running, options: StartOptions = {}): Promise<Running> {
  await world.until(running.service.close())
  return world.start(options)
}

const withoutPositions = (inner: BrokerAdapter): BrokerAdapter => ({
  ...inner,
  snapshot: async (since): Promise<BrokerSnapshot> => ({ ...await inner.snapshot(since), positions: { status: 'unavailable', reason: 'not now' } }),
})

describe('the first start', () => {
  it('D3: takes over the positions the account has, counts them in limits, and says so once', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('before', { type: 'market', quantity: '8' }))
    const first = await world.start({ guards: [maxPosition({ quantity: '10' })] })
    expect(await first.service.positions()).toMatchObject([{ symbol: 'AAPL', quantity: '8', averagePrice: '100.1' }])
    expect(await place(world, first, resting({ quantity: '3' }))).toMatchObject({ denial: { code: 'POSITION_LIMIT_EXCEEDED', observed: '11' } })
    const second = await restart(world, first)
    expect(await second.service.positions()).toMatchObject([{ quantity: '8' }])
    expect((await world.history()).filter(({ type }) => type === 'position_changed')).toMatchObject([{ data: { source: 'opening' } }])
    expect([engaged(second), await codes(world)]).toEqual([[], []])
  })

  it('D3: with positions unavailable does not take them for none: the opening snapshot waits for them', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('before', { type: 'market', quantity: '8' }))
    const guards = [maxPosition({ quantity: '10' })]
    const first = await world.start({ wrap: withoutPositions, guards })
    expect(await first.service.positions()).toEqual([])
    // What is held nobody knows: a limit counted from nothing would let eleven through.
    expect(await place(world, first, resting({ quantity: '3' }))).toMatchObject({ status: 'denied', denial: { code: 'NOT_RECONCILED' } })
    const second = await restart(world, first, { guards })
    expect(await second.service.positions()).toMatchObject([{ quantity: '8' }])
    expect(await place(world, second, resting({ quantity: '3' }))).toMatchObject({ denial: { code: 'POSITION_LIMIT_EXCEEDED', observed: '11' } })
    expect([engaged(second), await codes(world)]).toEqual([[], []])
  })

  it('D3: a broker that has no word for positions is counted from its own trades', async () => {
    const world = createWorld()
    const { service } = await world.start({ wrap: (inner) => ({ ...withoutPositions(inner), capabilities: { ...inner.capabilities, positions: false } }), guards: [maxPosition({ quantity: '10' })] })
    expect(await world.until(service.placeOrder(resting({ quantity: '3' })))).toMatchObject({ status: 'new' })
    expect(await world.until(service.placeOrder(resting({ quantity: '8' })))).toMatchObject({ denial: { code: 'POSITION_LIMIT_EXCEEDED', observed: '11' } })
  })

  it('D3: that dies between the opening positions and the note that they were taken does not take them twice', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('before', { type: 'market', quantity: '8' }))
    const first = await world.start({ journal: { ...world.journal, saveCursor: () => new Promise(() => undefined) } })
    await first.broker.close()
    await byHand(world, submitByHand('after', { type: 'market', quantity: '1' }))
    const second = await world.start({ wrap: withoutExecutions })
    expect(engaged(second)).toEqual(['account:main reduce_only'])
    expect((await world.history()).filter((event) => event.type === 'position_changed' && event.data.source === 'opening')).toHaveLength(1)
  })
})

describe('a restart', () => {
  it('I3: shows fills, ends and positions that came while the process was down', async () => {
    const world = createWorld()
    const first = await world.start()
    const trades = await place(world, first, resting({ limitPrice: '99' }))
    const ends = await place(world, first, resting({ symbol: 'MSFT' }))
    await world.until(first.service.close())
    await byHand(world, (broker) => broker.cancel({ orderId: '', account: 'main', clientOrderId: 'c', originalClientOrderId: ends.clientOrderId ?? '', brokerOrderId: ends.brokerOrderId, symbol: 'MSFT', side: 'buy' }))
    world.setPrices('98', '98.5')
    await world.clock.advance(1000)
    const second = await world.start()
    expect(await second.service.getOrderStatus(trades.id)).toMatchObject({ status: 'filled', averagePrice: '98.5' })
    expect(await second.service.getOrderStatus(ends.id)).toMatchObject({ status: 'canceled' })
    expect(await differences({ ...second, history: await world.history() })).toEqual([])
  })

  it('C1: resumes a cancel whose answer never came', async () => {
    const world = createWorld()
    const first = await world.start({ wrap: (inner) => ({ ...inner, cancel: () => new Promise(() => undefined) }) })
    const order = await place(world, first)
    void first.service.cancelOrder(order.id)
    await world.clock.advance(100)
    await first.broker.close()
    const second = await world.start()
    await world.clock.advance(1000)
    expect(await second.service.getOrderStatus(order.id)).toMatchObject({ status: 'canceled' })
    expect(second.broker.orders()).toMatchObject([{ status: 'canceled' }])
  })

  it('A2: answers a key with the order it had, and never sends it twice', async () => {
    const world = createWorld()
    const first = await world.start()
    const order = await place(world, first, resting({ idempotencyKey: 'one' }))
    const second = await restart(world, first)
    const replays: string[] = []
    expect(await world.until(second.service.placeOrder(resting({ idempotencyKey: 'one' }), { onReplay: () => { replays.push('one') } }))).toMatchObject({ id: order.id, status: 'new' })
    await expect(second.service.placeOrder(resting({ idempotencyKey: 'one', quantity: '11' }))).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
    expect([replays, second.broker.orders().length]).toEqual([['one'], 1])
  })
})

describe('an order without an answer', () => {
  const silent = (inner: BrokerAdapter): BrokerAdapter => ({ ...inner, submit: async (order) => { await inner.submit(order); return new Promise(() => undefined) } })

  it('I3: that the broker has is adopted', async () => {
    const world = createWorld()
    const first = await world.start({ wrap: (inner) => silent({ ...inner, connect: (context) => inner.connect({ ...context, deliver: (update) => (update.kind === 'accepted' ? Promise.resolve() : context.deliver(update)) }) }) })
    void first.service.placeOrder(resting({ idempotencyKey: 'one' }))
    await world.clock.advance(100)
    await first.broker.close()
    const second = await world.start()
    expect(await second.service.listOrders()).toMatchObject([{ status: 'new', idempotencyKey: 'one' }])
    expect(await differences({ ...second, history: await world.history() })).toEqual([])
  })

  it('B6: that the broker never got ends as NOT_SENT; only its own key sends it again', async () => {
    const world = createWorld()
    const first = await world.start({ wrap: (inner) => ({ ...inner, submit: () => new Promise(() => undefined) }) })
    void first.service.placeOrder(resting({ idempotencyKey: 'one' }))
    await world.clock.advance(100)
    await first.broker.close()
    const second = await world.start()
    const [order] = await second.service.listOrders()
    expect(order).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    expect((await second.service.positions())[0]?.workingBuy).toBe('0')
    await world.clock.advance(5000)
    expect(second.broker.orders()).toEqual([])
    expect(await place(world, second, resting({ idempotencyKey: 'one' }))).toMatchObject({ id: order?.id, status: 'new' })
    expect(second.broker.orders()).toHaveLength(1)
  })

  it('B7: whose absence cannot be proven stays unknown, holds its exposure and waits for a human', async () => {
    const world = createWorld()
    const unproven = (inner: BrokerAdapter): BrokerAdapter => ({ ...inner, capabilities: { ...inner.capabilities, absence: undefined }, submit: () => new Promise(() => undefined) })
    const first = await world.start({ wrap: unproven })
    void first.service.placeOrder(resting())
    await world.clock.advance(100)
    await first.broker.close()
    const second = await world.start({ wrap: unproven })
    await world.clock.advance(120_000)
    const [order] = await second.service.listOrders()
    expect(order).toMatchObject({ status: 'unknown' })
    expect(await second.service.positions()).toMatchObject([{ workingBuy: '10' }])
    expect(await second.service.resolveOrder(order!.id, { absent: true, statement: 'not in the list of the broker' })).toMatchObject({ status: 'denied' })
    expect(await second.service.positions()).toMatchObject([{ workingBuy: '0' }])
  })
})

describe('a gap in the stream', () => {
  it('D3: positions that cannot be told after it hold new risk back until they are', async () => {
    const world = createWorld()
    const stream = flakyStream()
    let isDown = false
    const running = await world.start({ wrap: (inner) => stream.wrap({ ...inner, snapshot: (since) => (isDown ? withoutPositions(inner).snapshot(since) : inner.snapshot(since)) }) })
    isDown = true
    await stream.cut()
    await stream.mend()
    await world.clock.advance(30_000)
    expect(await place(world, running)).toMatchObject({ denial: { code: 'NOT_RECONCILED' } })
    isDown = false
    await world.clock.advance(60_000)
    expect(await place(world, running)).toMatchObject({ status: 'new' })
  })

  it('B9, D2: stops new risk; afterwards the missed fills and ends are there, once', async () => {
    const world = createWorld({ partialFills: 1, fillDelay: [40, 40] })
    const stream = flakyStream()
    const running = await world.start({ wrap: stream.wrap })
    const trades = await place(world, running, market('9'))
    const expires = await place(world, running, resting({ symbol: 'MSFT', timeInForce: 'gtd', expireAt: '2026-01-05T14:30:20Z' }))
    await world.clock.advance(50)
    await stream.cut()
    expect(await place(world, running)).toMatchObject({ denial: { code: 'STREAM_NOT_READY' } })
    await world.clock.advance(30_000)
    expect((await running.service.getOrderStatus(trades.id))?.filledQuantity).not.toBe('9')
    await stream.mend()
    await world.clock.advance(1000)
    expect(await running.service.getOrderStatus(trades.id)).toMatchObject({ status: 'filled', filledQuantity: '9' })
    expect(await running.service.getOrderStatus(expires.id)).toMatchObject({ status: 'expired' })
    expect(await differences({ ...running, history: await world.history() })).toEqual([])
    expect(await place(world, running)).toMatchObject({ status: 'new' })
  })
})

describe('what was not placed here', () => {
  it('D4: a position that differs accuses nobody while the broker, that can, does not list its trades', async () => {
    const world = createWorld()
    const first = await world.start()
    await world.until(first.service.close())
    await byHand(world, submitByHand('by-hand', { type: 'market', quantity: '5' }))
    let isSilent = true
    const second = await world.start({
      reconcileEvery: 10_000,
      wrap: (inner) => ({ ...inner, snapshot: async (since) => {
        const snapshot = await inner.snapshot(since)
        return isSilent ? { ...snapshot, executions: { status: 'unavailable' as const, reason: 'not now' } } : snapshot
      } }),
    })
    // What explains it may be among the trades that are not told: no accusation, and no new risk either.
    expect([engaged(second), await codes(world)]).toEqual([[], []])
    expect(await place(world, second)).toMatchObject({ denial: { code: 'NOT_RECONCILED' } })
    expect(await place(world, second, market('5', { side: 'sell' }))).toMatchObject({ denial: { code: 'NOT_RECONCILED' } })
    isSilent = false
    await world.clock.advance(60_000)
    expect(await second.service.positions()).toMatchObject([{ quantity: '5' }])
    expect([engaged(second), await codes(world)]).toEqual([[], ['EXTERNAL_ORDER']])
    expect(await place(world, second)).toMatchObject({ status: 'new' })
  })

  it('D4: a position nobody can explain leaves only reducing orders, with one anomaly', async () => {
    const world = createWorld()
    const first = await world.start()
    await place(world, first, market('5'))
    await world.until(first.service.close())
    await byHand(world, submitByHand('by-hand', { type: 'market', quantity: '3' }))
    const second = await world.start({ wrap: withoutExecutions })
    expect(engaged(second)).toEqual(['account:main reduce_only'])
    expect(await place(world, second)).toMatchObject({ denial: { code: 'KILL_SWITCH_REDUCE_ONLY' } })
    expect(await place(world, second, market('5', { side: 'sell' }))).toMatchObject({ status: 'filled' })
    const third = await restart(world, second, { wrap: withoutExecutions })
    expect(engaged(third)).toEqual(['account:main reduce_only'])
    expect(await codes(world)).toEqual(['POSITION_MISMATCH'])
  })

  it('A3: an order with our tag and no intent means lost journal data: no new orders, said once', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('slc-lost', { limitPrice: '90' }))
    const stream = flakyStream()
    const running = await world.start({ wrap: stream.wrap })
    expect(engaged(running)).toEqual(['account:main no_new'])
    expect(await place(world, running)).toMatchObject({ denial: { code: 'KILL_SWITCH_ENGAGED' } })
    await stream.cut()
    await stream.mend()
    await world.clock.advance(1000)
    expect(await codes(world)).toEqual(['LOST_INTENT'])
  })

  it('A3: a journal that was lost is noticed by the orders it had sent', async () => {
    const world = createWorld()
    const first = await world.start()
    await place(world, first)
    await world.until(first.service.close())
    const second = await world.start({ journal: lastingJournal() })
    expect(engaged(second)).toEqual(['account:main no_new'])
  })

  it('an external order is announced once and left alone', async () => {
    const world = createWorld()
    await byHand(world, submitByHand('by-hand', { limitPrice: '90' }))
    const stream = flakyStream()
    const running = await world.start({ wrap: stream.wrap })
    for (let round = 0; round < 3; round += 1) {
      await stream.cut()
      await stream.mend()
      await world.clock.advance(1000)
    }
    expect([engaged(running), await codes(world)]).toEqual([[], ['EXTERNAL_ORDER']])
    expect(running.broker.orders()).toMatchObject([{ status: 'new' }])
    expect(await place(world, running)).toMatchObject({ status: 'new' })
  })
})
