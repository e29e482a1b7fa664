// msw for the mapping of requests alone. It is not used for the stream: it answers the upgrade of the `ws` package and then lets no
// frame across, and it cannot model resets, half-open lines or bodies that end in the middle; nor for our own transport, because its
// sockets connect only once a request is written, and ours writes only once connected.
import { type OrderTerms, systemClock } from '@sluice/core'
import { makeApprovedOrder, makeApprovedReplacement, makeTerms } from '@sluice/core/testing'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { resolveOptions } from '../src/options.ts'
import { toPatchOrder, toPostOrder } from '../src/orders/map-order.ts'
import { createRestClient } from '../src/rest/rest-client.ts'
import { type AlpacaTransport, TransportError } from '../src/rest/transport.ts'
import { recordExchange } from './recorded-fake.ts'

const server = setupServer()
beforeAll(() => { server.listen({ onUnhandledFrame: 'error' }) })
afterEach(() => { server.resetHandlers() })
afterAll(() => { server.close() })

const BASE = 'https://paper-api.alpaca.markets'
const transport: AlpacaTransport = {
  send: ({ url, method, headers, body = null, permit, signal }) => {
    if (permit !== undefined && !permit()) return Promise.reject(new TransportError('NOT_PERMITTED', 'not permitted'))
    const { pathname, search } = new URL(url)
    recordExchange({ method, path: decodeURI(pathname), query: search, requestBody: body === null ? undefined : JSON.parse(body), carriedOut: false, status: 0, responseBody: undefined })
    return fetch(url, { method, headers, body, signal })
  },
  close: () => undefined,
}
const rest = createRestClient(resolveOptions({ environment: 'paper', keyId: 'PKZQCANARY', secretKey: 'zqcanary-alpaca-secret', transport }), systemClock)
const answer = { id: '11111111-1111-4111-8111-111111111111', client_order_id: 'a', status: 'new' }

async function posted(terms: Partial<OrderTerms>): Promise<unknown> {
  let body: unknown
  server.use(http.post(`${BASE}/v2/orders`, async ({ request }) => { body = await request.json(); return HttpResponse.json(answer) }))
  const result = await rest.postOrder(toPostOrder(makeApprovedOrder({ clientOrderId: 'a', terms: makeTerms(terms) })), () => true)
  expect(result.kind).toBe('answer')
  return body
}

test('credentials go in their two headers', async () => {
  let headers: Headers | undefined
  server.use(http.get(`${BASE}/v2/account`, ({ request }) => { headers = request.headers; return HttpResponse.json({}) }))
  await rest.account()
  expect([headers?.get('apca-api-key-id'), headers?.get('apca-api-secret-key'), headers?.get('authorization')]).toEqual(['PKZQCANARY', 'zqcanary-alpaca-secret', null])
})

test('a limit order has our decimal strings, and nothing that was not said', async () => {
  expect(await posted({ quantity: '0.1', limitPrice: '187.5' })).toEqual({
    symbol: 'AAPL', side: 'buy', type: 'limit', qty: '0.1', limit_price: '187.5', time_in_force: 'day', client_order_id: 'a',
  })
})

test('a short sale is a sell', async () => {
  expect(await posted({ side: 'sell_short' })).toMatchObject({ side: 'sell', qty: '10' })
})

test('an order by money has no quantity', async () => {
  const body = await posted({ type: 'market', notional: '250.5' })
  expect(body).toMatchObject({ notional: '250.5' })
  expect(body).not.toHaveProperty('qty')
})

test('a stop limit after hours, and a trailing stop', async () => {
  expect(await posted({ type: 'stop_limit', stopPrice: '190', limitPrice: '191', extendedHours: true })).toMatchObject({ type: 'stop_limit', stop_price: '190', limit_price: '191', extended_hours: true })
  expect(await posted({ type: 'trailing_stop', trailPercent: '1.5', timeInForce: 'gtc' })).toMatchObject({ type: 'trailing_stop', trail_percent: '1.5', time_in_force: 'gtc' })
})

test('a bracket brings its exits, an OCO its limit as takeProfit alone', async () => {
  const exits = { takeProfit: { limitPrice: '200' }, stopLoss: { stopPrice: '180', limitPrice: '179.5' } }
  expect(await posted({ orderClass: 'bracket', ...exits })).toMatchObject({ order_class: 'bracket', limit_price: '187.5', take_profit: { limit_price: '200' }, stop_loss: { stop_price: '180', limit_price: '179.5' } })
  const oco = await posted({ orderClass: 'oco', side: 'sell', limitPrice: '200', ...exits })
  expect(oco).toMatchObject({ order_class: 'oco', type: 'limit', take_profit: { limit_price: '200' } })
  expect(oco).not.toHaveProperty('limit_price')
})

test('a replace has the new id and the changes alone', async () => {
  let body: unknown
  server.use(http.patch(`${BASE}/v2/orders/o-1`, async ({ request }) => { body = await request.json(); return HttpResponse.json(answer) }))
  const order = makeApprovedOrder({ clientOrderId: 'a' })
  const { changes, clientOrderId } = makeApprovedReplacement(order, 'o-1', { limitPrice: '188', quantity: '12' }, { clientOrderId: 'b' })
  await rest.patchOrder('o-1', toPatchOrder(clientOrderId, changes), () => true)
  expect(body).toEqual({ client_order_id: 'b', limit_price: '188', qty: '12' })
})

test('look-ups, lists and activities ask as they are described', async () => {
  const asked: string[] = []
  server.use(http.all(`${BASE}/*`, ({ request }) => { asked.push(request.url.slice(BASE.length)); return HttpResponse.json([]) }))
  await rest.orderByClientId('a b')
  await rest.openOrders('o-9')
  await rest.fills('2026-01-05T14:30:00.000Z', 'token::1')
  expect(asked).toEqual([
    '/v2/orders:by_client_order_id?client_order_id=a%20b', '/v2/orders?status=open&limit=500&direction=asc&nested=false&after_order_id=o-9',
    '/v2/account/activities/FILL?after=2026-01-05T14%3A30%3A00.000Z&direction=asc&page_size=100&page_token=token%3A%3A1',
  ])
})

test('a permit that says no leaves nothing on the wire', async () => {
  let requests = 0
  server.use(http.post(`${BASE}/v2/orders`, () => { requests += 1; return HttpResponse.json(answer) }))
  const result = await rest.postOrder(toPostOrder(makeApprovedOrder()), () => false)
  expect(result).toMatchObject({ kind: 'not_sent', retryable: true })
  expect(requests).toBe(0)
})
