import { describe, expect, it } from 'vitest'
import { connectSimulated, connectWithPrices, storyOf } from '../../../test/support/connect-simulated.ts'
import { createVirtualClock, makeApprovedOrder, makeApprovedReplacement } from '../../testing/index.ts'
import { toIso } from '../../runtime/clock.ts'
import { memoryStore } from './simulated-store.ts'

const STEP = 250

describe('a trailing stop', () => {
  it.each([
    ['sell', { trailAmount: '2' }, ['97.9', '107.9', '107.9']],
    ['sell', { trailPercent: '10' }, ['89.91', '98.91', '98.91']],
    ['buy', { trailAmount: '2' }, ['102.1', '102.1', '102.1']],
  ] as const)('%s with %o follows the market one way only: %s', async (side, trail, stops) => {
    const { broker, place, clock, setPrices } = await connectWithPrices()
    await place('1', { type: 'trailing_stop', side, quantity: '5', ...trail })
    const seen = [broker.orders()[0]?.stopPrice]
    for (const [bid, ask] of [['109.9', '110.1'], ['108.5', '108.7']] as const) {
      if (side === 'buy') continue
      setPrices(bid, ask)
      await clock.advance(2 * STEP)
      seen.push(broker.orders()[0]?.stopPrice)
    }
    expect(seen).toEqual(stops.slice(0, seen.length))
  })

  it('trades at the market once its stop is reached, and keeps where it stands over a restart', async () => {
    const store = memoryStore()
    const clock = createVirtualClock()
    let prices = { bid: '109.9', ask: '110.1' }
    const first = await connectSimulated({ store, quotes: () => prices }, clock)
    await first.place('1', { type: 'trailing_stop', side: 'sell', quantity: '5', trailAmount: '2' })
    await first.broker.close()
    prices = { bid: '108', ask: '108.2' }
    await clock.advance(2 * STEP)
    const { broker, updates } = await connectSimulated({ store, quotes: () => prices }, clock)
    expect(broker.orders()[0]).toMatchObject({ status: 'new', stopPrice: '107.9' })
    prices = { bid: '107.5', ask: '107.7' }
    await clock.advance(2 * STEP)
    expect(storyOf(updates)).toEqual(['fill 5 @ 107.5'])
  })

  it('with another trail begins anew at the market', async () => {
    const { broker, place, clock } = await connectWithPrices()
    await place('1', { type: 'trailing_stop', side: 'sell', quantity: '5', trailAmount: '2' })
    const order = makeApprovedOrder({ clientOrderId: '1' })
    expect(await broker.replace(makeApprovedReplacement(order, '2', { trailAmount: '1' }))).toMatchObject({ kind: 'accepted' })
    await clock.advance(STEP)
    expect(broker.orders()[0]?.stopPrice).toBe('98.9')
  })
})

describe('an order by money', () => {
  it('buys the lots it pays for, says when it is complete, and shows no quantity', async () => {
    const { broker, place, updates } = await connectWithPrices()
    expect(broker.capabilities.notional).toBe(true)
    await place('1', { type: 'market', notional: '1000' })
    expect(storyOf(updates)).toEqual(['accepted', 'fill 9.990009 @ 100.1'])
    expect(updates.at(-1)).toMatchObject({ kind: 'fill', complete: true })
    expect(broker.orders()[0]).toMatchObject({ status: 'filled', quantity: undefined, notional: '1000', filledQuantity: '9.990009' })
  })

  it('in parts says so with the last one only, and binds its money until then', async () => {
    const { broker, place, updates, clock } = await connectWithPrices({ partialFills: 1, fillDelay: [10, 10], cash: '1500' })
    await place('1', { type: 'market', notional: '1000' })
    expect(await place('2', { type: 'market', notional: '600' })).toMatchObject({ kind: 'refused', code: 'INSUFFICIENT_BUYING_POWER' })
    await clock.advance(1000)
    const fills = updates.filter((update) => update.kind === 'fill')
    expect(fills.length).toBeGreaterThan(1)
    expect(fills.map(({ complete = false }) => complete)).toEqual([...fills.slice(1).map(() => false), true])
    expect(Number(broker.orders()[0]?.filledQuantity)).toBeCloseTo(9.99, 2)
  })

  it('is not taken where quantities are whole, and not changed', async () => {
    const whole = await connectWithPrices({ fractional: false })
    expect([whole.broker.capabilities.notional, await whole.place('1', { type: 'market', notional: '1000' })]).toMatchObject([false, { code: 'NOTIONAL_UNSUPPORTED' }])
    const { broker, place } = await connectWithPrices()
    await place('1', { type: 'limit', limitPrice: '90', notional: '1000' })
    const order = makeApprovedOrder({ clientOrderId: '1' })
    expect(await broker.replace(makeApprovedReplacement(order, '2', { limitPrice: '91' }))).toMatchObject({ code: 'NOTIONAL_UNSUPPORTED' })
  })
})

describe('an order for an auction', () => {
  it.each([['opg', '2026-01-06T00:00:00Z'], ['cls', '2026-01-05T23:59:59.750Z']] as const)('%s trades at %s', async (timeInForce, at) => {
    const { broker, place, updates, clock } = await connectWithPrices()
    await place('1', { type: 'market', quantity: '5', timeInForce })
    await clock.advance(60_000)
    expect(broker.orders()[0]?.status).toBe('new')
    await clock.advance(86_400_000)
    expect(storyOf(updates)).toEqual(['accepted', 'fill 5 @ 100.1'])
    expect(toIso(Date.parse(broker.executions()[0]?.time ?? ''))).toBe(toIso(Date.parse(at)))
  })

  it('ends where its limit is not reached', async () => {
    const { place, updates, clock } = await connectWithPrices()
    await place('1', { type: 'limit', limitPrice: '90', quantity: '5', timeInForce: 'opg' })
    await clock.advance(86_400_000)
    expect(storyOf(updates)).toEqual(['accepted', 'canceled'])
  })
})

it('an exit that fills in part leaves the other one the rest', async () => {
  const { broker, place, updates, clock, setPrices } = await connectWithPrices({ partialFills: 1, fillDelay: [100, 100] })
  await place('1', { type: 'market', quantity: '10', orderClass: 'bracket', takeProfit: { limitPrice: '110' }, stopLoss: { stopPrice: '95' } })
  await clock.advance(3000)
  setPrices('111', '111.2')
  await clock.advance(3000)
  const profit = broker.orders().find(({ leg }) => leg?.role === 'take_profit')
  const loss = broker.orders().find(({ leg }) => leg?.role === 'stop_loss')
  expect([profit?.status, loss?.status]).toEqual(['filled', 'canceled'])
  const shrunk = updates.flatMap((update) => (update.kind === 'replaced' ? [Number(update.changes.quantity)] : []))
  expect(shrunk.length).toBeGreaterThan(0)
  expect(shrunk).toEqual(shrunk.toSorted((left, right) => right - left))
  expect(Number(loss?.quantity)).toBe(shrunk.at(-1))
  expect((await broker.snapshot()).positions).toMatchObject({ value: [] })
})
