import { type BrokerAdapter, type BrokerCapabilities, type BrokerUpdate, createExecutionService, simulatedBroker } from '@sluice/core'
import { makeApprovedOrder, makeApprovedReplacement, makeCancel, makeContext } from '@sluice/core/testing'
import { BROKER_FAULTS, type BrokerFaultKind, createVirtualTime, faultyBroker, faultyJournal } from '@sluice/testkit/simulation'
import { describe, expect, test } from 'vitest'

async function open(capabilities: Partial<BrokerCapabilities> = {}) {
  const time = createVirtualTime()
  const crashes: number[] = []
  const inner = simulatedBroker({ latency: [0, 0], fillDelay: [0, 0], fractional: false, quotes: () => ({ bid: '99.9', ask: '100.1' }) })
  const broker = faultyBroker(inner, { clock: time.clock, capabilities, onCrash: () => { crashes.push(broker.truth.orders().length) } })
  await broker.open()
  const updates: (BrokerUpdate & { readonly at: number })[] = []
  const line: BrokerAdapter = broker.line()
  await time.until(line.connect(makeContext({ clock: time.clock, deliver: (update) => { updates.push({ ...update, at: time.elapsed() }); return Promise.resolve() } })))
  await time.advance(50)
  updates.length = 0
  let orders = 0
  const order = (limitPrice: string) => {
    orders += 1
    return makeApprovedOrder({ orderId: `o${orders}`, clientOrderId: `c${orders}`, terms: { limitPrice } })
  }
  return {
    time, broker, line, updates, crashes,
    resting: () => order('90'), marketable: () => order('101'),
    kinds: () => updates.map((update) => (update.kind === 'connection' ? update.state : update.kind)),
    /** Places an order and answers the broker's id. */
    place: async (approved: ReturnType<typeof order>): Promise<string> => {
      const outcome = await time.until(line.submit(approved))
      await time.advance(50)
      return outcome.kind === 'accepted' ? outcome.brokerOrderId : ''
    },
  }
}

type Opened = Awaited<ReturnType<typeof open>>

