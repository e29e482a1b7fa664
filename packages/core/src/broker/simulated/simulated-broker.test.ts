import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectSimulated, type ConnectedBroker } from '../../../test/support/connect-simulated.ts'
import { formatDecimal, parseDecimal, parseSigned } from '../../order/decimal.ts'
import { fromIso } from '../../runtime/clock.ts'
import { createRandom } from '../../runtime/random.ts'
import { createVirtualClock, makeApprovedOrder, makeApprovedReplacement, makeCancel } from '../../testing/index.ts'
import type { AccountValues, BrokerSnapshot } from '../broker-adapter.ts'
import { simulatedBroker, type SimulatedBrokerOptions } from './simulated-broker.ts'
import { memoryStore } from './simulated-store.ts'

const SYMBOLS = ['AAPL', 'BTC/USD', 'MSFT']
const PRICES = { 'AAPL': '187.5', 'BTC/USD': '60000', 'MSFT': '400' }
const busy = (seed: string): SimulatedBrokerOptions => ({
  seed, prices: PRICES, volatility: 5, partialFills: 0.5, rejects: 0.05, latency: [0, 40], fillDelay: [0, 300], cash: '3000000',
})

/** One second of a customer who orders, cancels and replaces at random. The same seed does the same to any broker. */
async function trade({ broker, clock }: ConnectedBroker, seed: string): Promise<void> {
  const random = createRandom(seed)
  const pick = <Value>(values: readonly Value[]): Value => values[random.integer(values.length)] as Value
  for (let number = 0; number < 6; number += 1) {
    const symbol = pick(SYMBOLS) as keyof typeof PRICES
    const price = (): string => formatDecimal((parseDecimal(PRICES[symbol]) * BigInt(9_950 + random.integer(100))) / 10_000n / 10_000_000n * 10_000_000n)
    const type = pick(['market', 'limit', 'limit', 'stop', 'stop_limit'] as const)
    const order = makeApprovedOrder({
      clientOrderId: `${seed}-${number}`,
      terms: {
        symbol, side: pick(['buy', 'sell', 'sell_short'] as const), type, quantity: pick(['1', '10', '0.75', '33']),
        timeInForce: type === 'market' || type === 'limit' ? pick(['day', 'gtc', 'ioc', 'fok'] as const) : 'gtc',
        ...(type.endsWith('limit') && { limitPrice: price() }), ...(type.startsWith('stop') && { stopPrice: price() }),
      },
    })
    void broker.submit(order)
    await clock.advance(random.integer(100))
    if (random.integer(4) === 0) void broker.cancel(makeCancel(order))
    if (random.integer(4) === 0) void broker.replace(makeApprovedReplacement(order, 'unknown', { quantity: '20' }))
    await clock.advance(random.integer(60))
  }
  // Nothing is left on its way: what a dying process loses in flight is not the broker's.
  await clock.advance(100)
}

function account(snapshot: BrokerSnapshot): AccountValues {
  if (snapshot.account.status !== 'present') throw new Error('no account values')
  return snapshot.account.value
}

const seeds = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 })

