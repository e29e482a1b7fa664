import { describe, expect, it } from 'vitest'
import type { BrokerOrder, CancelAllOutcome, CancelCommand } from '../../src/broker/broker-adapter.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { makeTerms } from '../../src/testing/makers.ts'
import { openDesk } from '../support/open-service.ts'
import { recordOf } from '../support/scripted-broker.ts'
import { createWorld } from '../support/world.ts'

const reason = 'test'

/** A desk whose broker also has an order that was not placed here, until it is cancelled. */
async function withStranger(overrides: Partial<BrokerOrder> = {}) {
  const desk = await openDesk()
  const stranger = recordOf({ clientOrderId: 'theirs', terms: makeTerms({ symbol: 'TSLA' }) }, { brokerOrderId: 'x-1', createdAt: '2026-01-05T14:00:00Z', ...overrides })
  const listed = new Map([[stranger.brokerOrderId, stranger]])
  const cancels: CancelCommand[] = []
  desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'present', value: [...listed.values()] } })
  desk.broker.standing.cancel = (command) => {
    cancels.push(command)
    if (command.brokerOrderId !== undefined) listed.delete(command.brokerOrderId)
    return { kind: 'accepted' }
  }
  return { desk, listed, cancels, stranger }
}

describe('F2: orders that were not placed here', () => {
  it('are swept at the global scope, once, with a note in the journal', async () => {
    const { desk, cancels } = await withStranger()
    void desk.service.killSwitch.engage({ reason })
    await desk.clock.advance(5000)
    expect(cancels).toMatchObject([{ brokerOrderId: 'x-1', originalClientOrderId: 'theirs', symbol: 'TSLA' }])
    expect(desk.events.filter((event) => event.type === 'anomaly_detected' && event.data.code === 'EXTERNAL_ORDER_SWEPT')).toHaveLength(1)
  })

  it.each([['account:main', undefined, 0], ['symbol:TSLA', undefined, 0], ['account:main', 'sweep', 1], ['symbol:TSLA', 'sweep', 1], ['symbol:AAPL', 'sweep', 0], ['global', 'leave', 0]] as const)(
    'at %s with %s: %i cancelled', async (scope, externalOrders, count) => {
      const { desk, cancels } = await withStranger()
      void desk.service.killSwitch.engage({ scope, reason, ...(externalOrders !== undefined && { externalOrders }) })
      await desk.clock.advance(5000)
      expect(cancels).toHaveLength(count)
    })

  it('a choice that is none is refused', async () => {
    const { desk } = await withStranger()
    await expect(desk.service.killSwitch.engage({ reason, externalOrders: 'keep' as 'leave' })).rejects.toMatchObject({ code: 'ORDER_INVALID' })
  })

  it('at reduce_only go too when they do not reduce, and stay at no_new', async () => {
    const { desk, cancels } = await withStranger()
    void desk.service.killSwitch.engage({ level: 'no_new', reason })
    await desk.clock.advance(5000)
    expect(cancels).toHaveLength(0)
    void desk.service.killSwitch.engage({ scope: 'account:main', level: 'reduce_only', reason, externalOrders: 'sweep' })
    await desk.clock.advance(5000)
    expect(cancels).toHaveLength(1)
  })
})

describe('F1: a broker that cancels everything by one request', () => {
  const withCancelAll = async (answer: () => Promise<CancelAllOutcome>) => {
    const opened = await withStranger()
    const asked: number[] = []
    Object.assign(opened.desk.broker, { cancelAll: () => { asked.push(opened.cancels.length); return answer() } })
    return { ...opened, asked }
  }

  it('is asked first, in the tick of the engagement, and strangers that it took are named', async () => {
    const { desk, asked, listed } = await withCancelAll(async () => {
      listed.clear()
      return { kind: 'answered', answers: [{ brokerOrderId: 'x-1', outcome: { kind: 'accepted' } }] }
    })
    void desk.service.killSwitch.engage({ reason })
    expect(asked).toEqual([0])
    await desk.clock.advance(5000)
    expect(asked).toHaveLength(1)
    expect(desk.events.filter((event) => event.type === 'anomaly_detected' && event.data.code.endsWith('_ORDER_SWEPT'))).toHaveLength(1)
  })

  it.each([
    ['an answer that means nothing', async (): Promise<CancelAllOutcome> => ({ kind: 'answered', answers: [] })],
    ['a refusal', async (): Promise<CancelAllOutcome> => ({ kind: 'refused', code: 'NO', message: 'no' })],
    ['a throw', () => Promise.reject(new Error('reset'))],
    ['silence', () => new Promise<never>(() => undefined)],
  ])('%s changes nothing: what is left is cancelled one by one', async (_, answer) => {
    const { desk, cancels, listed } = await withCancelAll(answer)
    void desk.service.killSwitch.engage({ reason })
    await desk.clock.advance(5000)
    expect([cancels.length, listed.size]).toEqual([1, 0])
  })

  it.each([['symbol:TSLA', 'sweep', 'cancel_all'], ['account:main', undefined, 'cancel_all'], ['global', 'leave', 'cancel_all'], ['global', undefined, 'no_new'], ['global', undefined, 'reduce_only']] as const)(
    'is not asked at %s, %s, %s: not everything has to go', async (scope, externalOrders, level) => {
      const { desk, asked } = await withCancelAll(async () => ({ kind: 'answered', answers: [] }))
      void desk.service.killSwitch.engage({ scope, level, reason, ...(externalOrders !== undefined && { externalOrders }) })
      await desk.clock.advance(5000)
      expect(asked).toEqual([])
    })
})