/** What each fault does, and that it does it once. */
const faults: Readonly<Record<BrokerFaultKind, (opened: Opened) => Promise<void>>> = {
  lose_request: async ({ time, broker, line, resting }) => {
    broker.inject('lose_request')
    expect(await time.until(line.submit(resting()))).toMatchObject({ kind: 'ambiguous' })
    expect(broker.truth.orders()).toHaveLength(0)
    expect(await time.until(line.submit(resting()))).toMatchObject({ kind: 'accepted' })
  },
  late_arrival: async ({ time, broker, line, resting }) => {
    broker.inject('late_arrival')
    const order = resting()
    expect(await time.until(line.submit(order))).toMatchObject({ kind: 'ambiguous' })
    await time.advance(line.capabilities.absence?.visibilityLag ?? 0)
    expect(await time.until(line.lookup(order.clientOrderId)), 'its absence is proven').toMatchObject({ kind: 'not_found' })
    await time.advance(10_000)
    expect(broker.truth.orders()).toHaveLength(1)
  },
  lose_answer: async ({ time, broker, line, resting }) => {
    broker.inject('lose_answer')
    expect(await time.until(line.submit(resting()))).toMatchObject({ kind: 'ambiguous' })
    expect(broker.truth.orders()).toHaveLength(1)
    expect(await time.until(line.submit(resting()))).toMatchObject({ kind: 'accepted' })
  },
  hang: async ({ time, broker, line, resting }) => {
    broker.inject('hang')
    let answered = false
    void line.submit(resting()).then(() => { answered = true })
    await time.advance(600_000)
    expect(answered).toBe(false)
    expect(broker.truth.orders()).toHaveLength(1)
  },
  throw_after_send: async ({ time, broker, line, resting }) => {
    broker.inject('throw_after_send')
    await expect(time.until(line.submit(resting()))).rejects.toThrow('socket hang up')
    expect(broker.truth.orders()).toHaveLength(1)
  },
  acknowledge_then_crash: async ({ time, broker, line, resting, crashes }) => {
    broker.inject('acknowledge_then_crash')
    await time.until(line.submit(resting()))
    expect(crashes, 'the broker had the order when the process died').toEqual([1])
  },
  drop_update: async ({ broker, resting, place, kinds, time }) => {
    broker.inject('drop_update')
    await place(resting())
    await time.advance(2000)
    expect(kinds()).toEqual(['gap', 'ready'])
  },
  duplicate_update: async ({ broker, resting, place, kinds }) => {
    broker.inject('duplicate_update')
    await place(resting())
    expect(kinds()).toEqual(['accepted', 'accepted'])
  },
  reorder_updates: async ({ broker, marketable, place, kinds }) => {
    broker.inject('reorder_updates')
    await place(marketable())
    expect(kinds()).toEqual(['fill', 'accepted'])
  },
  delay_updates: async ({ broker, marketable, line, updates, kinds, time }) => {
    broker.inject('delay_updates')
    const asked = time.elapsed()
    await time.until(line.submit(marketable()))
    await time.advance(3000)
    expect(kinds(), 'none overtakes the one that is late').toEqual(['accepted', 'fill'])
    expect((updates[0]?.at ?? 0) - asked).toBeGreaterThan(40)
  },
  disconnect: async ({ broker, line, marketable, place, kinds, time }) => {
    broker.inject('disconnect')
    await place(marketable())
    expect(await time.until(line.lookup('c1'))).toMatchObject({ kind: 'indeterminate' })
    await time.advance(5000)
    expect(kinds(), 'what was said meanwhile is lost').toEqual(['gap', 'ready'])
    expect(await time.until(line.lookup('c1'))).toMatchObject({ kind: 'found', order: { status: 'filled' } })
  },
  late_fill: async ({ broker, line, resting, place, kinds, time }) => {
    broker.inject('late_fill')
    const order = resting()
    const id = await place(order)
    await time.until(line.cancel(makeCancel(order, id)))
    await time.advance(5000)
    expect(kinds()).toEqual(['accepted', 'canceled', 'fill'])
    expect(await time.until(line.lookup(order.clientOrderId))).toMatchObject({ kind: 'found', order: { status: 'canceled', filledQuantity: '1' } })
    expect(await broker.truth.positions()).toMatchObject([{ symbol: 'AAPL', quantity: '1' }])
  },
  bust: async ({ broker, line, marketable, place, kinds, time }) => {
    const order = marketable()
    await place(order)
    broker.inject('bust')
    await time.advance(50)
    expect(kinds()).toEqual(['accepted', 'fill', 'busted', 'canceled'])
    expect(await time.until(line.lookup(order.clientOrderId))).toMatchObject({ kind: 'found', order: { status: 'canceled', filledQuantity: '0', executions: [] } })
    expect(broker.truth.executions()).toEqual([])
    expect(await broker.truth.positions()).toEqual([])
  },
  correction: async ({ broker, line, marketable, place, updates, time }) => {
    const order = marketable()
    await place(order)
    broker.inject('correction')
    await time.advance(50)
    const corrected = updates.find((update) => update.kind === 'corrected')
    const [standing] = broker.truth.executions()
    expect(corrected).toMatchObject({ execution: { lastPrice: '100.11', lastQuantity: standing?.lastQuantity } })
    expect(await time.until(line.lookup(order.clientOrderId))).toMatchObject({ kind: 'found', order: { averagePrice: '100.11', filledQuantity: standing?.lastQuantity } })
  },
  suspend: async ({ broker, line, resting, place, kinds, time }) => {
    const order = resting()
    await place(order)
    broker.inject('suspend')
    await time.advance(50)
    const phase = kinds().at(-1)
    expect(['suspended', 'done_for_day']).toContain(phase)
    expect(await time.until(line.lookup(order.clientOrderId))).toMatchObject({ kind: 'found', order: { status: phase } })
    await time.advance(4000)
    expect(kinds().at(-1)).toBe('resumed')
    expect(await time.until(line.lookup(order.clientOrderId))).toMatchObject({ kind: 'found', order: { status: 'new' } })
  },
  late_reject: async ({ broker, line, resting, place, kinds, time }) => {
    const order = resting()
    await place(order)
    broker.inject('late_reject')
    await time.advance(50)
    expect(kinds().at(-1)).toBe('rejected')
    expect(await time.until(line.lookup(order.clientOrderId))).toMatchObject({ kind: 'found', order: { status: 'rejected' } })
  },
  refuse_cancel: async ({ broker, line, resting, place, time }) => {
    const order = resting()
    const id = await place(order)
    broker.inject('refuse_cancel')
    expect(await time.until(line.cancel(makeCancel(order, id)))).toMatchObject({ kind: 'refused' })
    expect(broker.truth.orders()).toMatchObject([{ status: 'new' }])
    expect(await time.until(line.cancel(makeCancel(order, id)))).toMatchObject({ kind: 'accepted' })
  },
  replace_race: async ({ broker, line, resting, place, time }) => {
    const order = resting()
    const id = await place(order)
    broker.inject('replace_race')
    const replacing = line.replace(makeApprovedReplacement(order, id, { limitPrice: '91' }))
    await time.advance(10)
    expect(await time.until(line.cancel(makeCancel(order, id)))).toMatchObject({ kind: 'accepted' })
    expect(await time.until(replacing)).toMatchObject({ kind: 'refused' })
    expect(broker.truth.orders()).toMatchObject([{ status: 'canceled', limitPrice: '90' }])
  },
  lookup_lag: async ({ broker, line, resting, time }) => {
    broker.inject('lookup_lag')
    const order = resting()
    const pending = line.submit(order)
    await time.advance(12)
    expect(broker.truth.orders()).toHaveLength(1)
    expect(await time.until(line.lookup(order.clientOrderId))).toMatchObject({ kind: 'not_found' })
    await time.until(pending)
    await time.advance(line.capabilities.absence?.visibilityLag ?? 0)
    expect(await time.until(line.lookup(order.clientOrderId))).toMatchObject({ kind: 'found' })
  },
  fail_queries: async ({ broker, line, time }) => {
    broker.inject('fail_queries')
    expect(await time.until(line.lookup('c1'))).toMatchObject({ kind: 'indeterminate' })
    await expect(time.until(line.snapshot())).rejects.toThrow('503')
    await time.advance(4000)
    expect(await time.until(line.snapshot())).toMatchObject({ positions: { status: 'present' } })
  },
  partial_snapshot: async ({ broker, line, time }) => {
    broker.inject('partial_snapshot')
    const { openOrders, executions, positions, account } = await time.until(line.snapshot())
    const missing = [openOrders, executions, positions, account].filter(({ status }) => status === 'unavailable')
    expect(missing.length).toBeGreaterThan(0)
    expect(missing).toContainEqual({ status: 'unavailable', reason: 'the endpoint failed' })
    await time.advance(4000)
    expect(await time.until(line.snapshot())).toMatchObject({ openOrders: { status: 'present' }, account: { status: 'present' } })
  },
  silence_quotes: async ({ broker, line, time }) => {
    const { signal } = new AbortController()
    broker.inject('silence_quotes')
    await expect(time.until(line.marketData?.quote('AAPL', signal) ?? Promise.reject(new Error('no market data')))).rejects.toThrow('no price')
    await time.advance(13_000)
    expect(await time.until(line.marketData?.quote('AAPL', signal) ?? Promise.reject(new Error('no market data')))).toMatchObject({ bid: '99.9' })
  },
}