describe('whatever is traded', () => {
  it('positions and cash are the sum of the executions, nothing trades worse than its limit or beyond its quantity, and money is conserved', async () => {
    await fc.assert(fc.asyncProperty(seeds, async (seed) => {
      const connected = await connectSimulated(busy(seed))
      const { broker, clock, updates } = connected
      for (let second = 0; second < 3; second += 1) await trade(connected, `${seed}-${second}`)
      const asked = broker.snapshot()
      await clock.advance(100)
      const snapshot = await asked
      const executions = snapshot.executions.status === 'present' ? snapshot.executions.value : []
      const sums = new Map<string, bigint>()
      let cash = parseDecimal('3000000') * 1_000_000_000n
      for (const { symbol, side, lastQuantity, lastPrice } of executions) {
        const change = side === 'buy' ? parseDecimal(lastQuantity) : -parseDecimal(lastQuantity)
        sums.set(symbol, (sums.get(symbol) ?? 0n) + change)
        cash -= change * parseDecimal(lastPrice)
      }
      const positions = snapshot.positions.status === 'present' ? snapshot.positions.value : []
      expect(new Map(positions.map(({ symbol, quantity }) => [symbol, parseSigned(quantity)]))).toEqual(new Map([...sums].filter(([, sum]) => sum !== 0n)))
      expect(account(snapshot).cash).toBe(formatDecimal(cash / 1_000_000_000n))
      for (const { quantity, limitPrice, side, filledQuantity, executions: own } of broker.orders()) {
        expect(own?.reduce((sum, { lastQuantity }) => sum + parseDecimal(lastQuantity), 0n)).toBe(parseDecimal(filledQuantity))
        expect(parseDecimal(filledQuantity) <= parseDecimal(quantity ?? '0')).toBe(true)
        for (const { lastPrice } of limitPrice === undefined ? [] : own ?? []) {
          const worse = parseDecimal(lastPrice) - parseDecimal(limitPrice!)
          expect(side === 'buy' ? worse <= 0n : worse >= 0n).toBe(true)
        }
      }
      const told = updates.flatMap((update) => (update.kind === 'fill' ? [update.execution] : []))
      expect(told.length).toBeGreaterThanOrEqual(executions.length)
      expect(told).toEqual(broker.executions().slice(0, told.length))
      expect(new Set(executions.map(({ executionId }) => executionId)).size).toBe(executions.length)
    }), { numRuns: 40 })
  })

  it('the price path is the same with and without orders', async () => {
    await fc.assert(fc.asyncProperty(seeds, async (seed) => {
      const follow = async (isTrading: boolean): Promise<unknown[]> => {
        const connected = await connectSimulated(busy(seed))
        const quotes: unknown[] = []
        connected.broker.marketData.watch(SYMBOLS, (quote) => { quotes.push(quote) }, new AbortController().signal)
        if (isTrading) await trade(connected, seed)
        await connected.clock.advance(1500 - connected.clock.monotonic())
        return quotes
      }
      const quotes = await follow(false)
      expect(quotes.length).toBe(7 * SYMBOLS.length)
      expect(await follow(true)).toEqual(quotes)
    }), { numRuns: 20 })
  })
})

describe('a restart', () => {
  it('changes nothing: the broker that died and came back ends like the one that lived on', async () => {
    await fc.assert(fc.asyncProperty(seeds, fc.integer({ min: 0, max: 5000 }), async (seed, dead) => {
      const run = async (dies: boolean): Promise<unknown> => {
        const store = memoryStore()
        const clock = createVirtualClock()
        const first = await connectSimulated({ ...busy(seed), store }, clock)
        await trade(first, `${seed}-1`)
        let second = first
        if (dies) {
          await first.broker.close()
          await clock.advance(dead)
          second = await connectSimulated({ ...busy(seed), store }, clock)
        } else {
          await clock.advance(dead)
        }
        await trade(second, `${seed}-2`)
        const asked = second.broker.snapshot()
        await clock.advance(100)
        return { orders: second.broker.orders(), executions: second.broker.executions(), snapshot: await asked }
      }
      expect(await run(true)).toEqual(await run(false))
    }), { numRuns: 40 })
  })

  it('keeps a stop awake that has not traded yet', async () => {
    const store = memoryStore()
    const clock = createVirtualClock()
    let prices = { bid: '99.9', ask: '100' }
    const options = { store, quotes: () => prices }
    const first = await connectSimulated(options, clock)
    await first.place('1', { type: 'stop_limit', side: 'buy', stopPrice: '101', limitPrice: '101.5' })
    prices = { bid: '101.9', ask: '102' }
    await clock.advance(250)
    await first.broker.close()
    prices = { bid: '99.9', ask: '100' }
    const second = await connectSimulated(options, clock)
    await clock.advance(250)
    expect(second.broker.executions()).toMatchObject([{ lastPrice: '100' }])
  })

  it('shows what was traded and never told, and gives fills a cursor only once that was asked for', async () => {
    const store = memoryStore()
    const clock = createVirtualClock()
    const options = { store, latency: [0, 0], fillDelay: [100, 100] } as const
    const first = await connectSimulated(options, clock)
    const before = await first.broker.snapshot()
    await first.place('1', { type: 'market' })
    await first.broker.close()
    await clock.advance(1000)
    const second = await connectSimulated(options, clock)
    expect(second.updates.map(({ kind }) => kind)).toEqual(['connection'])
    await second.place('2', { type: 'market' })
    await clock.advance(100)
    expect(second.updates.at(-1)).not.toHaveProperty('cursor')
    const after = await second.broker.snapshot(before.cursor)
    expect(after.executions).toMatchObject({ value: [{ clientOrderId: '1' }, { clientOrderId: '2' }] })
    expect(await second.broker.lookup('1')).toMatchObject({ kind: 'found', order: { status: 'filled', executions: [{ lastQuantity: '10' }] } })
    await second.place('3', { type: 'market' })
    await clock.advance(100)
    expect(second.updates.at(-1)).toMatchObject({ kind: 'fill', cursor: '3' })
    expect((await second.broker.snapshot(after.cursor)).executions).toMatchObject({ value: [{ clientOrderId: '3' }] })
  })

  it('of new books never repeats the ids of older ones', async () => {
    const clock = createVirtualClock()
    const first = await connectSimulated({}, clock)
    await first.place('1', { type: 'market' })
    await clock.advance(1)
    const second = await connectSimulated({}, clock)
    await second.place('1', { type: 'market' })
    expect(second.broker.executions()[0]?.executionId).not.toBe(first.broker.executions()[0]?.executionId)
    expect(second.broker.orders()[0]?.brokerOrderId).not.toBe(first.broker.orders()[0]?.brokerOrderId)
  })
})

