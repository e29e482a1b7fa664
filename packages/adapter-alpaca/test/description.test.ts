// Every kind of order, and every answer of the fake, as Alpaca describes them. What the description itself has wrong is excepted by name.
import type { OrderTerms } from '@sluice/core'
import { makeApprovedOrder } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import type { FakeExchangeRecord } from '../src/testing/index.ts'
import { openAlpaca } from './open-alpaca.ts'
import { exceptionOf, missingDescription, openDescription } from './published-description.ts'

const exits = { takeProfit: { limitPrice: '120' }, stopLoss: { stopPrice: '90', limitPrice: '89.5' } } as const
const KINDS: Readonly<Record<string, Partial<OrderTerms>>> = {
  market: { type: 'market' }, limit: { limitPrice: '100' }, stop: { type: 'stop', stopPrice: '200' }, stopLimit: { type: 'stop_limit', stopPrice: '200', limitPrice: '201' },
  trail: { type: 'trailing_stop', trailPercent: '1.5', timeInForce: 'gtc' }, opening: { limitPrice: '100', timeInForce: 'opg' }, late: { limitPrice: '100', extendedHours: true },
  parts: { quantity: '0.25', limitPrice: '100' }, money: { type: 'market', notional: '50.25' }, short: { symbol: 'NVDA', side: 'sell_short', limitPrice: '500' },
  bracket: { limitPrice: '100', orderClass: 'bracket', ...exits }, oto: { limitPrice: '100', orderClass: 'oto', takeProfit: exits.takeProfit },
  coin: { symbol: 'BTC/USD', timeInForce: 'gtc', quantity: '0.01', limitPrice: '50000' }, option: { symbol: 'AAPL260116C00190000', quantity: '2', limitPrice: '4' },
}

test('every kind of order is accepted, and every answer is as Alpaca describes it', async ({ skip }) => {
  const records: FakeExchangeRecord[] = []
  const { adapter, fake } = await openAlpaca({}, { observe: (record) => { records.push(record) } })
  for (const [name, terms] of Object.entries(KINDS)) {
    // makeTerms gives every order a quantity.
    const order = makeApprovedOrder({ clientOrderId: name, terms })
    expect(await adapter.submit(order), name).toMatchObject({ kind: 'accepted' })
  }
  const headers = { 'APCA-API-KEY-ID': fake.keyId, 'APCA-API-SECRET-KEY': fake.secretKey }
  const ask = (method: string, path: string, body?: object): Promise<Response> => fetch(fake.url + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  await expect.poll(() => fake.oracle.position('AAPL') > 0n).toBe(true)
  await adapter.snapshot()
  for (const symbol of ['AAPL', 'BTC/USD', 'AAPL260116C00190000', 'NOPE']) await adapter.reference.instrument(symbol)
  await adapter.reference.session('AAPL', Date.now())
  for (const path of ['/v2/orders?status=all&nested=true', '/v2/positions/AAPL', '/v2/account/activities', '/v2/clock', '/v2/assets', '/v2/assets/BTC%2FUSD']) await ask('GET', path)
  await ask('PATCH', '/v2/account/configurations', { no_shorting: true })
  fake.account.addActivity({ type: 'DIV', netAmount: '1.02', symbol: 'AAPL', quantity: '2', perShare: '0.51', subType: 'CDIV' })
  for (const path of ['/v2/account/activities/DIV', '/v2/account/activities?category=non_trade_activity', '/v2/calendar?start=2026-01-01&end=2026-12-31', '/v2/account/configurations']) await ask('GET', path)
  const legs = [{ symbol: 'AAPL260116C00190000', ratio_qty: '1', side: 'buy', position_intent: 'buy_to_open' }, { symbol: 'AAPL260116C00200000', ratio_qty: '1', side: 'sell', position_intent: 'sell_to_open' }]
  await ask('POST', '/v2/orders', { order_class: 'mleg', qty: '1', type: 'limit', limit_price: '5', time_in_force: 'day', legs })
  await ask('DELETE', '/v2/orders')
  await ask('DELETE', '/v2/positions?cancel_orders=true')
  expect(new Set(records.map(({ method, path }) => `${method} ${path}`)).size).toBeGreaterThan(16)
  if (missingDescription !== undefined) skip(missingDescription)
  const { problemsOf } = openDescription()
  const problems = records.filter(({ carriedOut }) => carriedOut).flatMap(problemsOf)
  expect(problems.filter((problem) => exceptionOf(problem) === undefined)).toEqual([])
  expect(new Set(problems.map(exceptionOf))).toEqual(new Set(['the exchange of coins', 'the multi-leg example']))
})

test('the published example of a multi-leg order breaks its own description, in the ways that are excepted by name and in no other', ({ skip }) => {
  if (missingDescription !== undefined) skip(missingDescription)
  const { exampleOf, problemsOf } = openDescription()
  const answer = exampleOf('MultilegOptionsOrderResponse')
  const problems = problemsOf({ method: 'POST', path: '/v2/orders', query: '', requestBody: undefined, status: 200, responseBody: answer })
  expect(problems.length).toBeGreaterThan(5)
  expect(problems.filter((problem) => exceptionOf(problem) !== 'the multi-leg example')).toEqual([])
  for (const name of ['EquityOrderResponse', 'CryptoOrderResponse', 'OptionOrderResponse']) {
    expect(problemsOf({ method: 'POST', path: '/v2/orders', query: '', requestBody: undefined, status: 200, responseBody: exampleOf(name) }), name).toEqual([])
  }
})

test('the check itself finds what is wrong', ({ skip }) => {
  if (missingDescription !== undefined) skip(missingDescription)
  const { problemsOf } = openDescription()
  const record = { method: 'POST', path: '/v2/orders', query: '?colour=red', status: 200, requestBody: { symbol: 'AAPL', qty: 10, type: 'limit', time_in_force: 'soon' }, responseBody: { id: 'x', notional: null, type: 'limit', time_in_force: 'day' } }
  expect(problemsOf(record)).toEqual([
    'POST /v2/orders has no parameter colour', 'POST /v2/orders request.qty is integer, not string', 'POST /v2/orders request.time_in_force is "soon", not one of day gtc opg cls ioc fok',
    'POST /v2/orders 200.id is no uuid: x',
  ])
  expect(problemsOf({ ...record, path: '/v2/nothing' })).toEqual(['POST /v2/nothing is not described'])
})
