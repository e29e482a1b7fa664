import { dailyLoss, defineGuard, maxPosition, messageRate, type Order, orderValue, reject, SluiceError } from '@sluice/core'
import { describe, expect, test } from 'vitest'
import { hosts } from './support/hosts.ts'
import { RIGHT_CODE } from './support/make-service.ts'
import { openApi } from './support/open-api.ts'
import { bodyOf, market, assertProblem, resting, send } from './support/requests.ts'

const orderIn = async (response: Response): Promise<Order> => (await response.json()) as Order

describe.each(hosts)('over $name', (host) => {
  test('an accepted order is 201 with its address, its version and itself', async () => {
    const { mounted, broker } = await openApi(host)
    const response = await send(mounted, 'POST', '/order', resting, { key: 'k1' })
    const order = await orderIn(response)
    expect(response.status).toBe(201)
    expect(order).toMatchObject({ symbol: 'AAPL', status: 'new', account: 'main', actor: 'alice', idempotencyKey: 'k1' })
    expect(response.headers.get('Location')).toBe(`/api/v1/execution/order/${order.id}`)
    expect(response.headers.get('ETag')).toBe(`"v${order.version}"`)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(response.headers.get('Idempotency-Replayed')).toBeNull()
    expect(broker.orders()).toHaveLength(1)
    const read = await mounted.send(response.headers.get('Location') ?? '', { headers: { Authorization: 'Bearer zqcanary-alice' } })
    expect([read.status, await read.json()]).toEqual([200, order])
  })

  test('a replay answers the same order as it stands now, and sends nothing', async () => {
    const { mounted, broker, service } = await openApi(host)
    const order = await orderIn(await send(mounted, 'POST', '/order', resting, { key: '"k1"' }))
    await service.cancelOrder(order.id)
    const replay = await send(mounted, 'POST', '/order', { ...resting, limitPrice: '100.00', idempotencyKey: 'k1' }, { key: 'k1' })
    expect([replay.status, replay.headers.get('Idempotency-Replayed')]).toEqual([201, 'true'])
    expect(await replay.json()).toMatchObject({ id: order.id, status: 'canceled' })
    expect(broker.orders()).toHaveLength(1)
  })

  test('parallel duplicates make one order, which all of them get', async () => {
    const { mounted, broker } = await openApi(host)
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(mounted, 'POST', '/order', resting, { key: 'k1' })))
    const orders = await Promise.all(answers.map((answer) => orderIn(answer)))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]))
    expect(new Set(orders.map((order) => order.id)).size).toBe(1)
    expect(answers.filter((answer) => answer.headers.get('Idempotency-Replayed') === null)).toHaveLength(1)
    expect(broker.orders()).toHaveLength(1)
  })

  test('the same key with another body is 422 with the order it stands for', async () => {
    const { mounted, broker } = await openApi(host)
    const order = await orderIn(await send(mounted, 'POST', '/order', resting, { key: 'k1' }))
    const other = await send(mounted, 'POST', '/order', { ...resting, quantity: '2' }, { key: 'k1' })
    expect(await assertProblem(other, 422, 'IDEMPOTENCY_CONFLICT')).toMatchObject({ orderId: order.id })
    await assertProblem(await send(mounted, 'POST', '/order', resting, { key: 'k1', as: 'root' }), 422, 'IDEMPOTENCY_CONFLICT')
    expect(broker.orders()).toHaveLength(1)
  })

  test('without a usable key nothing is placed', async () => {
    const { mounted, service } = await openApi(host)
    await assertProblem(await send(mounted, 'POST', '/order', resting), 400, 'IDEMPOTENCY_KEY_MISSING')
    for (const key of ['', 'two words', '"open', 'a"b', '"a", "b"', 'x'.repeat(129), '""', '"a";p=1']) {
      await assertProblem(await send(mounted, 'POST', '/order', resting, { key }), 400, 'IDEMPOTENCY_KEY_MALFORMED')
    }
    await assertProblem(await send(mounted, 'POST', '/order', { ...resting, idempotencyKey: 'k2' }, { key: 'k1' }), 422, 'IDEMPOTENCY_KEY_MISMATCH')
    expect(await service.listOrders()).toEqual([])
  })

  test('an engaged kill switch denies with 422, names the order, and its replay does too', async () => {
    const { mounted, service, broker } = await openApi(host)
    await service.killSwitch.engage({ reason: 'test' })
    for (const replayed of [null, 'true']) {
      const response = await send(mounted, 'POST', '/order', resting, { key: 'k1' })
      expect(response.headers.get('Idempotency-Replayed')).toBe(replayed)
      const problem = await assertProblem(response, 422, 'KILL_SWITCH_ENGAGED')
      expect(problem).toMatchObject({ guard: 'kill-switch', retryable: false, order: { status: 'denied', id: problem.orderId } })
    }
    expect(broker.orders()).toEqual([])
  })

  test('a position limit denies with the limit and what was seen', async () => {
    const { mounted, broker } = await openApi(host, [maxPosition({ quantity: '10' })])
    const problem = await assertProblem(await send(mounted, 'POST', '/order', { ...resting, quantity: '11' }, { key: 'k1' }), 422, 'POSITION_LIMIT_EXCEEDED')
    expect(problem).toMatchObject({ type: 'urn:sluice:problem:position-limit-exceeded', guard: 'max-position', limit: '10', observed: '11' })
    expect(broker.orders()).toEqual([])
  })

  test('an order value limit and a daily loss deny', async () => {
    const lost = defineGuard({ name: 'lost', options: null, check: () => reject('DAILY_LOSS_EXCEEDED', 'the session has lost 600', { limit: '500', observed: '600' }) })
    const { mounted } = await openApi(host, [orderValue({ reject: '150' })])
    await assertProblem(await send(mounted, 'POST', '/order', { ...resting, quantity: '2' }, { key: 'k1' }), 422, 'ORDER_VALUE_EXCEEDED')
    const second = await openApi(host, [dailyLoss({ loss: '500' }), lost])
    expect(await assertProblem(await send(second.mounted, 'POST', '/order', resting, { key: 'k1' }), 422, 'DAILY_LOSS_EXCEEDED')).toMatchObject({ limit: '500', observed: '600' })
  })

  test('the rate guard answers 429 with the time to wait; the replay is 422, because its key is spent', async () => {
    const { mounted } = await openApi(host, [messageRate({ perSecond: 0.001, burst: 1 })])
    expect((await send(mounted, 'POST', '/order', resting, { key: 'k1' })).status).toBe(201)
    const limited = await send(mounted, 'POST', '/order', resting, { key: 'k2' })
    expect(Number(limited.headers.get('Retry-After'))).toBeGreaterThan(900)
    await assertProblem(limited, 429, 'MESSAGE_RATE_EXCEEDED')
    const replay = await send(mounted, 'POST', '/order', resting, { key: 'k2' })
    expect(replay.headers.get('Retry-After')).toBeNull()
    await assertProblem(replay, 422, 'MESSAGE_RATE_EXCEEDED')
  })

  test('a number that is no plain positive decimal string is refused at its place', async () => {
    const { mounted, service } = await openApi(host)
    const hostile = ['1e9', 'NaN', '-0', ' 1 ', '0x10', '+1', '.5', '1.', '01', '1_000', '0', '', 'Infinity', '１', '9'.repeat(10_000), 5, 1e9, true, null, {}, ['1']]
    for (const quantity of hostile) {
      const problem = await assertProblem(await send(mounted, 'POST', '/order', { ...resting, quantity }, { key: 'k1' }), 422, 'ORDER_INVALID')
      expect(problem.errors).toEqual([expect.objectContaining({ pointer: '/quantity' })])
    }
    expect(await service.listOrders()).toEqual([])
  })

  test('unknown fields are refused by name, also deep down', async () => {
    const { mounted } = await openApi(host)
    const body = { ...resting, quantitty: '1', orderClass: 'oto', takeProfit: { limitPrice: '1', 'a/b': 1 } }
    const problem = await assertProblem(await send(mounted, 'POST', '/order', body, { key: 'k1' }), 422, 'ORDER_INVALID')
    expect(problem.errors?.filter(({ rule }) => rule === 'unknown_field').map(({ pointer }) => pointer).toSorted()).toEqual(['/quantitty', '/takeProfit/a~1b'])
  })

  test('a body that is no JSON object is refused', async () => {
    const { mounted } = await openApi(host)
    await assertProblem(await send(mounted, 'POST', '/order', '[]', { key: 'k1' }), 422, 'REQUEST_INVALID')
    if (!host.rawBody) return
    await assertProblem(await send(mounted, 'POST', '/order', '"text"', { key: 'k1' }), 422, 'REQUEST_INVALID')
    for (const body of ['{', '', '{"a":1,}', "{'a':1}", '\ufeff{}', 'NaN']) {
      await assertProblem(await send(mounted, 'POST', '/order', body, { key: 'k1' }), 400, 'JSON_MALFORMED')
    }
  })

  test('keys that reach prototypes are refused, and keys that appear twice', async () => {
    const { mounted, service } = await openApi(host)
    for (const key of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__']) {
      await assertProblem(await send(mounted, 'POST', '/order', `{"symbol":"AAPL","${key}":{"polluted":true}}`, { key: 'k1' }), 400, 'JSON_FORBIDDEN_KEY')
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    if (host.rawBody) {
      const twice = `${JSON.stringify(resting).slice(0, -1)},"\\u0071uantity":"1000"}`
      await assertProblem(await send(mounted, 'POST', '/order', twice, { key: 'k1' }), 400, 'JSON_DUPLICATE_KEY')
    }
    expect(await service.listOrders()).toEqual([])
  })

  test('a body over 64 KiB is 413', async () => {
    const { mounted } = await openApi(host)
    const large = { ...resting, strategy: 'x'.repeat(65_536) }
    await assertProblem(await send(mounted, 'POST', '/order', large, { key: 'k1' }), 413, 'BODY_TOO_LARGE')
  })

  test('anything but plain JSON is 415', async () => {
    const { mounted, service } = await openApi(host)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json', '', ...(host.rawBody ? ['application/json; charset=utf-16'] : [])]) {
      await assertProblem(await send(mounted, 'POST', '/order', JSON.stringify(resting), { key: 'k1', headers: { 'Content-Type': type } }), 415, 'MEDIA_TYPE_UNSUPPORTED')
    }
    expect(await service.listOrders()).toEqual([])
  })

  test('nobody gets in: 401 says how on every route', async () => {
    const { mounted } = await openApi(host)
    for (const [method, path] of [['POST', '/order'], ['GET', '/order/x'], ['DELETE', '/order/x'], ['GET', '/orders'], ['GET', '/positions'], ['GET', '/kill-switch'], ['GET', '/events']] as const) {
      for (const as of ['mallory', '']) {
        const response = await send(mounted, method, path, method === 'POST' ? resting : undefined, { as, key: 'k1' })
        expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
        await assertProblem(response, 401, 'UNAUTHENTICATED')
      }
    }
  })

  test('a foreign order cannot be told from one that never was', async () => {
    const { mounted, service } = await openApi(host)
    const order = await service.placeOrder({ ...resting, account: 'other', idempotencyKey: 'k1' })
    const attempts = [
      ['GET', '', undefined], ['DELETE', '', undefined], ['PATCH', '', { quantity: '2' }], ['POST', '/approval', { code: RIGHT_CODE }],
    ] as const
    for (const [method, suffix, body] of attempts) {
      const foreign = await send(mounted, method, `/order/${order.id}${suffix}`, body)
      const unknown = await send(mounted, method, `/order/00000000-0000-7000-8000-000000000000${suffix}`, body)
      expect([foreign.status, unknown.status]).toEqual([404, 404])
      expect([...foreign.headers.keys()]).toEqual([...unknown.headers.keys()])
      expect(await bodyOf(foreign)).toEqual(await bodyOf(unknown))
    }
    expect(await service.getOrderStatus(order.id)).toEqual(order)
  })

  test('a foreign account cannot be told from one that never was', async () => {
    const { mounted, service } = await openApi(host)
    for (const [method, path, body] of [
      ['POST', '/order', (account: string) => ({ ...resting, account })],
      ['POST', '/preflight', (account: string) => ({ ...resting, account })],
      ['GET', '/orders?account=', undefined],
      ['GET', '/positions?account=', undefined],
      ['GET', '/events?account=', undefined],
      ['GET', '/events?account=main&account=', undefined],
      ['POST', '/kill-switch', (account: string) => ({ action: 'engage', scope: `account:${account}`, reason: 'x' })],
      ['POST', '/kill-switch', (account: string) => ({ action: 'release', scope: `account:${account}`, reason: 'x', code: RIGHT_CODE })],
    ] as const) {
      const ask = (account: string): Promise<Response> => send(mounted, method, body === undefined ? path + account : path, body?.(account), { key: 'k1' })
      const [foreign, unknown] = [await ask('other'), await ask('nowhere')]
      expect([foreign.status, unknown.status]).toEqual([404, 404])
      expect(await bodyOf(foreign)).toEqual(await bodyOf(unknown))
    }
    await assertProblem(await send(mounted, 'POST', '/order', { ...resting, account: '*' }, { key: 'k1', as: 'root' }), 404, 'ACCOUNT_NOT_FOUND')
    await assertProblem(await send(mounted, 'GET', '/events?account=*', undefined, { as: 'root' }), 404, 'ACCOUNT_NOT_FOUND')
    expect(await service.listOrders()).toEqual([])
    expect(service.killSwitch.status().engaged).toEqual([])
  })

  test('lists hold the granted accounts only', async () => {
    const { mounted, service } = await openApi(host)
    for (const [account, key] of [['main', 'a'], ['other', 'b'], ['main', 'c']] as const) await service.placeOrder({ ...market, account, idempotencyKey: key })
    const keys = async (as: string, query = ''): Promise<readonly string[]> =>
      ((await (await send(mounted, 'GET', `/orders${query}`, undefined, { as })).json()) as readonly Order[]).map((order) => order.idempotencyKey).toSorted()
    expect(await keys('alice')).toEqual(['a', 'c'])
    expect(await keys('bob')).toEqual(['b'])
    expect(await keys('root')).toEqual(['a', 'b', 'c'])
    expect(await keys('root', '?account=other')).toEqual(['b'])
    expect(await keys('nobodys')).toEqual([])
    expect(await keys('alice', '?limit=1&symbol=AAPL')).toHaveLength(1)
    expect(await keys('alice', '?open=true')).toEqual([])
    expect(await keys('alice', '?status=new,filled&status=canceled')).toEqual(['a', 'c'])
    const positions = async (as: string): Promise<unknown> => (await send(mounted, 'GET', '/positions', undefined, { as })).json()
    expect(await positions('alice')).toMatchObject([{ account: 'main', symbol: 'AAPL', quantity: '2' }])
    expect(await positions('bob')).toMatchObject([{ account: 'other', quantity: '1' }])
    for (const query of ['?acount=main', '?limit=0', '?limit=1001', '?limit=ten', '?open=1', '?status=nope', '?symbol=A&symbol=B']) {
      await assertProblem(await send(mounted, 'GET', `/orders${query}`), 422, 'QUERY_INVALID')
    }
  })

  test('a right that is missing is 403', async () => {
    const { mounted, service } = await openApi(host)
    const order = await service.placeOrder({ ...resting, idempotencyKey: 'k0' })
    const attempts = [
      ['POST', '/order', resting], ['POST', '/preflight', resting], ['PATCH', `/order/${order.id}`, { quantity: '2' }], ['DELETE', `/order/${order.id}`, undefined],
      ['POST', `/order/${order.id}/approval`, { code: RIGHT_CODE }], ['POST', '/kill-switch', { action: 'engage', reason: 'x' }],
    ] as const
    for (const [method, path, body] of attempts) await assertProblem(await send(mounted, method, path, body, { as: 'reader', key: 'k1' }), 403, 'FORBIDDEN')
    await assertProblem(await send(mounted, 'GET', '/orders', undefined, { as: 'trader' }), 403, 'FORBIDDEN')
    expect((await send(mounted, 'GET', '/kill-switch', undefined, { as: 'trader' })).status).toBe(200)
    expect((await send(mounted, 'DELETE', `/order/${order.id}`, undefined, { as: 'trader' })).status).toBe(200)
  })

  test('an approval is asked for with 202, refused with 403 and the attempts left, and granted', async () => {
    const { mounted, broker } = await openApi(host)
    const response = await send(mounted, 'POST', '/order', { ...resting, quantity: '150' }, { key: 'k1' })
    const order = await orderIn(response)
    expect([response.status, order.status]).toEqual([202, 'pending_approval'])
    const path = `/order/${order.id}/approval`
    expect(await assertProblem(await send(mounted, 'POST', path, { code: 'zqcanary-wrong' }), 403, 'APPROVAL_REFUSED')).toMatchObject({ attemptsLeft: 4 })
    await assertProblem(await send(mounted, 'POST', path, { code: 123_456 }), 422, 'REQUEST_INVALID')
    await assertProblem(await send(mounted, 'POST', path, { kode: '1' }), 422, 'REQUEST_INVALID')
    expect(broker.orders()).toEqual([])
    const approved = await send(mounted, 'POST', path, { code: RIGHT_CODE })
    expect([approved.status, await approved.json()]).toEqual([200, expect.objectContaining({ id: order.id, status: 'new' })])
    await assertProblem(await send(mounted, 'POST', path, { code: RIGHT_CODE }), 409, 'ORDER_FINISHED')
  })

  test('an order is changed only as its reader saw it', async () => {
    const { mounted } = await openApi(host)
    const placed = await send(mounted, 'POST', '/order', resting, { key: 'k1' })
    const { id } = await orderIn(placed)
    const tag = placed.headers.get('ETag') ?? ''
    const change = (headers: Record<string, string>, body: unknown = { quantity: '2' }): Promise<Response> => send(mounted, 'PATCH', `/order/${id}`, body, { headers })
    for (const stale of ['"v0"', `W/${tag}`, 'v1', '""']) await assertProblem(await change({ 'If-Match': stale }), 412, 'VERSION_CONFLICT')
    const changed = await change({ 'If-Match': `"v0", ${tag}` })
    expect([changed.status, await changed.json()]).toEqual([200, expect.objectContaining({ id, quantity: '2' })])
    await assertProblem(await change({ 'If-Match': tag }), 412, 'VERSION_CONFLICT')
    expect((await change({ 'If-Match': '*' }, { quantity: '3' })).status).toBe(200)
    expect(await assertProblem(await change({}, { quantity: '4' }), 428, 'VERSION_REQUIRED')).toMatchObject({ orderId: id })
    await assertProblem(await change({ 'If-Match': '*' }, { quantity: 4 }), 422, 'ORDER_INVALID')
    await assertProblem(await change({ 'If-Match': '*' }, { side: 'sell' }), 422, 'ORDER_INVALID')
  })

  test('a replace that a guard refuses is 422 with its reason', async () => {
    const { mounted } = await openApi(host, [maxPosition({ quantity: '10' })])
    const { id } = await orderIn(await send(mounted, 'POST', '/order', resting, { key: 'k1' }))
    const problem = await assertProblem(await send(mounted, 'PATCH', `/order/${id}`, { quantity: '11' }, { headers: { 'If-Match': '*' } }), 422, 'REPLACE_DENIED')
    expect(problem.denial).toMatchObject({ code: 'POSITION_LIMIT_EXCEEDED', limit: '10', observed: '11' })
  })

  test('a cancel is answered with the order, as often as it is sent, the kill switch notwithstanding', async () => {
    const { mounted, service } = await openApi(host)
    const { id } = await orderIn(await send(mounted, 'POST', '/order', resting, { key: 'k1' }))
    await service.killSwitch.engage({ level: 'no_new', reason: 'test' })
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const response = await send(mounted, 'DELETE', `/order/${id}`)
      expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ id, status: 'canceled' })])
    }
  })

  test('preflight tells what would be, and does nothing', async () => {
    const { mounted, service } = await openApi(host, [maxPosition({ quantity: '10' })])
    const response = await send(mounted, 'POST', '/preflight', { ...resting, quantity: '11' })
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ verdict: 'reject', denial: expect.objectContaining({ code: 'POSITION_LIMIT_EXCEEDED' }) })])
    await assertProblem(await send(mounted, 'POST', '/preflight', { ...resting, quantity: '-1' }), 422, 'ORDER_INVALID')
    expect(await service.listOrders()).toEqual([])
  })

  test('the kill switch is engaged by who may, and released by a code', async () => {
    const { mounted, service } = await openApi(host)
    const post = (body: unknown, as = 'root'): Promise<Response> => send(mounted, 'POST', '/kill-switch', body, { as })
    const engaged = await post({ action: 'engage', scope: 'global', level: 'no_new', reason: 'drill' }, 'alice')
    expect([engaged.status, await engaged.json()]).toEqual([200, expect.objectContaining({ epoch: 1, durable: true, inFlight: [] })])
    const status = await send(mounted, 'GET', '/kill-switch', undefined, { as: 'bob' })
    expect(await status.json()).toMatchObject({ epoch: 1, engaged: [{ scope: 'global', level: 'no_new', reason: 'drill', actor: 'alice' }] })
    await assertProblem(await post({ action: 'release', scope: 'global', code: RIGHT_CODE, reason: 'done' }, 'alice'), 403, 'FORBIDDEN')
    await assertProblem(await post({ action: 'release', scope: 'global', code: 'zqcanary-wrong', reason: 'done' }), 403, 'APPROVAL_REFUSED')
    expect(service.killSwitch.status().engaged).toHaveLength(1)
    const released = await post({ action: 'release', scope: 'global', code: RIGHT_CODE, reason: 'done' })
    expect([released.status, await released.json()]).toEqual([200, expect.objectContaining({ engaged: [] })])
    for (const body of [{}, { action: 'stop', reason: 'x' }, { action: 'engage' }, { action: 'engage', reason: 'x', scope: 'all' }, { action: 'engage', reason: 'x', level: 'off' }, { action: 'engage', reason: 'x', code: '1' }, { action: 'release', reason: 'x', level: 'no_new' }]) {
      await assertProblem(await post(body), 422, 'REQUEST_INVALID')
    }
  })

  test('a kill switch of a foreign account is not shown', async () => {
    const { mounted, service } = await openApi(host)
    await service.killSwitch.engage({ scope: 'account:other', level: 'no_new', reason: 'theirs' })
    const engagedFor = async (as: string): Promise<unknown> => ((await (await send(mounted, 'GET', '/kill-switch', undefined, { as })).json()) as { engaged: unknown }).engaged
    expect(await engagedFor('alice')).toEqual([])
    expect(await engagedFor('bob')).toHaveLength(1)
    const order = await service.placeOrder({ ...resting, idempotencyKey: 'mine' })
    const theirs = await send(mounted, 'POST', '/kill-switch', { action: 'engage', scope: 'symbol:AAPL', reason: 'x' }, { as: 'bob' })
    expect(await theirs.json()).toMatchObject({ working: [], inFlight: [], unknown: [] })
    expect((await service.getOrderStatus(order.id))?.status).toBe('canceled')
  })

  test('addresses and methods that do not exist are problems too', async () => {
    const { mounted } = await openApi(host)
    for (const path of ['/nothing', '/order/', '/order/a/b', '/orders/', '']) await assertProblem(await send(mounted, 'GET', path), 404, 'ROUTE_NOT_FOUND')
    for (const [method, path, allow] of [['PUT', '/order', 'POST'], ['GET', '/order', 'POST'], ['POST', '/orders', 'GET, DELETE'], ['OPTIONS', '/order/x', 'GET, PATCH, DELETE']] as const) {
      const response = await send(mounted, method, path, method === 'POST' ? {} : undefined)
      expect(response.headers.get('Allow')).toBe(allow)
      await assertProblem(response, 405, 'METHOD_NOT_ALLOWED')
    }
    const head = await send(mounted, 'HEAD', '/events')
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('a cookie changes something only from a page of the same origin', async () => {
    const { mounted, service } = await openApi(host, [], { origins: ['https://desk.example'] })
    const attempt = (headers: Record<string, string>): Promise<Response> => send(mounted, 'POST', '/order', resting, { key: 'k1', as: '', headers: { Cookie: 'session=zqcanary-alice', ...headers } })
    for (const headers of [
      {}, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { Origin: 'https://evil.example' }, { Origin: 'null' },
      { Origin: `${mounted.origin}.evil.example` }, { Origin: 'https://desk.example.evil', 'Sec-Fetch-Site': 'cross-site' },
    ]) await assertProblem(await attempt(headers), 403, 'CROSS_SITE_REFUSED')
    expect(await service.listOrders()).toEqual([])
    for (const headers of [{ 'Sec-Fetch-Site': 'same-origin' }, { 'Sec-Fetch-Site': 'none' }, { Origin: mounted.origin }, { Origin: 'https://desk.example', 'Sec-Fetch-Site': 'cross-site' }]) {
      expect((await attempt(headers)).status).toBe(201)
    }
    expect((await send(mounted, 'GET', '/orders', undefined, { as: '', headers: { Cookie: 'session=zqcanary-alice' } })).status).toBe(200)
  })

  test.each([
    [new SluiceError('BUSY', 'full', { retryable: true }), 503, 'BUSY'],
    [new SluiceError('JOURNAL_FAILED', 'disk /secret/path is full', { retryable: true, orderId: 'o1' }), 503, 'JOURNAL_FAILED'],
    [new SluiceError('NOT_READY', 'recovering'), 503, 'NOT_READY'],
    [new SluiceError('CLOSED', 'closed'), 503, 'CLOSED'],
    [new Error('password=hunter2 in /secret/path'), 500, 'INTERNAL'],
  ])('%s on our side tells nothing of our side', async (error, status, code) => {
    const { mounted, service } = await openApi(host)
    Object.assign(service, { placeOrder: () => Promise.reject(error) })
    const response = await send(mounted, 'POST', '/order', resting, { key: 'k1' })
    expect(response.headers.get('Retry-After')).toBe(status === 503 ? '1' : null)
    const problem = await assertProblem(response, status, code)
    expect(problem.retryable).toBe(status === 503)
    expect(JSON.stringify(problem)).not.toMatch(/secret|hunter2/)
  })
})
