import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/journal/journal.ts'
import { memoryJournal } from '../../src/journal/memory-journal.ts'
import { SluiceError } from '../../src/runtime/errors.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'
import { createVirtualClock, makeRequest, seededIds } from '../../src/testing/index.ts'
import { makeBrokerOrder } from '../support/make-broker-order.ts'
import { scriptedBroker } from '../support/scripted-broker.ts'
import { createWorld, until } from '../support/world.ts'

const corrupt = (inner: Journal): Journal => ({ ...inner, accounts: () => Promise.reject(new SluiceError('JOURNAL_CORRUPT', 'the file is damaged')) })

describe('C4: a service whose journal cannot be used', () => {
  it('starts in rescue mode: lists what the broker shows, cancels it, and does nothing else', async () => {
    const world = createWorld()
    const before = await world.start()
    await world.until(before.service.placeOrder(makeRequest({ limitPrice: '90' })))
    await world.until(before.service.placeOrder(makeRequest({ limitPrice: '91', symbol: 'MSFT' })))
    await world.until(before.service.close())

    const { service, broker } = await world.start({ journal: corrupt(world.journal) })
    expect(service.state).toBe('rescue')
    expect(service.rescue).toMatchObject({ code: 'RESCUE_MODE', cause: { code: 'JOURNAL_CORRUPT' } })
    expect(service.killSwitch.status().engaged).toMatchObject([{ scope: 'global', level: 'no_new' }])
    await expect(world.until(service.listOrders({ idempotencyKey: 'k' }))).rejects.toMatchObject({ code: 'RESCUE_MODE' })
    const listed = await world.until(service.listOrders())
    expect(listed.map(({ symbol, status, source }) => `${symbol} ${status} ${source ?? ''}`).toSorted()).toEqual(['AAPL new external', 'MSFT new external'])
    const [first] = await world.until(service.listOrders({ symbol: 'AAPL' }))
    expect(await world.until(service.cancelOrder(first?.id ?? ''))).toMatchObject({ status: 'pending_cancel', symbol: 'AAPL' })
    await world.clock.advance(1000)
    expect(broker.orders().map(({ symbol, status }) => `${symbol} ${status}`).toSorted()).toEqual(['AAPL canceled', 'MSFT new'])
    expect((await world.until(service.cancelOrders())).map(({ kind }) => kind)).toEqual(['order'])
    await world.clock.advance(1000)
    expect(await world.until(service.listOrders())).toEqual([])

    const refused = { code: 'RESCUE_MODE' }
    await expect(service.placeOrder(makeRequest())).rejects.toMatchObject(refused)
    await expect(service.preflight(makeRequest())).rejects.toMatchObject(refused)
    await expect(service.approveOrder('x', { code: '1' })).rejects.toMatchObject(refused)
    await expect(service.replaceOrder('x', { quantity: '1' })).rejects.toMatchObject(refused)
    await expect(service.positions()).rejects.toMatchObject(refused)
    await expect(service.adoptPositions('main', { statement: 's' })).rejects.toMatchObject(refused)
    await expect(service.killSwitch.release({ reason: 'r' })).rejects.toMatchObject(refused)
    expect(() => service.events()).toThrow('rescue mode')
    await expect(world.until(service.cancelOrder('external:main:nothing'))).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' })
    await world.until(service.close())
    expect(service.state).toBe('closed')
  })

  it('sweeps everything when the kill switch is engaged, until two listings show nothing', async () => {
    const world = createWorld()
    const before = await world.start()
    for (const price of ['90', '91', '92']) await world.until(before.service.placeOrder(makeRequest({ limitPrice: price })))
    await world.until(before.service.close())
    const { service, broker } = await world.start({ journal: corrupt(world.journal) })
    expect(await world.until(service.killSwitch.engage({ reason: 'out' }))).toMatchObject({ durable: false, working: [expect.any(String), expect.any(String), expect.any(String)] })
    await world.clock.advance(3000)
    expect(broker.orders().map(({ status }) => status)).toEqual(['canceled', 'canceled', 'canceled'])
  })

  it.each(['JOURNAL_FAILED', 'JOURNAL_NEWER', 'JOURNAL_CORRUPT'] as const)('starts in rescue mode for %s', async (code) => {
    const world = createWorld()
    const { service } = await world.start({ journal: { ...world.journal, claim: () => Promise.reject(new SluiceError(code, 'no')) } })
    expect(service).toMatchObject({ state: 'rescue', rescue: { cause: { code } } })
  })

  it('starts in rescue mode when the history does not fold: an event of an order that never began', async () => {
    const world = createWorld()
    const lease = await world.journal.claim('main')
    await world.journal.append(lease, { events: [{ id: 'main:1', account: 'main', sequence: 1, time: '2026-01-01T00:00:00.000Z', type: 'order_expired', data: { orderId: 'nobody' } }] })
    expect((await world.start()).service.state).toBe('rescue')
  })

  it.each(['JOURNAL_LOCKED', 'FENCED'] as const)('does not start for %s: another process looks after these orders', async (code) => {
    const world = createWorld()
    await expect(world.start({ journal: { ...world.journal, claim: () => Promise.reject(new SluiceError(code, 'no')) } })).rejects.toMatchObject({ code })
  })

  it('shows no part of a list for the whole: a broker that cannot be asked is named', async () => {
    const clock = createVirtualClock()
    const [left, right] = [scriptedBroker({ clock }), scriptedBroker({ clock })]
    left.standing.snapshot = () => left.snapshotOf({ openOrders: { status: 'present', value: [makeBrokerOrder({ brokerOrderId: 'L1' })] } })
    right.standing.snapshot = () => right.snapshotOf({ openOrders: { status: 'unavailable', reason: 'down' } })
    const service = await until(clock, createExecutionService({ clock, ids: seededIds('rescue'), journal: corrupt(memoryJournal()), brokers: { left, right }, route: () => 'left' }))
    await expect(until(clock, service.listOrders())).rejects.toMatchObject({ code: 'NOT_READY', message: expect.stringContaining('right') as string })
    expect(await until(clock, service.listOrders({ broker: 'left' }))).toMatchObject([{ id: 'external:left:L1', broker: 'left' }])
  })

  it('cancels what it has listed once by its id, also while the broker lists nothing', async () => {
    const clock = createVirtualClock()
    const broker = scriptedBroker({ clock })
    broker.standing.snapshot = () => broker.snapshotOf({ openOrders: { status: 'present', value: [makeBrokerOrder({ brokerOrderId: 'L1' })] } })
    broker.standing.cancel = () => ({ kind: 'accepted' })
    const service = await until(clock, createExecutionService({ clock, ids: seededIds('rescue'), journal: corrupt(memoryJournal()), broker }))
    await until(clock, service.listOrders())
    broker.standing.snapshot = () => broker.snapshotOf({ openOrders: { status: 'unavailable', reason: '503' } })
    expect(await until(clock, service.cancelOrder('external:main:L1'))).toMatchObject({ status: 'pending_cancel' })
    expect(broker.cancels.map(({ command }) => command.brokerOrderId)).toEqual(['L1'])
    await expect(until(clock, service.cancelOrder('external:main:L2'))).rejects.toMatchObject({ code: 'NOT_READY' })
  })

  it('acknowledges nothing that a broker says: what is not durable is said again to the next service', async () => {
    const clock = createVirtualClock()
    const broker = scriptedBroker({ clock })
    await until(clock, createExecutionService({ clock, ids: seededIds('rescue'), journal: corrupt(memoryJournal()), broker }))
    let acknowledged = false
    void broker.deliver({ kind: 'expired', brokerOrderId: 'B1' }).then(() => { acknowledged = true })
    await clock.advance(60_000)
    expect(acknowledged).toBe(false)
  })
})

