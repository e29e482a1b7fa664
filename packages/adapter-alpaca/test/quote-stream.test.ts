import type { Quote } from '@sluice/core'
import { expect, test } from 'vitest'
import { type OpenAlpaca, openAlpaca } from './open-alpaca.ts'

/** Polls so rarely that what comes in time was streamed. */
const STREAMED = { quotes: 'stream', quoteInterval: 60_000, quoteConflation: 5 } as const

function watch({ adapter }: OpenAlpaca, symbols: readonly string[]): { readonly quotes: Quote[]; readonly stop: () => void } {
  const stop = new AbortController()
  const quotes: Quote[] = []
  adapter.marketData.watch(symbols, (quote) => { quotes.push(quote) }, stop.signal)
  return { quotes, stop: () => { stop.abort() } }
}

const bids = (quotes: readonly Quote[]): string[] => quotes.map(({ symbol, bid }) => `${symbol} ${bid}`)

test('shares and coins are streamed from their own places, options are asked for', async () => {
  const open = await openAlpaca(STREAMED)
  const { quotes } = watch(open, ['AAPL', 'BTC/USD', 'AAPL260116C00190000'])
  await expect.poll(() => open.fake.quotes.subscribed().toSorted()).toEqual(['AAPL', 'BTC/USD'])
  open.fake.market.setPrice('AAPL', '190.25')
  open.fake.market.setPrice('BTC/USD', '65000')
  await expect.poll(() => bids(quotes)).toEqual(expect.arrayContaining(['AAPL 190.25', 'BTC/USD 65000', 'AAPL260116C00190000 4.2']))
})

test('the first price comes by REST: a quiet symbol is not quoted by the stream for long', async () => {
  const open = await openAlpaca(STREAMED)
  const { quotes } = watch(open, ['AAPL'])
  await expect.poll(() => bids(quotes)).toEqual(['AAPL 187.5'])
})

test('many quotes of one moment are passed on as the latest one', async () => {
  const open = await openAlpaca({ ...STREAMED, quoteConflation: 30 })
  const { quotes } = watch(open, ['AAPL'])
  await expect.poll(() => open.fake.quotes.subscribed()).toEqual(['AAPL'])
  for (let cents = 1; cents <= 50; cents += 1) open.fake.market.setPrice('AAPL', `190.${String(cents).padStart(2, '0')}`)
  await expect.poll(() => bids(quotes)).toContain('AAPL 190.5')
  expect(quotes.length).toBeLessThan(10)
})

test('a lost stream is opened again and subscribed again; meanwhile quotes are asked for', async () => {
  const open = await openAlpaca({ ...STREAMED, quoteInterval: 20, firstRetry: 1000, longestRetry: 1000 })
  const { quotes } = watch(open, ['AAPL'])
  await expect.poll(() => open.fake.quotes.subscribed()).toEqual(['AAPL'])
  open.fake.quotes.drop()
  await expect.poll(() => open.fake.quotes.subscribed()).toEqual([])
  const before = quotes.length
  await expect.poll(() => quotes.length).toBeGreaterThan(before)
  await expect.poll(() => open.fake.quotes.subscribed()).toEqual(['AAPL'])
  expect(open.fake.quotes.attempts()).toBe(2)
})

test.each(['connection_limit', 'unauthorized', 'no_subscription'] as const)('after %s the place is left alone for long, and quotes are asked for', async (fault) => {
  const open = await openAlpaca({ ...STREAMED, quoteInterval: 20, refusedRetry: 60_000 }, {})
  open.fake.quotes.onConnect(fault)
  const { quotes } = watch(open, ['AAPL'])
  await expect.poll(() => quotes.length).toBeGreaterThan(2)
  expect(open.fake.quotes.attempts()).toBe(1)
})

test('a stream that never authorises is given up by its watchdog and tried again', async () => {
  const open = await openAlpaca({ ...STREAMED, handshakeTimeout: 100 })
  open.fake.quotes.onConnect('silent')
  watch(open, ['AAPL'])
  await expect.poll(() => open.fake.quotes.subscribed()).toEqual(['AAPL'])
  expect(open.fake.quotes.attempts()).toBeGreaterThan(1)
})

test('two watchers share one subscription, and the last one to leave ends the connection', async () => {
  const open = await openAlpaca(STREAMED)
  const [first, second] = [watch(open, ['AAPL']), watch(open, ['AAPL', 'MSFT'])]
  await expect.poll(() => open.fake.quotes.subscribed().toSorted()).toEqual(['AAPL', 'MSFT'])
  second.stop()
  await expect.poll(() => open.fake.quotes.subscribed()).toEqual(['AAPL'])
  open.fake.market.setPrice('AAPL', '191')
  await expect.poll(() => bids(first.quotes)).toContain('AAPL 191')
  expect(bids(second.quotes)).not.toContain('AAPL 191')
  first.stop()
  await expect.poll(() => open.fake.quotes.subscribed()).toEqual([])
  expect(open.fake.quotes.attempts()).toBe(1)
})

test('what is no quote is left out: empty sides, damaged text, symbols nobody watches; tiny prices are read exactly', async () => {
  const open = await openAlpaca(STREAMED)
  const { quotes } = watch(open, ['AAPL', 'BTC/USD'])
  await expect.poll(() => open.fake.quotes.subscribed()).toHaveLength(2)
  await expect.poll(() => quotes.length).toBe(2)
  for (const text of ['{', 'null', '[{"T":"q","S":"AAPL","bp":0,"ap":1,"t":"2026-01-05T15:00:00Z"}]', '[{"T":"q","S":"MSFT","bp":1,"ap":1,"t":"2026-01-05T15:00:00Z"}]', '[{"T":"q","S":"AAPL","bp":"x","ap":1}]']) {
    open.fake.quotes.send(text)
  }
  open.fake.quotes.send('[{"T":"q","S":"BTC/USD","bp":1e-7,"ap":2.5e-7,"t":"2026-01-05T15:00:00Z"}]')
  await expect.poll(() => quotes.length).toBe(3)
  expect(quotes.at(-1)).toEqual({ symbol: 'BTC/USD', bid: '0.0000001', ask: '0.00000025', time: '2026-01-05T15:00:00Z' })
})

test('by default quotes are only asked for: the one place on the stream is the host’s', async () => {
  const open = await openAlpaca({ quoteInterval: 20 })
  const { quotes } = watch(open, ['AAPL'])
  await expect.poll(() => quotes.length).toBeGreaterThan(2)
  expect(open.fake.quotes.attempts()).toBe(0)
})