describe('F1: the sweep by listings', () => {
  it('ends after two listings in a row that show nothing', async () => {
    const { desk, listed, stranger } = await withStranger()
    listed.clear()
    const before = desk.broker.snapshots.length
    void desk.service.killSwitch.engage({ reason })
    await desk.clock.advance(10_000)
    expect(desk.broker.snapshots.length - before).toBe(2)
    // One that arrives later is cancelled when the broker tells of it.
    listed.set(stranger.brokerOrderId, stranger)
    void desk.broker.deliver({ kind: 'accepted', brokerOrderId: 'x-1', clientOrderId: 'theirs' })
    await desk.clock.advance(5000)
    expect(listed.size).toBe(0)
  })

  it('goes on while a listing fails or an order stays, and says so after ten seconds', async () => {
    const { desk, listed, cancels, stranger } = await withStranger()
    let refuses = true
    desk.broker.standing.cancel = (command) => {
      cancels.push(command)
      if (!refuses) listed.clear()
      return refuses ? { kind: 'refused', code: 'CLOSED', message: 'the market is closed' } : { kind: 'accepted' }
    }
    void desk.service.killSwitch.engage({ reason })
    await desk.clock.advance(12_000)
    expect(desk.alerts.map(({ code }) => code)).toContain('SWEEP_STALLED')
    const { snapshot } = desk.broker.standing
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'unavailable', reason: 'down' } })
    await desk.clock.advance(20_000)
    desk.broker.standing.snapshot = snapshot
    refuses = false
    await desk.clock.advance(10_000)
    expect(listed.size).toBe(0)
    expect(new Set(cancels.map(({ clientOrderId }) => clientOrderId)).size).toBe(cancels.length)
    expect(cancels.every(({ brokerOrderId }) => brokerOrderId === stranger.brokerOrderId)).toBe(true)
  })

  it('finds an order of ours that is over in our books and works at the broker', async () => {
    const desk = await openDesk()
    const { sent, order } = await desk.working()
    void desk.broker.deliver({ kind: 'canceled', clientOrderId: sent.clientOrderId, brokerOrderId: `at-${sent.clientOrderId}` })
    await desk.settle()
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'canceled' })
    const cancels: CancelCommand[] = []
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'present', value: cancels.length === 0 ? [recordOf(sent)] : [] } })
    desk.broker.standing.cancel = (command) => { cancels.push(command); return { kind: 'accepted' } }
    void desk.service.killSwitch.engage({ reason })
    await desk.clock.advance(5000)
    expect(cancels).toMatchObject([{ brokerOrderId: `at-${sent.clientOrderId}` }])
  })

  it('a stronger level of one scope does not hide that another is to reduce only', async () => {
    const desk = await openDesk()
    const { order } = await desk.working()
    desk.broker.standing.cancel = (command) => {
      void desk.broker.deliver({ kind: 'canceled', brokerOrderId: command.brokerOrderId as string })
      return { kind: 'accepted' }
    }
    void desk.service.killSwitch.engage({ level: 'no_new', reason })
    await desk.clock.advance(1000)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'new' })
    void desk.service.killSwitch.engage({ scope: 'symbol:AAPL', level: 'reduce_only', reason })
    await desk.clock.advance(1000)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'canceled' })
  })
})

it('F1: of a thousand working orders and stragglers none is left after cancel_all, and the report names them all', async () => {
  const world = createWorld({ latency: [1, 30], seed: 'thousand' })
  const running = await world.start({ submitWithin: 60_000 })
  const place = (number: number) => running.service.placeOrder(makeRequest({ symbol: `S${number % 40}`, quantity: '1', limitPrice: '9' }))
  const first = Array.from({ length: 960 }, (_, number) => place(number))
  await world.until(Promise.all(first))
  const stragglers = Array.from({ length: 40 }, (_, number) => place(number))
  await world.clock.advance(4)
  const report = await world.until(running.service.killSwitch.engage({ reason }))
  const orders = await running.service.listOrders({ limit: 5000 })
  const named = new Set([...report.working, ...report.inFlight, ...report.unknown])
  await world.until(Promise.allSettled(stragglers))
  await world.clock.advance(10_000)
  expect(named).toEqual(new Set(orders.filter(({ status }) => status !== 'denied').map(({ id }) => id)))
  expect(named.size).toBeGreaterThan(960)
  expect(running.broker.orders().filter(({ status }) => status === 'new' || status === 'partially_filled')).toEqual([])
})
