import { maxPosition, type Order, SluiceError } from '@sluice/core'
import { describe, expect, test } from 'vitest'
import { hosts } from './support/hosts.ts'
import { openApi } from './support/open-api.ts'
import { assertProblem, resting, send } from './support/requests.ts'

const orderIn = async (response: Response): Promise<Order> => (await response.json()) as Order

/** A host may vary by more. */
const variesByOrigin = ({ headers }: Response): boolean => (headers.get('Vary') ?? '').split(',').some((name) => name.trim().toLowerCase() === 'origin')

describe.each(hosts)('over $name', (host) => {
  test('a list has pages, which its Link leads through', async () => {
    const { mounted, service } = await openApi(host)
    for (let index = 0; index < 5; index += 1) await service.placeOrder({ ...resting, account: index % 2 === 0 ? 'main' : 'other', idempotencyKey: `k${index}` })
    for (const [as, total] of [['alice', 3], ['root', 5]] as const) {
      const seen: string[] = []
      let next: string | undefined = '/orders?limit=2&symbol=AAPL'
      while (next !== undefined) {
        const response = await send(mounted, 'GET', next, undefined, { as })
        seen.push(...((await response.json()) as readonly Order[]).map(({ id }) => id))
        next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1]
        expect(next === undefined).toBe(seen.length >= total)
      }
      expect(seen).toEqual((await service.listOrders(as === 'root' ? {} : { account: 'main' })).map(({ id }) => id))
    }
    for (const cursor of ['x', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z_a b', '_']) {
      await assertProblem(await send(mounted, 'GET', `/orders?cursor=${encodeURIComponent(cursor)}`), 400, 'CURSOR_MALFORMED')
    }
  })

  test('a key says what became of it, and until when that holds; an order that comes too late is refused for good', async () => {
    const { mounted, service } = await openApi(host)
    const asked = async (idempotencyKey: string, as?: string): Promise<readonly [orders: readonly Order[], asOf: number]> => {
      const response = await send(mounted, 'GET', `/orders?idempotencyKey=${idempotencyKey}`, undefined, as === undefined ? {} : { as })
      return [(await response.json()) as readonly Order[], Date.parse(response.headers.get('As-Of') ?? '')]
    }
    const notAfter = new Date(Date.now() + 60_000).toISOString()
    const placed = await orderIn(await send(mounted, 'POST', `/order?notAfter=${notAfter}`, resting, { key: 'in-time' }))
    const [orders, asOf] = await asked('in-time')
    expect(orders.map(({ id }) => id)).toEqual([placed.id])
    expect(Math.abs(asOf - Date.now())).toBeLessThan(10_000)
    expect((await asked('in-time', 'bob'))[0]).toEqual([])
    const past = new Date(Date.now() - 1).toISOString()
    await assertProblem(await send(mounted, 'POST', `/order?notAfter=${past}`, resting, { key: 'late' }), 422, 'TOO_LATE')
    const [none, at] = await asked('late')
    expect([none, at > Date.parse(past)]).toEqual([[], true])
    expect((await send(mounted, 'POST', `/order?notAfter=${past}`, resting, { key: 'in-time' })).headers.get('Idempotency-Replayed')).toBe('true')
    expect(await service.listOrders()).toHaveLength(1)
    for (const query of ['?notAfter=tomorrow', '?notafter=x']) await assertProblem(await send(mounted, 'POST', `/order${query}`, resting, { key: 'k' }), 422, 'QUERY_INVALID')
  })

  test('cancels by filter answer for each order, and touch no other account', async () => {
    const { mounted, service } = await openApi(host)
    const ids: Record<string, string> = {}
    for (const [name, account, symbol] of [['a', 'main', 'AAPL'], ['b', 'main', 'MSFT'], ['c', 'other', 'AAPL']] as const) ids[name] = (await service.placeOrder({ ...resting, account, symbol, idempotencyKey: name })).id
    await service.killSwitch.engage({ level: 'no_new', reason: 'test' })
    const first = await send(mounted, 'DELETE', '/orders?symbol=AAPL')
    expect([first.status, await first.json()]).toEqual([200, [expect.objectContaining({ orderId: ids['a'], status: 200, order: expect.objectContaining({ status: 'canceled' }) })]])
    expect(await (await send(mounted, 'DELETE', '/orders')).json()).toEqual([expect.objectContaining({ orderId: ids['b'] })])
    expect((await service.getOrderStatus(ids['c'] ?? ''))?.status).toBe('new')
    await assertProblem(await send(mounted, 'DELETE', '/orders?account=other'), 404, 'ACCOUNT_NOT_FOUND')
    await assertProblem(await send(mounted, 'DELETE', '/orders?symbl=AAPL'), 422, 'QUERY_INVALID')
    await assertProblem(await send(mounted, 'DELETE', '/orders', undefined, { as: 'reader' }), 403, 'FORBIDDEN')
    expect(await (await send(mounted, 'DELETE', '/orders', undefined, { as: 'root' })).json()).toEqual([expect.objectContaining({ orderId: ids['c'] })])
  })

  test('one order that cannot be cancelled stops no other', async () => {
    const { mounted, service } = await openApi(host)
    const [one, two] = [await service.placeOrder({ ...resting, idempotencyKey: 'one' }), await service.placeOrder({ ...resting, idempotencyKey: 'two' })]
    const real = service.cancelOrders.bind(service)
    Object.assign(service, { cancelOrders: async (...more: Parameters<typeof real>) => (await real(...more)).map((result) =>
      (result.orderId === one.id ? { kind: 'error', orderId: one.id, error: new SluiceError('CANCEL_REFUSED', 'too late', { orderId: one.id }) } : result)) })
    const answers = await (await send(mounted, 'DELETE', '/orders')).json() as readonly { orderId: string }[]
    expect(answers.toSorted((left, right) => (left.orderId === one.id ? -1 : right.orderId === one.id ? 1 : 0))).toEqual([
      { orderId: one.id, status: 422, problem: expect.objectContaining({ code: 'CANCEL_REFUSED', status: 422 }) },
      expect.objectContaining({ orderId: two.id, status: 200 }),
    ])
  })

  test('an order tells what became of it, with what the guards read', async () => {
    const { mounted } = await openApi(host, [maxPosition({ quantity: '10' })])
    const { id } = await orderIn(await send(mounted, 'POST', '/order', resting, { key: 'k1' }))
    const events = (await (await send(mounted, 'GET', `/order/${id}/events`)).json()) as readonly { type: string; data: Record<string, unknown> }[]
    expect(events.map(({ type }) => type)).toEqual(['order_pending_new', 'order_accepted'])
    expect(events[0]?.data).toMatchObject({ orderId: id, evaluation: { decisions: expect.arrayContaining([expect.objectContaining({ guard: 'max-position', verdict: 'allow' })]), inputs: expect.any(Object) } })
  })

  test('account and guards tell what is there and what is in force', async () => {
    const { mounted } = await openApi(host, [maxPosition({ quantity: '10' })])
    const account = await (await send(mounted, 'GET', '/account')).json()
    expect(account).toMatchObject({ account: 'main', values: { currency: 'USD', buyingPower: expect.any(String) } })
    const guards = (await (await send(mounted, 'GET', '/guards')).json()) as readonly { name: string; uses: readonly { account: string }[] }[]
    expect(guards).toContainEqual(expect.objectContaining({ name: 'max-position', options: { quantity: '10' } }))
    expect(guards.flatMap(({ uses }) => uses).every((use) => use.account === 'main')).toBe(true)
    for (const path of ['/account', '/guards']) {
      for (const name of ['other', 'nowhere']) await assertProblem(await send(mounted, 'GET', `${path}?account=${name}`), 404, 'ACCOUNT_NOT_FOUND')
      await assertProblem(await send(mounted, 'GET', path, undefined, { as: 'nobodys' }), 404, 'ACCOUNT_NOT_FOUND')
      await assertProblem(await send(mounted, 'GET', path, undefined, { as: 'trader' }), 403, 'FORBIDDEN')
    }
  })

  test('health, readiness and the document are for anyone', async () => {
    const { mounted, service } = await openApi(host)
    expect(await (await send(mounted, 'GET', '/health', undefined, { as: '' })).json()).toEqual({ status: 'ok' })
    expect(await (await send(mounted, 'GET', '/ready', undefined, { as: '' })).json()).toEqual({ status: 'ready' })
    expect(await (await send(mounted, 'GET', '/openapi.json', undefined, { as: '' })).json()).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/api/v1/execution' }] })
    await service.close()
    expect((await assertProblem(await send(mounted, 'GET', '/ready', undefined, { as: '' }), 503, 'NOT_READY')).retryable).toBe(true)
    expect((await send(mounted, 'GET', '/health', undefined, { as: '' })).status).toBe(200)
  })

  test('who asks too often is told when to come back; a cancel and the kill switch never are', async () => {
    const { mounted, service } = await openApi(host, [], { requestRate: { perSecond: 0.001, burst: 3 } })
    const order = await service.placeOrder({ ...resting, idempotencyKey: 'k1' })
    const answers = []
    for (let count = 0; count < 4; count += 1) answers.push(await send(mounted, 'GET', '/positions'))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(answers[0]?.headers.get('RateLimit')).toMatch(/^"requests";r=2;t=\d+$/)
    expect(answers[0]?.headers.get('RateLimit-Policy')).toBe('"requests";q=3;w=3000')
    expect(Number(answers[3]?.headers.get('Retry-After'))).toBeGreaterThan(900)
    expect((await assertProblem(answers[3] as Response, 429, 'REQUEST_RATE_EXCEEDED')).retryable).toBe(true)
    expect((await send(mounted, 'GET', '/positions', undefined, { as: 'bob' })).status).toBe(200)
    expect((await send(mounted, 'DELETE', `/order/${order.id}`)).status).toBe(200)
    expect((await send(mounted, 'DELETE', '/orders')).status).toBe(200)
    expect((await send(mounted, 'POST', '/kill-switch', { action: 'engage', reason: 'drill' })).status).toBe(200)
  })

  test('a page of another origin is answered only where it is named, and never by reflection', async () => {
    const { mounted } = await openApi(host, [], { origins: ['https://desk.example'] })
    const ask = (origin: string, method = 'GET', headers = {}): Promise<Response> => mounted.send('/api/v1/execution/orders', { method, headers: { Authorization: 'Bearer zqcanary-alice', Origin: origin, ...headers } })
    const named = await ask('https://desk.example')
    expect([named.headers.get('Access-Control-Allow-Origin'), named.headers.get('Access-Control-Allow-Credentials'), variesByOrigin(named)]).toEqual(['https://desk.example', 'true', true])
    const question = { 'Access-Control-Request-Method': 'DELETE' }
    const allowed = await ask('https://desk.example', 'OPTIONS', question)
    expect([allowed.status, allowed.headers.get('Access-Control-Allow-Methods'), await allowed.text()]).toEqual([204, 'GET, POST, PATCH, DELETE', ''])
    for (const origin of ['null', 'https://desk.example.evil', 'https://evil.desk.example', 'http://desk.example', 'https://desk.example:444', '*', 'https://xdesk.example']) {
      for (const response of [await ask(origin), await ask(origin, 'OPTIONS', question)]) {
        expect([response.headers.get('Access-Control-Allow-Origin'), variesByOrigin(response)]).toEqual([null, true])
        await response.text()
      }
    }
    const closed = await openApi(host)
    const without = await closed.mounted.send('/api/v1/execution/orders', { headers: { Authorization: 'Bearer zqcanary-alice', Origin: 'https://desk.example' } })
    expect([without.headers.get('Access-Control-Allow-Origin'), variesByOrigin(without)]).toEqual([null, false])
  })
})