describe('a start with a broker that is not there', () => {
  it('with several brokers goes on with the others, refuses new risk at that one, and takes it in when it comes', async () => {
    const clock = createVirtualClock()
    const [near, far] = [scriptedBroker({ clock }), scriptedBroker({ clock })]
    let isUp = false
    const { connect } = far
    const reachable = { ...far, connect: (context: Parameters<typeof connect>[0]) => (isUp ? connect(context) : Promise.reject(new Error('no route'))) }
    for (const broker of [near, far]) broker.standing.submit = (order) => ({ kind: 'accepted', brokerOrderId: `b-${order.clientOrderId}` })
    const service = await until(clock, createExecutionService({
      clock, ids: seededIds('far'), brokers: { near, far: reachable }, route: ({ symbol }) => (symbol === 'AAPL' ? 'near' : 'far'),
    }))
    expect(await until(clock, service.placeOrder(makeRequest({ symbol: 'AAPL' })))).toMatchObject({ status: 'new', broker: 'near' })
    expect(await until(clock, service.placeOrder(makeRequest({ symbol: 'MSFT' })))).toMatchObject({ status: 'denied', broker: 'far' })
    isUp = true
    await clock.advance(5000)
    expect(await until(clock, service.placeOrder(makeRequest({ symbol: 'MSFT' })))).toMatchObject({ status: 'new', broker: 'far' })
  })

  it('the only one: says why, at once', async () => {
    const world = createWorld()
    await expect(world.start({ wrap: (broker) => ({ ...broker, connect: () => Promise.reject(new Error('no route')) }) })).rejects.toThrow('no route')
  })

  it('that is there and cannot be compared: starts after recoveryTimeout, refuses new risk, cancels what is open, and opens when the books agree', async () => {
    const world = createWorld()
    const before = await world.start()
    const order = await world.until(before.service.placeOrder(makeRequest({ limitPrice: '90' })))
    await world.until(before.service.close())
    let isDown = true
    const { service, broker } = await world.start({ recoveryTimeout: 5000, wrap: (inner) => ({ ...inner, snapshot: (since) => (isDown ? Promise.reject(new Error('503')) : inner.snapshot(since)) }) })
    expect(service.state).toBe('ready')
    expect(await world.until(service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ status: 'denied' })
    expect(await world.until(service.cancelOrder(order.id))).toMatchObject({ status: 'canceled' })
    expect(broker.orders().map(({ status }) => status)).toEqual(['canceled'])
    isDown = false
    await world.clock.advance(5000)
    expect(await world.until(service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ status: 'new' })
  })
})
