import { describe, expect, test } from 'vitest'
import { hosts } from '../support/hosts.ts'
import { openApi } from '../support/open-api.ts'
import { openStream } from '../support/open-stream.ts'
import { assertProblem, market, resting, send } from '../support/requests.ts'

describe.each(hosts)('over $name', (host) => {
  test('events come in order, each with the cursor to resume from, under the headers of a stream', async () => {
    const { mounted, service } = await openApi(host)
    for (const key of ['a', 'b']) await service.placeOrder({ ...market, idempotencyKey: key })
    const { response, events, until, text } = await openStream(mounted)
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' })
    expect(await until(() => events().filter(({ item }) => item.type === 'order_filled').length === 2)).toBe(true)
    const own = events().filter(({ item }) => item.account === 'main')
    expect(own.map(({ item }) => item.sequence)).toEqual(own.map((_, index) => index + 1))
    for (const { id, item } of own) expect(id).toMatch(new RegExp(`^main:${item.sequence},\\*:\\d+$`))
    expect(text()).toMatch(/^retry: 1000\n\n/)
  })

  test('live events follow history without a gap', async () => {
    const { mounted, service } = await openApi(host)
    await service.placeOrder({ ...market, idempotencyKey: 'before' })
    const { events, until } = await openStream(mounted)
    const filled = (count: number) => (): boolean => events().filter(({ item }) => item.type === 'order_filled').length === count
    expect(await until(filled(1))).toBe(true)
    await service.placeOrder({ ...market, idempotencyKey: 'after' })
    expect(await until(filled(2))).toBe(true)
    const own = events().filter(({ item }) => item.account === 'main').map(({ item }) => item.sequence)
    expect(own).toEqual(own.map((_, index) => index + 1))
  })

  test.each(['header', 'after', 'number'] as const)('a stream resumes behind the cursor, given as %s', async (way) => {
    const { mounted, service } = await openApi(host)
    for (const key of ['a', 'b']) await service.placeOrder({ ...market, idempotencyKey: key })
    const [path, headers] = way === 'header' ? ['/events?account=main', { 'Last-Event-ID': 'main:3,*:1' }] as const : [`/events?account=main&after=${way === 'after' ? 'main:3,*:1' : '3'}`, {}] as const
    const { events, until } = await openStream(mounted, path, { headers })
    await until(() => events().some(({ item }) => item.account === 'main'))
    expect(events().find(({ item }) => item.account === 'main')?.item.sequence).toBe(4)
  })

  test('Last-Event-ID goes before what the address says, which a browser repeats', async () => {
    const { mounted, service } = await openApi(host)
    for (const key of ['a', 'b']) await service.placeOrder({ ...market, idempotencyKey: key })
    const { events, until } = await openStream(mounted, '/events?account=main&after=main:1', { headers: { 'Last-Event-ID': 'main:5' } })
    await until(() => events().some(({ item }) => item.account === 'main'))
    expect(events().find(({ item }) => item.account === 'main')?.item.sequence).toBe(6)
  })

  test('a cursor of another journal is answered with a reset that holds orders and positions', async () => {
    const { mounted, service } = await openApi(host)
    await service.placeOrder({ ...market, idempotencyKey: 'a' })
    const { events, until } = await openStream(mounted, '/events?account=main&after=main:999')
    await until(() => events().some(({ item }) => item.account === 'main'))
    expect(events().find(({ item }) => item.account === 'main')?.item).toMatchObject({ type: 'stream_reset', orders: expect.any(Array), positions: [expect.objectContaining({ symbol: 'AAPL' })] })
  })

  test('a cursor that is none is 400', async () => {
    const { mounted } = await openApi(host)
    for (const cursor of ['x', 'main:', 'main:-1', 'main:1,main:2', '1e3', 'main:01']) {
      await assertProblem(await send(mounted, 'GET', `/events?account=main&after=${encodeURIComponent(cursor)}`), 400, 'CURSOR_MALFORMED')
    }
    await assertProblem(await send(mounted, 'GET', '/events', undefined, { headers: { 'Last-Event-ID': 'nonsense' } }), 400, 'CURSOR_MALFORMED')
    await assertProblem(await send(mounted, 'GET', '/events?account=main&account=other&after=3', undefined, { as: 'root' }), 400, 'CURSOR_MALFORMED')
  })

  test('several accounts share a stream, each in its own order', async () => {
    const { mounted, service } = await openApi(host)
    for (const [account, key] of [['main', 'a'], ['other', 'b'], ['main', 'c']] as const) await service.placeOrder({ ...market, account, idempotencyKey: key })
    const { events, until } = await openStream(mounted, '/events?account=main&account=other', { as: 'root' })
    expect(await until(() => events().filter(({ item }) => item.type === 'order_filled').length === 3)).toBe(true)
    for (const account of ['main', 'other']) {
      const own = events().filter(({ item }) => item.account === account).map(({ item }) => item.sequence)
      expect(own).toEqual(own.map((_, index) => index + 1))
    }
  })

  test('a stream has nothing of other accounts, not even their kill switches', async () => {
    const { mounted, service } = await openApi(host)
    await service.killSwitch.engage({ scope: 'account:other', level: 'no_new', reason: 'theirs' })
    await service.killSwitch.engage({ scope: 'symbol:MSFT', level: 'no_new', reason: 'of all' })
    await service.placeOrder({ ...market, account: 'main', idempotencyKey: 'mine' })
    const { events, until, text } = await openStream(mounted, '/events')
    await until(() => events().some(({ item }) => item.type === 'order_filled') && text().includes('of all'))
    expect(text()).not.toContain('theirs')
    expect(text()).not.toContain('limits_changed')
    expect(new Set(events().map(({ item }) => item.account))).toEqual(new Set(['main', '*']))
  })

  test('a principal holds as many streams as it may, and one that is left makes room', async () => {
    const { mounted } = await openApi(host, [], { streamLimit: 2 })
    const [first] = [await openStream(mounted), await openStream(mounted)]
    const refused = await send(mounted, 'GET', '/events')
    expect(refused.headers.get('Retry-After')).toBe('5')
    await assertProblem(refused, 429, 'STREAMS_EXHAUSTED')
    expect((await openStream(mounted, '/events?account=other', { as: 'bob' })).response.status).toBe(200)
    await first.cancel()
    await expect.poll(async () => (await openStream(mounted)).response.status).toBe(200)
  })

  test('silence is filled with heartbeats', async () => {
    const { mounted } = await openApi(host, [], { heartbeat: 20 })
    const { until, text } = await openStream(mounted)
    expect(await until(() => (text().match(/: heartbeat\n\n/g)?.length ?? 0) >= 2)).toBe(true)
  })

  test('a stream ends after its lifetime, with the place to resume from', async () => {
    const { mounted, service } = await openApi(host, [], { streamLifetime: 80 })
    await service.placeOrder({ ...resting, idempotencyKey: 'a' })
    const { until, text } = await openStream(mounted)
    await until(() => false)
    expect(text()).toMatch(/: closed\nid: main:\d+,\*:\d+\n\n$/)
  })

  test('closing the API ends streams with their cursor and refuses new ones', async () => {
    const { mounted, api } = await openApi(host)
    const { until, text } = await openStream(mounted)
    const read = until(() => false)
    await api.close()
    await read
    expect(text()).toMatch(/: closed\nid: main:\d+,\*:\d+\n\n$/)
    await assertProblem(await send(mounted, 'GET', '/events'), 503, 'CLOSED')
  })
})
