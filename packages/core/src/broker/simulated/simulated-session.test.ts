import { describe, expect, it } from 'vitest'
import { connectSimulated, connectWithPrices, storyOf } from '../../../test/support/connect-simulated.ts'
import { createVirtualClock, makeApprovedOrder, makeApprovedReplacement, makeCancel, makeContext } from '../../testing/index.ts'
import type { SubmitOutcome } from '../broker-adapter.ts'
import { simulatedBroker } from './simulated-broker.ts'
import { memoryStore, type SimulatedStore } from './simulated-store.ts'

describe('the permit', () => {
  it('that says no lets nothing be booked, for orders and replaces alike', async () => {
    const { broker, updates } = await connectWithPrices()
    const order = makeApprovedOrder({ terms: { limitPrice: '90' }, permit: () => false })
    expect(await broker.submit(order)).toMatchObject({ kind: 'not_sent', retryable: true })
    expect([broker.orders(), storyOf(updates)]).toEqual([[], []])
    await broker.submit(makeApprovedOrder({ terms: { limitPrice: '90' } }))
    const replacement = makeApprovedReplacement(order, broker.orders()[0]!.brokerOrderId, { limitPrice: '91' }, { permit: () => false })
    expect(await broker.replace(replacement)).toMatchObject({ kind: 'not_sent' })
    expect(broker.orders()[0]?.limitPrice).toBe('90')
  })

  it('is asked once, when the order has travelled and in the tick in which it is booked', async () => {
    const { broker, clock } = await connectSimulated({ latency: [20, 20] })
    const asked: (readonly [number, number])[] = []
    const permit = (): boolean => asked.push([clock.monotonic(), broker.orders().length]) > 0
    const outcome = broker.submit(makeApprovedOrder({ permit }))
    await clock.advance(19)
    expect(asked).toEqual([])
    await clock.advance(30)
    expect([asked, broker.orders().length, (await outcome).kind]).toEqual([[[20, 0]], 1, 'accepted'])
  })

  it('may be withdrawn while the order travels', async () => {
    const { broker, clock } = await connectSimulated({ latency: [20, 20] })
    let allowed = true
    const outcome = broker.submit(makeApprovedOrder({ permit: () => allowed }))
    await clock.advance(10)
    allowed = false
    await clock.advance(100)
    expect([(await outcome).kind, broker.orders().length]).toEqual(['not_sent', 0])
  })
})

describe('without latency', () => {
  it('answers and trades without a timer', async () => {
    const { place, updates, clock } = await connectSimulated()
    expect(await place('1', { type: 'market' })).toMatchObject({ kind: 'accepted' })
    expect([updates.map(({ kind }) => kind), clock.pending()]).toEqual([['connection', 'accepted', 'fill'], 0])
  })
})

describe('with latency', () => {
  it('keeps requests and updates in order, while answers may come after the fills they precede', async () => {
    const { place, updates, clock } = await connectSimulated({ latency: [0, 50], fillDelay: [0, 0], seed: 'order' })
    const answered: string[] = []
    for (let number = 0; number < 50; number += 1) void place(String(number), { type: 'market', quantity: '1' }).then(() => answered.push(String(number)))
    await clock.advance(1000)
    const accepted = updates.flatMap((update) => (update.kind === 'accepted' ? [update.clientOrderId] : []))
    expect(accepted).toEqual(Array.from({ length: 50 }, (_, number) => String(number)))
    expect(answered).toEqual(accepted)
  })

  it('a cancel that races a fill is decided by the book: exactly one of them wins', async () => {
    const outcomes = new Set<string>()
    for (let seed = 0; seed < 40; seed += 1) {
      const { broker, updates, clock } = await connectSimulated({ seed: `race ${seed}`, latency: [0, 20], fillDelay: [0, 20] })
      const order = makeApprovedOrder({ terms: { type: 'market' } })
      void broker.submit(order)
      const canceled = broker.cancel(makeCancel(order))
      await clock.advance(200)
      const story = storyOf(updates).map((line) => line.slice(0, 4))
      expect(story).toEqual(['acce', (await canceled).kind === 'accepted' ? 'canc' : 'fill'])
      outcomes.add(story.join(' '))
    }
    expect(outcomes.size).toBe(2)
  })
})

