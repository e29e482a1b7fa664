import { describe, expect, it } from 'vitest'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import type { SimulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { dailyLoss } from '../../src/guards/daily-loss.ts'
import { defineGuard, type Guard } from '../../src/guards/guard.ts'
import type { KillLevel } from '../../src/order/event.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { plainCodes } from '../support/codes.ts'
import { createWorld } from '../support/world.ts'

/** Counts the broker's refusals; trips at the third, and begins anew at a release. */
const refusals = (level: KillLevel, notes: string[] = []): Guard => defineGuard<null, { count: number; noted: boolean }>({
  name: 'refusals', options: null, initial: { count: 0, noted: false },
  apply: (state, event) => {
    if (event.type === 'order_rejected') return { ...state, count: state.count + 1 }
    if (event.type !== 'guard_noted' || event.data.guard !== 'refusals') return state
    notes.push(event.data.note as string)
    return event.data.note === 'anew' ? { count: 0, noted: false } : { ...state, noted: true }
  },
  check: () => ({ verdict: 'allow' }),
  note: ({ state }) => (state.count === 2 && !state.noted ? 'second' : undefined),
  trip: ({ view, state }) => (state.count >= 3 ? { scope: `account:${view.account}`, level, reason: 'three refusals' } : undefined),
  released: (scope, { account }) => (scope === `account:${account}` ? 'anew' : undefined),
})

const refusing = { wrap: (inner: SimulatedBroker): BrokerAdapter => ({ ...inner, submit: async () => ({ kind: 'refused', code: 'NO', message: 'no' }) }) }

describe('a guard', () => {
  it('trips on what the broker refuses, remembers what it noted, and learns of the release', async () => {
    const world = createWorld()
    const notes: string[] = []
    const { service } = await world.start({ guards: [refusals('no_new', notes)], approvals: plainCodes(), ...refusing })
    for (const _ of [1, 2, 3]) expect(await world.until(service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ status: 'rejected' })
    await world.clock.advance(1)
    expect(service.killSwitch.status().engaged).toMatchObject([{ scope: 'account:main', level: 'no_new', actor: 'sluice', reason: 'three refusals' }])
    expect(notes).toEqual(['second'])
    await service.killSwitch.release({ scope: 'account:main', reason: 'looked at', code: 'zqcanary-code-1' })
    expect(notes).toEqual(['second', 'anew'])
    expect(await world.until(service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ status: 'rejected' })
    await world.clock.advance(1)
    expect(service.killSwitch.status().engaged).toEqual([])
    expect((await world.history()).filter(({ type }) => type === 'guard_noted')).toHaveLength(2)
  })

  it('never closes positions by itself: flatten is a person\'s level', async () => {
    const world = createWorld()
    const { service } = await world.start({ guards: [refusals('flatten')], ...refusing })
    for (const _ of [1, 2, 3]) await world.until(service.placeOrder(makeRequest({ limitPrice: '90' })))
    await world.clock.advance(1)
    expect(service.killSwitch.status().engaged).toMatchObject([{ level: 'cancel_all' }])
  })

  it('latches a loss: the price recovers, the process dies, a day passes, and it is still engaged', async () => {
    const world = createWorld()
    const options = { guards: [dailyLoss({ loss: '50' })], approvals: plainCodes() }
    const first = await world.start(options)
    await world.until(first.service.placeOrder(makeRequest({ type: 'market', quantity: '10' })))
    world.setPrices('94', '94.2')
    await world.clock.advance(1000)
    expect(first.service.killSwitch.status().engaged).toMatchObject([{ scope: 'account:main', level: 'reduce_only' }])
    world.setPrices('110', '110.2')
    await world.clock.advance(1000)
    await first.broker.close()
    await world.clock.advance(86_400_000)
    const second = await world.start(options)
    expect(second.service.killSwitch.status().engaged).toMatchObject([{ scope: 'account:main', level: 'reduce_only' }])
    expect(await world.until(second.service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ denial: { code: 'KILL_SWITCH_REDUCE_ONLY' } })
    expect(await world.until(second.service.placeOrder(makeRequest({ side: 'sell', limitPrice: '109' })))).toMatchObject({ status: 'filled' })
  })
})

describe('E6: a jump of the wall clock', () => {
  const HOUR = 3_600_000
  const withOffset = async () => {
    const world = createWorld()
    const offset = { by: 0 }
    const clock = { ...world.clock, now: () => world.clock.now() + offset.by }
    let snapshots = true
    const running = await world.start({
      clock, guards: [dailyLoss({ loss: '5000' })],
      wrap: (inner) => ({ ...inner, snapshot: async (since) => { if (!snapshots) throw new Error('down'); return inner.snapshot(since) } }),
    })
    const rolls = async (): Promise<string[]> => (await world.history()).flatMap((event) => (event.type === 'session_rolled' ? [event.data.session] : []))
    return { world, offset, running, rolls, setSnapshots: (on: boolean) => { snapshots = on } }
  }

  it('compares the books before a new session begins, and says so', async () => {
    const { world, offset, running, rolls, setSnapshots } = await withOffset()
    setSnapshots(false)
    offset.by = 30 * HOUR
    await world.clock.advance(3000)
    expect(running.alerts.filter(({ code }) => code === 'CLOCK_JUMP')).toHaveLength(1)
    expect(await world.until(running.service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ status: 'denied' })
    expect(await rolls()).toEqual(['2026-01-05@UTC'])
    setSnapshots(true)
    await world.clock.advance(5000)
    expect(await rolls()).toEqual(['2026-01-05@UTC', '2026-01-06@UTC'])
    expect(await world.until(running.service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ status: 'new' })
  })

  it('back over the roll revives no session', async () => {
    const { world, offset, running, rolls } = await withOffset()
    offset.by = -30 * HOUR
    await world.clock.advance(5000)
    expect(running.alerts.filter(({ code }) => code === 'CLOCK_JUMP')).toHaveLength(1)
    expect(await rolls()).toEqual(['2026-01-05@UTC'])
  })
})