it('keeps as many finished orders as it was told to, and then proves no absence', async () => {
  const store = memoryStore()
  const { broker, place } = await connectSimulated({ history: 3, store })
  await place('open', { limitPrice: '1' })
  for (let number = 0; number < 10; number += 1) await place(String(number), { type: 'market', quantity: '1' })
  expect(broker.capabilities.absence?.historyComplete).toBe(false)
  expect(broker.orders().map(({ clientOrderId }) => clientOrderId)).toEqual(['open', '7', '8', '9'])
  expect([...await store.load()].length).toBe(1 + 4 + 3 + 1)
  expect((await broker.snapshot()).positions).toMatchObject({ value: [{ quantity: '10' }] })
})

it('values positions at the middle of bid and ask', async () => {
  const { broker, place } = await connectSimulated({ quotes: () => ({ bid: '99', ask: '101' }), cash: '10000', leverage: '2' })
  await place('1', { type: 'market', side: 'buy', quantity: '10' })
  expect(account(await broker.snapshot())).toMatchObject({ cash: '8990', equity: '9990', buyingPower: '18990', currency: 'USD' })
  await place('2', { type: 'market', side: 'sell_short', quantity: '30' })
  expect((await broker.snapshot()).positions).toMatchObject({ value: [{ symbol: 'AAPL', quantity: '-20', averagePrice: '99' }] })
  expect(account(await broker.snapshot())).toMatchObject({ cash: '11960', equity: '9960' })
})

it('knows every well-formed symbol and trades around the clock', async () => {
  const { broker, clock } = await connectSimulated()
  expect(await broker.reference.instrument('AAPL')).toMatchObject({ tickSize: '0.01', lotSize: '0.000001', tradable: true })
  expect(await broker.reference.instrument('not one')).toBeUndefined()
  expect(await broker.reference.session('AAPL', clock.now())).toEqual({ phase: 'open', since: fromIso('2026-01-05T00:00:00Z'), until: fromIso('2026-01-06T00:00:00Z') })
  await expect(broker.marketData.quote('not one', new AbortController().signal)).rejects.toThrow('no price')
  expect(await broker.marketData.quote('AAPL', new AbortController().signal)).toMatchObject({ symbol: 'AAPL', time: '2026-01-05T14:30:00.000Z' })
})

it('stops watching when the signal aborts or the broker closes', async () => {
  const { broker, clock } = await connectSimulated()
  const watching = new AbortController()
  let count = 0
  broker.marketData.watch(['AAPL'], () => { count += 1 }, watching.signal)
  await clock.advance(500)
  expect(count).toBe(3)
  watching.abort()
  expect(clock.pending()).toBe(0)
  broker.marketData.watch(['AAPL'], () => { count += 1 }, new AbortController().signal)
  await broker.close()
  await clock.advance(1000)
  expect([count, clock.pending()]).toEqual([4, 0])
})

it.each([{ latency: [5, 1] }, { partialFills: 2 }, { cash: '-1' }, { interval: 0 }, { prices: { AAPL: '1.001' } }, { history: -1 }] as const)('refuses the options %o', (options) => {
  expect(() => simulatedBroker(options as SimulatedBrokerOptions)).toThrow(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }) as Error)
})
