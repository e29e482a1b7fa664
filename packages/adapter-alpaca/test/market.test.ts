import { createVirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { openAlpaca } from './open-alpaca.ts'

const { signal } = new AbortController()

test('quotes of every class come from the host of market data', async () => {
  const { adapter: { marketData }, fake } = await openAlpaca()
  expect(await marketData.quote('AAPL', signal)).toMatchObject({ symbol: 'AAPL', bid: '187.5', ask: '187.5' })
  expect(await marketData.quote('BTC/USD', signal)).toMatchObject({ bid: '64000' })
  expect(await marketData.quote('AAPL260116C00190000', signal)).toMatchObject({ bid: '4.2' })
  await expect(marketData.quote('NOPE', signal)).rejects.toThrow('no quote of NOPE')
  fake.faults.add({ kind: 'answer', status: 500, path: '/v2/stocks/quotes/latest' })
  await expect(marketData.quote('AAPL', signal)).rejects.toThrow('Alpaca answered 500')
})

test('watched symbols are told again and again, until nobody listens', async () => {
  const { adapter: { marketData }, fake } = await openAlpaca({ quoteInterval: 20 })
  const stop = new AbortController()
  const seen: string[] = []
  marketData.watch(['AAPL', 'BTC/USD'], ({ symbol, bid }) => { seen.push(`${symbol} ${bid}`) }, stop.signal)
  await expect.poll(() => seen.length).toBeGreaterThan(1)
  fake.market.setPrice('AAPL', '190')
  await expect.poll(() => seen).toContain('AAPL 190')
  stop.abort()
  const { length } = seen
  await new Promise((resolve) => { setTimeout(resolve, 80) })
  expect(seen).toHaveLength(length)
})

test('an asset is an instrument, with its steps', async () => {
  const { adapter: { reference } } = await openAlpaca()
  expect(await reference.instrument('AAPL')).toMatchObject({ assetClass: 'us_equity', tradable: true, shortable: true, fractionable: true, multiplier: '1' })
  expect(await reference.instrument('BTC/USD')).toMatchObject({ assetClass: 'crypto', tickSize: '1', lotSize: '0.0001', shortable: false })
  expect(await reference.instrument('AAPL260116C00190000')).toMatchObject({ multiplier: '100', lotSize: '1', fractionable: false })
  expect(await reference.instrument('NOPE')).toBeUndefined()
})

test('what the account may not do, its instruments say', async () => {
  const shy = await openAlpaca()
  shy.fake.account.setConfiguration({ no_shorting: true, fractional_trading: false })
  expect(await shy.adapter.reference.instrument('AAPL')).toMatchObject({ tradable: true, shortable: false, fractionable: false, lotSize: '1' })
  const margin = await openAlpaca()
  margin.fake.account.setFlags({ shorting_enabled: false, options_trading_level: 0 })
  expect(await margin.adapter.reference.instrument('AAPL')).toMatchObject({ tradable: true, shortable: false })
  expect(await margin.adapter.reference.instrument('AAPL260116C00190000')).toMatchObject({ tradable: false })
  for (const flags of [{ trading_blocked: true }, { account_blocked: true }, { trade_suspended_by_user: true }, { status: 'ACCOUNT_CLOSED' }]) {
    const blocked = await openAlpaca()
    blocked.fake.account.setFlags(flags)
    expect(await blocked.adapter.reference.instrument('AAPL')).toMatchObject({ tradable: false })
  }
})

test('sessions follow the calendar of New York, in winter, in summer and over a weekend', async () => {
  const { adapter: { reference } } = await openAlpaca({}, { clock: createVirtualClock() })
  const phase = async (time: string): Promise<string> => {
    const { phase: name, since, until } = await reference.session('AAPL', Date.parse(time))
    return `${name} ${new Date(since).toISOString().slice(5, 16)} ${new Date(until).toISOString().slice(5, 16)}`
  }
  expect(await phase('2026-01-05T14:29:59Z')).toBe('pre 01-05T09:00 01-05T14:30')
  expect(await phase('2026-01-05T14:30:00Z')).toBe('open 01-05T14:30 01-05T21:00')
  expect(await phase('2026-07-06T14:00:00Z')).toBe('open 07-06T13:30 07-06T20:00')
  expect(await phase('2026-01-06T00:30:00Z')).toBe('post 01-05T21:00 01-06T01:00')
  expect(await phase('2026-01-10T12:00:00Z')).toBe('closed 01-10T01:00 01-12T09:00')
  expect((await reference.session('BTC/USD', 0)).phase).toBe('open')
})
