import { createExecutionService, dailyLoss, memoryJournal, orderRequestSchema, simulatedBroker } from '@sluice/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createExecutionApi } from '../src/index.ts'
import { makeService } from './support/make-service.ts'
import { authenticate } from './support/principals.ts'
import { assertProblem, BASE, bearer, market, resting, send } from './support/requests.ts'

const mountFetch = (api: { readonly fetch: (request: Request) => Promise<Response> }) => ({
  origin: 'http://sluice.test',
  send: (path: string, init?: RequestInit) => api.fetch(new Request(`http://sluice.test${path}`, init)),
  close: async () => undefined,
})

test('once the session has lost its limit, only orders that reduce pass', async () => {
  const price = { now: '100.00' }
  const broker = simulatedBroker({ latency: [0, 0], interval: 1, quotes: () => ({ bid: price.now, ask: price.now }) })
  const service = await createExecutionService({ broker, journal: memoryJournal(), guards: [dailyLoss({ loss: '500' })] })
  const mounted = mountFetch(createExecutionApi({ service, authenticate }))
  expect((await send(mounted, 'POST', '/order', { ...market, quantity: '10' }, { key: 'k1' })).status).toBe(201)
  price.now = '40.00'
  await expect.poll(async () => {
    await send(mounted, 'POST', '/preflight', market)
    return service.killSwitch.status().engaged.map(({ level }) => level)
  }).toEqual(['reduce_only'])
  await assertProblem(await send(mounted, 'POST', '/order', market, { key: 'k2' }), 422, 'KILL_SWITCH_REDUCE_ONLY')
  expect((await send(mounted, 'POST', '/order', { ...market, side: 'sell', quantity: '10' }, { key: 'k3' })).status).toBe(201)
  await service.close()
})

test('a broker that rejects is 422 with its code and the order', async () => {
  const service = await createExecutionService({ broker: simulatedBroker({ latency: [0, 0], rejects: 1 }), journal: memoryJournal() })
  const mounted = mountFetch(createExecutionApi({ service, authenticate }))
  const problem = await assertProblem(await send(mounted, 'POST', '/order', market, { key: 'k1' }), 422, 'SIMULATED_REJECT')
  expect(problem).toMatchObject({ type: 'urn:sluice:problem:order-rejected', order: { status: 'rejected', id: problem.orderId } })
  await service.close()
})

test('an order whose outcome is open is 202, and a cancel of it too', async () => {
  const { service } = await makeService()
  const placed = await service.placeOrder({ ...resting, idempotencyKey: 'k1' })
  const unknown = { ...placed, status: 'unknown' } as const
  const mounted = mountFetch(createExecutionApi({
    service: { ...service, placeOrder: async () => unknown, cancelOrder: async () => unknown, replaceOrder: async () => ({ ...placed, status: 'pending_replace' }) }, authenticate,
  }))
  const statuses = [
    await send(mounted, 'POST', '/order', resting, { key: 'k1' }), await send(mounted, 'DELETE', `/order/${placed.id}`), await send(mounted, 'PATCH', `/order/${placed.id}`, { quantity: '2' }, { headers: { 'If-Match': '*' } }),
  ].map(({ status }) => status)
  expect(statuses).toEqual([202, 202, 202])
  await service.close()
})

test('an order that changes between the look at its version and the replace is not replaced', async () => {
  const { service } = await makeService()
  const seen = await service.placeOrder({ ...resting, idempotencyKey: 'k1' })
  await service.replaceOrder(seen.id, { quantity: '2' })
  const mounted = mountFetch(createExecutionApi({ service: { ...service, getOrderStatus: async () => seen }, authenticate }))
  const late = await send(mounted, 'PATCH', `/order/${seen.id}`, { quantity: '3' }, { headers: { 'If-Match': `"v${seen.version}"` } })
  await assertProblem(late, 412, 'VERSION_CONFLICT')
  expect((await service.getOrderStatus(seen.id))?.quantity).toBe('2')
  await service.close()
})

test('lists hold nothing of accounts that authorize hides, also from who may use all', async () => {
  const { service } = await makeService()
  for (const account of ['main', 'other']) await service.placeOrder({ ...market, account, idempotencyKey: 'k1' })
  const mounted = mountFetch(createExecutionApi({ service, authenticate, authorize: (_, { account }) => account !== 'other' }))
  for (const path of ['/orders', '/positions']) {
    expect(await (await send(mounted, 'GET', path, undefined, { as: 'root' })).json()).toEqual([expect.objectContaining({ account: 'main' })])
    await assertProblem(await send(mounted, 'GET', `${path}?account=other`, undefined, { as: 'root' }), 404, 'ACCOUNT_NOT_FOUND')
  }
  await service.close()
})

/** Values near those of an order, and far from them. */
const value = fc.oneof(
  fc.constantFrom<unknown>('1', '0', '1.5', '1e9', -1, 1, '', null, true, 'AAPL', 'buy', 'sell', 'limit', 'market', 'stop', 'day', 'gtc', 'main', {}, [], '2027-01-01T00:00:00Z'),
  fc.string({ maxLength: 8 }), fc.double(), fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), { maxKeys: 2 }),
)
const fields = ['symbol', 'side', 'type', 'quantity', 'notional', 'limitPrice', 'stopPrice', 'timeInForce', 'account', 'strategy', 'expireAt', 'extendedHours', 'orderClass', 'takeProfit', 'stopLoss'] as const
const body = fc.oneof(
  fc.tuple(fc.constantFrom<object>(market, resting), fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 2 })).map(([base, changes]) => JSON.stringify({ ...base, ...changes })),
  fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), value).map((object) => JSON.stringify(object)),
  fc.json({ maxDepth: 3 }), fc.string(),
)

test('whatever is sent, the answer is an order that the schema allows, or a problem that blames the sender', async () => {
  const { service } = await makeService()
  const api = createExecutionApi({ service, authenticate })
  let key = 0
  await fc.assert(fc.asyncProperty(body, async (text) => {
    const response = await api.fetch(new Request(`http://x${BASE}/order`, {
      method: 'POST', body: text, headers: { ...bearer('alice'), 'Content-Type': 'application/json', 'Idempotency-Key': `k${(key += 1)}` },
    }))
    const answer = (await response.json()) as { readonly status: unknown }
    if (response.status < 300) expect(orderRequestSchema.safeParse(JSON.parse(text)).success).toBe(true)
    else {
      expect(response.status).toBeLessThan(500)
      expect(response.headers.get('Content-Type')).toBe('application/problem+json')
      expect(answer.status).toBe(response.status)
    }
  }), { numRuns: 2000 })
  await service.close()
})

test('whatever the address and the method, the answer is no failure of ours', async () => {
  const { service } = await makeService()
  const api = createExecutionApi({ service, authenticate })
  const segment = fc.oneof(fc.constantFrom('order', 'orders', 'events', 'kill-switch', 'approval', 'positions', 'preflight', '%', '%00', '..', '*', ''), fc.webSegment())
  await fc.assert(fc.asyncProperty(fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS'), fc.array(segment, { maxLength: 4 }), fc.webQueryParameters(), async (method, segments, query) => {
    const response = await api.fetch(new Request(`http://x${BASE}/${segments.join('/')}?${query}`, {
      method, headers: { ...bearer('alice'), 'Content-Type': 'application/json', 'Idempotency-Key': 'k' }, ...(!['GET', 'HEAD'].includes(method) && { body: '{}' }),
    }))
    await response.body?.cancel()
    expect(response.status).toBeLessThan(500)
  }), { numRuns: 500 })
  await service.close()
})