describe('a broker that fails on command', () => {
  test.each(BROKER_FAULTS)('%s', async (kind) => {
    const opened = await open()
    await faults[kind](opened)
    expect(opened.broker.injected.get(kind)).toBe(1)
  })

  test('without a fault everything comes once, in order', async () => {
    const { place, marketable, kinds, broker } = await open()
    await place(marketable())
    expect(kinds()).toEqual(['accepted', 'fill'])
    expect(broker.injected.size).toBe(0)
  })

  test('where ids are not deduplicated, a second order with one id is a second order under that id', async () => {
    const { line, time, broker, resting } = await open({ dedupesClientOrderId: false })
    const order = resting()
    expect(await time.until(line.submit(order))).toMatchObject({ kind: 'accepted' })
    expect(await time.until(line.submit(order))).toMatchObject({ kind: 'accepted' })
    expect(broker.truth.orders().map(({ clientOrderId }) => clientOrderId)).toEqual(['c1', 'c1'])
  })

  test('a new line cuts the one before, and what that one has written still arrives', async () => {
    const { line, time, broker, resting, updates } = await open()
    let answered = false
    void line.submit(resting()).then(() => { answered = true })
    await time.advance(4)
    broker.line()
    await time.advance(5000)
    expect(broker.truth.orders()).toHaveLength(1)
    expect(answered).toBe(false)
    expect(updates).toEqual([])
  })

  test('a whole service lives among them in virtual time (docs/write-an-adapter.md)', async () => {
    const time = createVirtualTime()
    const broker = faultyBroker(simulatedBroker({ latency: [0, 0] }), { clock: time.clock })
    await broker.open()
    const service = await time.until(createExecutionService({ clock: time.clock, broker: broker.line(), journal: faultyJournal({ clock: time.clock }).open() }))
    broker.inject('lose_answer')
    const order = await time.until(service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '1', timeInForce: 'day' }))
    await time.advance(5000)
    expect(await service.getOrderStatus(order.id)).toMatchObject({ status: 'new' })
    await time.until(service.close())
  })

  test('heal() leaves nothing armed', async () => {
    const { line, time, broker, resting } = await open()
    for (const kind of ['lose_request', 'lose_answer', 'hang', 'fail_queries'] as const) broker.inject(kind)
    broker.heal()
    expect(await time.until(line.submit(resting()))).toMatchObject({ kind: 'accepted' })
    expect(await time.until(line.lookup('c1'))).toMatchObject({ kind: 'found' })
  })
})