describe('the store', () => {
  /** A store whose commits wait for the test. */
  function heldStore(): { readonly store: SimulatedStore; release(): void; fail(): void; waiting(): number } {
    const inner = memoryStore()
    const gates: { resolve: () => void; reject: (error: Error) => void }[] = []
    return {
      store: { ...inner, commit: (entries) => new Promise<void>((resolve, reject) => gates.push({ resolve, reject })).then(() => inner.commit(entries)) },
      release: () => gates.shift()?.resolve(),
      fail: () => gates.shift()?.reject(new Error('disk full')),
      waiting: () => gates.length,
    }
  }

  it('has everything before anyone hears of it', async () => {
    const { store, release, waiting } = heldStore()
    const { broker, place, updates, clock } = await connectSimulated({ store })
    const heard: string[] = []
    void place('1', { type: 'market' }).then(() => heard.push('answer'))
    void broker.lookup('1').then(() => heard.push('lookup'))
    void broker.snapshot().then(() => heard.push('snapshot'))
    void broker.lookup('unrelated').then(() => heard.push('other'))
    await clock.advance(0)
    expect([heard, storyOf(updates), waiting()]).toEqual([[], [], 1])
    release()
    await clock.advance(0)
    expect(heard).toEqual(['answer', 'lookup', 'snapshot', 'other'])
    expect(storyOf(updates)).toHaveLength(2)
  })

  it('is written once for all that came while it was busy', async () => {
    const { store, release, waiting } = heldStore()
    const { place, clock } = await connectSimulated({ store })
    const outcomes: SubmitOutcome[] = []
    for (let number = 0; number < 100; number += 1) void place(String(number), { limitPrice: '1' }).then((outcome) => outcomes.push(outcome))
    await clock.advance(0)
    release()
    await clock.advance(0)
    release()
    await clock.advance(0)
    expect([outcomes.length, waiting()]).toEqual([100, 0])
  })

  it('that fails makes the outcome ambiguous, says so and takes no more orders', async () => {
    const { store, fail } = heldStore()
    const { broker, place, updates, clock } = await connectSimulated({ store })
    const first = place('1', { type: 'market' })
    const second = place('2', { type: 'market' })
    await clock.advance(0)
    fail()
    expect([(await first).kind, (await second).kind]).toEqual(['ambiguous', 'ambiguous'])
    expect(updates.at(-1)).toMatchObject({ kind: 'connection', state: 'closed', reason: expect.stringContaining('disk full') as string })
    expect([(await place('3', { type: 'market' })).kind, (await broker.lookup('1')).kind]).toEqual(['not_sent', 'indeterminate'])
    expect((await broker.snapshot()).positions.status).toBe('unavailable')
  })
})

describe('close', () => {
  it('answers what is on its way: not sent before the booking, the truth after it', async () => {
    const { broker, clock, updates } = await connectSimulated({ latency: [20, 20] })
    const booked = broker.submit(makeApprovedOrder({ clientOrderId: '1', terms: { limitPrice: '1' } }))
    await clock.advance(25)
    const travelling = broker.submit(makeApprovedOrder({ clientOrderId: '2' }))
    await broker.close()
    expect([(await booked).kind, (await travelling).kind, clock.pending()]).toEqual(['accepted', 'not_sent', 0])
    await clock.advance(1000)
    expect(updates.map(({ kind }) => kind)).toEqual(['connection'])
    expect((await broker.submit(makeApprovedOrder({ clientOrderId: '3' }))).kind).toBe('not_sent')
  })

  it('comes with the signal, may come twice, and lets the broker be connected again', async () => {
    const closing = new AbortController()
    const broker = simulatedBroker({ latency: [0, 0] })
    const clock = createVirtualClock()
    await broker.connect(makeContext({ clock, signal: closing.signal }))
    await broker.submit(makeApprovedOrder({ terms: { limitPrice: '1' } }))
    await expect(broker.connect(makeContext({ clock }))).rejects.toThrow('already')
    closing.abort()
    await broker.close()
    expect(clock.pending()).toBe(0)
    await broker.connect(makeContext({ clock }))
    expect(broker.orders()).toHaveLength(1)
    await broker.close()
  })

  it('before any connection does nothing, and nothing can be asked', async () => {
    const broker = simulatedBroker()
    expect((await broker.submit(makeApprovedOrder())).kind).toBe('not_sent')
    expect((await broker.lookup('1')).kind).toBe('indeterminate')
    expect((await broker.snapshot()).account.status).toBe('unavailable')
    await expect(broker.marketData.quote('AAPL', new AbortController().signal)).rejects.toThrow('not connected')
    await broker.close()
  })
})

it('a deliver that throws or rejects harms nobody', async () => {
  const broker = simulatedBroker({ latency: [0, 0] })
  let turn = 0
  const deliver = (): Promise<void> => {
    turn += 1
    if (turn % 2 === 0) throw new Error('thrown')
    return Promise.reject(new Error('rejected'))
  }
  await broker.connect(makeContext({ clock: createVirtualClock(), deliver }))
  expect(await broker.submit(makeApprovedOrder({ terms: { type: 'market' } }))).toMatchObject({ kind: 'accepted' })
  expect(turn).toBe(3)
})
