import { describe, expect, it } from 'vitest'
import { parseDecimal } from '../../order/decimal.ts'
import { connectSimulated, connectWithPrices, storyOf } from '../../../test/support/connect-simulated.ts'

const QUARTER = 250

describe('a market order', () => {
  it('buys at the ask and sells at the bid', async () => {
    const { place, updates } = await connectWithPrices()
    await place('1', { type: 'market', side: 'buy' })
    await place('2', { type: 'market', side: 'sell' })
    await place('3', { type: 'market', side: 'sell_short' })
    expect(storyOf(updates)).toEqual(['accepted', 'fill 10 @ 100.1', 'accepted', 'fill 10 @ 99.9', 'accepted', 'fill 10 @ 99.9'])
  })

  it('waits its delay and takes the price of that moment', async () => {
    const { place, updates, clock, setPrices } = await connectWithPrices({ fillDelay: [300, 300] })
    await place('1', { type: 'market' })
    setPrices('101', '102')
    await clock.advance(299)
    expect(storyOf(updates)).toEqual(['accepted'])
    await clock.advance(1)
    expect(storyOf(updates)).toEqual(['accepted', 'fill 10 @ 102'])
  })
})

describe('a limit order', () => {
  it('rests until the market comes to it, and trades at the better price', async () => {
    const { place, updates, clock, setPrices } = await connectWithPrices()
    await place('1', { type: 'limit', side: 'buy', limitPrice: '100' })
    await clock.advance(10 * QUARTER)
    expect(storyOf(updates)).toEqual(['accepted'])
    setPrices('99', '99.5')
    await clock.advance(QUARTER)
    expect(storyOf(updates)).toEqual(['accepted', 'fill 10 @ 99.5'])
  })

  it('sells at the bid when that is better than the limit', async () => {
    const { place, updates } = await connectWithPrices()
    await place('1', { type: 'limit', side: 'sell', limitPrice: '99.5' })
    expect(storyOf(updates)).toEqual(['accepted', 'fill 10 @ 99.9'])
  })
})

describe('a stop order', () => {
  it('wakes when the market reaches it and then trades at the market', async () => {
    const { place, updates, clock, setPrices } = await connectWithPrices()
    await place('1', { type: 'stop', side: 'sell', stopPrice: '99' })
    await place('2', { type: 'stop', side: 'buy', stopPrice: '101' })
    await clock.advance(4 * QUARTER)
    expect(storyOf(updates)).toEqual(['accepted', 'accepted'])
    setPrices('98.7', '98.9')
    await clock.advance(QUARTER)
    setPrices('101.2', '101.4')
    await clock.advance(QUARTER)
    expect(storyOf(updates).slice(2)).toEqual(['fill 10 @ 98.7', 'fill 10 @ 101.4'])
  })

  it('with a limit stays awake and waits for the limit', async () => {
    const { place, updates, clock, setPrices } = await connectWithPrices()
    await place('1', { type: 'stop_limit', side: 'buy', stopPrice: '101', limitPrice: '101.2' })
    setPrices('101.3', '101.5')
    await clock.advance(QUARTER)
    setPrices('100.1', '100.2')
    await clock.advance(QUARTER)
    expect(storyOf(updates)).toEqual(['accepted', 'fill 10 @ 100.2'])
  })
})

describe('time in force', () => {
  it('ioc takes what it gets at once and cancels the rest', async () => {
    const { place, updates } = await connectWithPrices({ partialFills: 1 })
    await place('1', { type: 'limit', limitPrice: '100', timeInForce: 'ioc' })
    await place('2', { type: 'limit', limitPrice: '101', timeInForce: 'ioc' })
    const story = storyOf(updates)
    expect(story.slice(0, 3)).toEqual(['accepted', 'canceled', 'accepted'])
    expect(story[3]).toMatch(/^fill \d @ 100.1$/)
    expect(story[4]).toBe('canceled')
  })

  it('fok takes all or nothing', async () => {
    const { place, updates } = await connectWithPrices({ partialFills: 1 })
    await place('1', { type: 'limit', limitPrice: '100', timeInForce: 'fok' })
    await place('2', { type: 'limit', limitPrice: '101', timeInForce: 'fok' })
    expect(storyOf(updates)).toEqual(['accepted', 'canceled', 'accepted', 'fill 10 @ 100.1'])
  })

  it('day ends at midnight UTC, gtd when it says, gtc never', async () => {
    const { broker, place, updates, clock } = await connectWithPrices()
    await place('day', { limitPrice: '90' })
    await place('gtd', { limitPrice: '90', timeInForce: 'gtd', expireAt: '2026-01-05T15:00:00Z' })
    await place('gtc', { limitPrice: '90', timeInForce: 'gtc' })
    await clock.advance(30 * 60_000 - 1)
    expect(storyOf(updates)).not.toContain('expired')
    await clock.advance(1)
    expect(updates.at(-1)).toMatchObject({ kind: 'expired', clientOrderId: 'gtd' })
    await clock.advance(24 * 3_600_000)
    expect(updates.filter(({ kind }) => kind === 'expired')).toHaveLength(2)
    expect(broker.orders().map(({ status }) => status)).toEqual(['expired', 'expired', 'new'])
    expect(broker.orders()[0]?.updatedAt).toBe('2026-01-06T00:00:00.000Z')
  })
})

it('partial fills come one after another and add up to the quantity', async () => {
  const { broker, place, updates, clock } = await connectWithPrices({ partialFills: 0.9, fillDelay: [5, 30] })
  for (let number = 0; number < 20; number += 1) await place(String(number), { type: 'market', quantity: '100' })
  await clock.advance(10_000)
  const fills = updates.filter((update) => update.kind === 'fill')
  expect(fills.length).toBeGreaterThan(40)
  for (const order of broker.orders()) {
    expect(order).toMatchObject({ status: 'filled', filledQuantity: '100', averagePrice: '100.1' })
    expect(order.executions?.reduce((sum, { lastQuantity }) => sum + parseDecimal(lastQuantity), 0n)).toBe(parseDecimal('100'))
  }
})

it('works off a sleep of days without walking every step of it', async () => {
  const { place, updates, clock } = await connectSimulated({ seed: 'sleep', interval: 1, volatility: 1 })
  await place('1', { type: 'limit', limitPrice: '0.01', timeInForce: 'gtc' })
  const sleeper = createSleeper(clock)
  sleeper.sleep(30 * 86_400_000)
  // Walked step by step, two and a half milliards of them, this would not end before the test's limit.
  await place('2', { type: 'market' })
  expect(storyOf(updates).filter((line) => line.startsWith('fill'))).toHaveLength(1)
})

function createSleeper(clock: { now(): number }): { sleep(milliseconds: number): void } {
  const now = clock.now
  return { sleep: (milliseconds) => { Object.assign(clock, { now: () => now() + milliseconds }) } }
}
