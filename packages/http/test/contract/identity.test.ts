import { createVirtualClock } from '@sluice/core/testing'
import { describe, expect, test } from 'vitest'
import { hosts } from '../support/hosts.ts'
import { openApi } from '../support/open-api.ts'
import { authenticate } from '../support/principals.ts'
import { assertProblem, BASE, resting, send } from '../support/requests.ts'

const never = (): Promise<never> => new Promise(() => undefined)

describe.each(hosts)('over $name', (host) => {
  test('a hook that throws is 503, not nobody: the reason goes to the log alone', async () => {
    const lines: string[] = []
    const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (what: string, detail?: unknown) => { lines.push(`${what} ${JSON.stringify(detail)}`) } }
    const { mounted } = await openApi(host, [], { logger, authenticate: () => { throw new Error('session store at /secret') } })
    const response = await send(mounted, 'GET', '/orders')
    expect(response.headers.get('Retry-After')).toBe('1')
    const problem = await assertProblem(response, 503, 'AUTHENTICATION_UNAVAILABLE')
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(lines.join()).toContain('session store at /secret')
  })

  test('a hook that is silent for its time is 503', async () => {
    const { mounted } = await openApi(host, [], { authenticate: never, authenticateTimeout: 20 })
    await assertProblem(await send(mounted, 'GET', '/orders'), 503, 'AUTHENTICATION_UNAVAILABLE')
  })

  test.each([undefined, {}, { id: '', accounts: '*' }, { id: 'x' }, { id: 'x', accounts: 'main' }, { id: 'x', accounts: [1] }, { id: 'x', accounts: '*', rights: 'read' }, 'alice', true])('a hook that returns %j lets nobody in', async (value) => {
    const { mounted, service } = await openApi(host, [], { authenticate: () => value as unknown as null })
    expect([401, 503]).toContain((await send(mounted, 'POST', '/order', resting, { key: 'k1' })).status)
    expect(await service.listOrders()).toEqual([])
  })

  test('a key is its principal\'s: the same order under the key of a colleague is neither theirs nor sent again', async () => {
    const { mounted, broker } = await openApi(host)
    expect((await send(mounted, 'POST', '/order', resting, { key: 'k1' })).status).toBe(201)
    const taken = await send(mounted, 'POST', '/order', resting, { key: 'k1', as: 'trader' })
    expect(taken.headers.get('Idempotency-Replayed')).toBeNull()
    await assertProblem(taken, 422, 'IDEMPOTENCY_CONFLICT')
    // In an account of its own the same key is another one.
    expect((await send(mounted, 'POST', '/order', { ...resting, account: 'other' }, { key: 'k1', as: 'bob' })).status).toBe(201)
    expect(broker.orders()).toHaveLength(1)
  })

  test('a hook sees method, address and headers as they were sent', async () => {
    const seen: unknown[] = []
    const { mounted } = await openApi(host, [], { authenticate: (request) => {
      seen.push([request.method, new URL(request.url).pathname + new URL(request.url).search, request.headers.get('x-own'), new URL(request.url).origin === mounted.origin])
      return authenticate(request, {})
    } })
    await send(mounted, 'GET', '/orders?symbol=AAPL&limit=5', undefined, { headers: { 'X-Own': 'a, b' } })
    await send(mounted, 'DELETE', '/order/a%2Fb', undefined, { headers: { 'X-Own': 'c' } })
    expect(seen).toEqual([['GET', `${BASE}/orders?symbol=AAPL&limit=5`, 'a, b', true], ['DELETE', `${BASE}/order/a%2Fb`, 'c', true]])
  })

  test('authorize narrows, by right and by account, and never widens', async () => {
    const asked: unknown[] = []
    const { mounted, service } = await openApi(host, [], { authorize: ({ id }, { right, account }) => { asked.push([id, right, account]); return right !== 'kill' && account !== 'other' } })
    expect((await send(mounted, 'POST', '/order', resting, { key: 'k1' })).status).toBe(201)
    expect(asked).toEqual([['alice', 'trade', undefined], ['alice', 'trade', 'main']])
    await assertProblem(await send(mounted, 'POST', '/order', { ...resting, account: 'other' }, { key: 'k2', as: 'root' }), 404, 'ACCOUNT_NOT_FOUND')
    await assertProblem(await send(mounted, 'POST', '/kill-switch', { action: 'engage', reason: 'x' }, { as: 'root' }), 403, 'FORBIDDEN')
    await assertProblem(await send(mounted, 'POST', '/order', resting, { key: 'k3', as: 'reader' }), 403, 'FORBIDDEN')
    expect(await service.listOrders()).toHaveLength(1)
  })

  test.each([['throws', () => { throw new Error('x') }], ['is silent', never], ['answers with something that is no yes', () => 'yes' as unknown as boolean]])('authorize that %s lets nothing through', async (name, authorize) => {
    const { mounted, service } = await openApi(host, [], { authorize, authenticateTimeout: 20 })
    const response = await send(mounted, 'POST', '/order', resting, { key: 'k1' })
    if (name.startsWith('answers')) await assertProblem(response, 403, 'FORBIDDEN')
    else await assertProblem(response, 503, 'AUTHORIZATION_UNAVAILABLE')
    expect(await service.listOrders()).toEqual([])
  })

  test('the challenge of a 401 is the host\'s own', async () => {
    const { mounted } = await openApi(host, [], { challenge: 'Signature realm="desk"' })
    const response = await send(mounted, 'GET', '/orders', undefined, { as: 'mallory' })
    expect(response.headers.get('WWW-Authenticate')).toBe('Signature realm="desk"')
  })

  test('a form, a text and a beacon with a cookie never get to a guard', async () => {
    const { mounted, service } = await openApi(host)
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', 'text/plain;application/json']) {
      const response = await send(mounted, 'POST', '/order', JSON.stringify(resting), { key: 'k1', as: '', headers: { Cookie: 'session=zqcanary-alice', 'Sec-Fetch-Site': 'same-origin', 'Content-Type': type } })
      expect(response.status).toBe(415)
    }
    expect(await service.listOrders()).toEqual([])
  })

  test('every answer is uncached, unsniffed and tells no referrer', async () => {
    const { mounted } = await openApi(host)
    const answers = [
      await send(mounted, 'POST', '/order', resting, { key: 'k1' }), await send(mounted, 'GET', '/orders'), await send(mounted, 'GET', '/health', undefined, { as: '' }),
      await send(mounted, 'GET', '/openapi.json', undefined, { as: '' }), await send(mounted, 'GET', '/orders', undefined, { as: '' }), await send(mounted, 'GET', '/nothing'), await send(mounted, 'HEAD', '/events'),
    ]
    for (const { headers } of answers) {
      expect([headers.get('Cache-Control')?.split(',')[0], headers.get('X-Content-Type-Options'), headers.get('Referrer-Policy')]).toEqual(['no-store', 'nosniff', 'no-referrer'])
      expect(headers.get('Access-Control-Allow-Origin')).toBeNull()
    }
  })

  test('what is left of the rate is on every answer it counts, and not on those it does not', async () => {
    const { mounted } = await openApi(host)
    for (const response of [await send(mounted, 'GET', '/orders'), await send(mounted, 'GET', '/order/nothing'), await send(mounted, 'POST', '/order', resting)]) {
      expect(response.headers.get('RateLimit')).toMatch(/^"requests";r=\d+;t=\d+$/)
      expect(response.headers.get('RateLimit-Policy')).toBe('"requests";q=200;w=2')
    }
    for (const response of [await send(mounted, 'DELETE', '/order/nothing'), await send(mounted, 'GET', '/health')]) expect(response.headers.get('RateLimit')).toBeNull()
  })

  test('a full house sends away all but cancels and the kill switch', async () => {
    const held = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const { mounted, service } = await openApi(host, [], { requestLimit: 1, authenticate: async (request, environment) => {
      if (request.headers.get('x-hold') !== null) { entered.resolve(); await held.promise }
      return authenticate(request, environment)
    } })
    const order = await service.placeOrder({ ...resting, idempotencyKey: 'k0' })
    const holding = send(mounted, 'GET', '/orders', undefined, { headers: { 'X-Hold': '1' } })
    await entered.promise
    const refused = await send(mounted, 'POST', '/order', resting, { key: 'k1' })
    expect(refused.headers.get('Retry-After')).toBe('1')
    await assertProblem(refused, 503, 'OVERLOADED')
    expect((await send(mounted, 'DELETE', `/order/${order.id}`)).status).toBe(200)
    expect((await send(mounted, 'POST', '/kill-switch', { action: 'engage', reason: 'full' })).status).toBe(200)
    held.resolve()
    expect((await holding).status).toBe(200)
  })

  test('an answer that does not come in its time is 503, and what was not recorded is given up', async () => {
    const clock = createVirtualClock()
    const { mounted, service } = await openApi(host, [], { clock, handlerTimeout: 5000 })
    const entered = Promise.withResolvers<AbortSignal | undefined>()
    Object.assign(service, { placeOrder: (_: unknown, { signal }: { readonly signal?: AbortSignal }) => { entered.resolve(signal); return never() } })
    const asked = send(mounted, 'POST', '/order', resting, { key: 'k1' })
    const signal = await entered.promise
    await clock.advance(5000)
    const response = await asked
    expect(response.headers.get('Retry-After')).toBe('1')
    expect((await assertProblem(response, 503, 'TIMED_OUT')).retryable).toBe(true)
    expect(signal?.aborted).toBe(true)
  })
})
