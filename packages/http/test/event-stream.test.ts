import { createServer, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { createVirtualClock } from '@sluice/core/testing'
import type { ExecutionService, StoredEvent, StreamItem } from '@sluice/core'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { createEventParser } from '../src/client/event-parser.ts'
import { createExecutionApi, type ExecutionApi, type ExecutionApiOptions, toNodeHandler } from '../src/index.ts'
import { hosts, listen, type Mounted } from './support/hosts.ts'
import { makeService } from './support/make-service.ts'
import { authenticate } from './support/principals.ts'
import { bearer, market, assertProblem, resting, send } from './support/requests.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Fixture {
  readonly service: ExecutionService
  readonly api: ExecutionApi
  readonly mounted: Mounted
}

async function open(name = 'node:http', options: Partial<ExecutionApiOptions> = {}): Promise<Fixture> {
  const { service } = await makeService()
  const api = createExecutionApi({ service, authenticate, ...options })
  const mounted = await hosts.find((host) => host.name === name)!.mount(api)
  closing.push(() => service.close(), () => mounted.close(), () => api.close())
  return { service, api, mounted }
}

interface Received {
  readonly id: string
  readonly item: StreamItem
}

/** Reads events until there are `count`, then leaves. */
async function read(mounted: Mounted, count: number, path = '/events?account=main', headers: Record<string, string> = {}, as = 'alice'): Promise<readonly Received[]> {
  const leaving = new AbortController()
  const response = await mounted.send(`/api/v1/execution${path}`, { headers: { ...bearer(as), ...headers }, signal: leaving.signal })
  expect(response.status).toBe(200)
  const received: Received[] = []
  const parse = createEventParser()
  const decoder = new TextDecoder()
  const reader = response.body!.getReader()
  while (received.length < count) {
    const { done, value } = await reader.read()
    if (done) break
    for (const { id, data } of parse(decoder.decode(value, { stream: true }))) if (data !== '') received.push({ id: id ?? '', item: JSON.parse(data) as StreamItem })
  }
  await reader.cancel()
  leaving.abort()
  return received.slice(0, count)
}

const place = async (service: ExecutionService, count: number, account = 'main'): Promise<void> => {
  for (let index = 0; index < count; index += 1) await service.placeOrder({ ...market, account, idempotencyKey: `${account}-${index}-${service.killSwitch.status().epoch}` })
}

const historyOf = async (service: ExecutionService, account: string, count: number): Promise<readonly StreamItem[]> => {
  const items: StreamItem[] = []
  for await (const item of service.events({ account })) if (items.push(item) === count) break
  return items
}

test.each(['fetch', 'node:http', 'Express after express.json()'])('over %s events come in order, with cursors and the headers of a stream', async (name) => {
  const { service, mounted } = await open(name)
  await service.killSwitch.engage({ scope: 'symbol:MSFT', reason: 'drill' })
  await place(service, 2)
  const response = await send(mounted, 'GET', '/events')
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff',
  })
  await response.body?.cancel()
  const received = await read(mounted, 9)
  const main = received.filter(({ item }) => item.account === 'main').map(({ item }) => item)
  expect(main).toEqual(await historyOf(service, 'main', main.length))
  expect(received.filter(({ item }) => item.account === '*').map(({ item }) => item.type)).toEqual(['kill_switch_changed'])
  expect(received.at(-1)?.id).toBe(`main:${main.length},*:2`)
})

test('events that are there at once come in one chunk', async () => {
  const { service, mounted } = await open('fetch')
  await place(service, 20)
  const response = await send(mounted, 'GET', '/events?account=main')
  const reader = response.body!.getReader()
  const chunks = [await reader.read(), await reader.read()].map(({ value }) => new TextDecoder().decode(value))
  expect(chunks[0]).toBe('retry: 1000\n\n')
  expect(chunks[1]!.match(/^id: /gm)!.length).toBeGreaterThan(60)
  await reader.cancel()
})

test('a cut stream resumed by Last-Event-ID loses nothing and repeats nothing, wherever it is cut', async () => {
  const { service, mounted } = await open()
  await service.killSwitch.engage({ scope: 'symbol:MSFT', reason: 'drill' })
  await place(service, 12)
  const total = (await historyOf(service, 'main', 40)).length + 1
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }), async (cuts) => {
    const seen: StoredEvent[] = []
    let cursor: string | undefined
    for (const cut of [...cuts, total]) {
      const count = Math.min(cut, total - seen.length)
      if (count === 0) break
      const received = await read(mounted, count, '/events', cursor === undefined ? {} : { 'Last-Event-ID': cursor })
      seen.push(...received.map(({ item }) => item as StoredEvent))
      cursor = received.at(-1)?.id
    }
    for (const account of ['main', '*']) {
      const sequences = seen.filter((item) => item.account === account).map((item) => item.sequence)
      // The limits, first of the events of no account, are not for this reader.
      expect(sequences).toEqual(sequences.map((_, index) => index + (account === '*' ? 2 : 1)))
    }
    expect(seen).toHaveLength(total)
  }), { numRuns: 25 })
})

test('readers that are cut at any byte while orders flow lose nothing', async () => {
  const { service, mounted } = await open()
  const readers = Array.from({ length: 4 }, async (_, index) => {
    const seen: number[] = []
    let cursor = '0'
    while (seen.length < 80) {
      const received = await read(mounted, Math.min(80 - seen.length, 3 + ((seen.length * 7 + index) % 11)), `/events?account=main&after=${cursor}`)
      seen.push(...received.map(({ item }) => item.sequence))
      cursor = received.at(-1)?.id ?? cursor
    }
    return seen
  })
  await place(service, 30)
  for (const seen of await Promise.all(readers)) expect(seen).toEqual(Array.from({ length: 80 }, (_, index) => index + 1))
})

test('after takes a number or a cursor; Last-Event-ID is newer; nonsense is refused', async () => {
  const { service, mounted } = await open('fetch')
  await place(service, 3)
  const first = async (path: string, headers = {}): Promise<number | undefined> => (await read(mounted, 1, path, headers))[0]?.item.sequence
  expect(await first('/events?account=main&after=4')).toBe(5)
  expect(await first('/events?account=main&after=main:5')).toBe(6)
  expect(await first('/events?after=2&account=main', { 'Last-Event-ID': 'main:6,*:0' })).toBe(7)
  expect(await first('/events?account=main&after=elsewhere:9')).toBe(1)
  for (const after of ['-1', 'main', 'main:', 'main:1,main:2', 'main:1e3', '01', 'main:1;*:2', 'a b:1', '9'.repeat(16)]) {
    await assertProblem(await send(mounted, 'GET', `/events?account=main&after=${encodeURIComponent(after)}`), 400, 'CURSOR_MALFORMED')
  }
  await assertProblem(await send(mounted, 'GET', '/events?account=main&account=other&after=5', undefined, { as: 'root' }), 400, 'CURSOR_MALFORMED')
})

test('a cursor from another journal is answered with a reset to start from', async () => {
  const { service, mounted } = await open('fetch')
  await service.placeOrder({ ...resting, idempotencyKey: 'k1' })
  const [reset] = await read(mounted, 1, '/events?account=main&after=main:900')
  expect(reset?.item).toMatchObject({ type: 'stream_reset', account: 'main', orders: [{ idempotencyKey: 'k1' }] })
  expect(reset?.id).toBe(`main:${reset?.item.sequence},*:0`)
})

test('several accounts share one stream; a foreign kill switch is left out', async () => {
  const { service, mounted } = await open('fetch')
  await service.killSwitch.engage({ scope: 'account:other', level: 'reduce_only', reason: 'theirs' })
  await service.killSwitch.engage({ scope: 'symbol:MSFT', level: 'no_new', reason: 'all' })
  await place(service, 1)
  await service.placeOrder({ ...market, account: 'other', idempotencyKey: 'o1' })
  const both = await read(mounted, 8, '/events?account=main&account=other', {}, 'root')
  expect(new Set(both.map(({ item }) => item.account))).toEqual(new Set(['main', 'other', '*']))
  expect(both.at(-1)?.id).toMatch(/^main:\d+,other:\d+,\*:3$/)
  const scopes = (items: readonly Received[]): unknown[] => items.flatMap(({ item }) => (item.type === 'kill_switch_changed' ? [item.data.scope] : []))
  expect(scopes(both)).toEqual(['account:other', 'symbol:MSFT'])
  const own = await read(mounted, 5)
  expect(scopes(own)).toEqual(['symbol:MSFT'])
  expect(own.at(-1)?.id).toMatch(/,\*:3$/)
})

test('readers of one event who came from different places each get their own cursor', async () => {
  const { service, api } = await open('fetch')
  const paths = ['/events?account=main&after=main:1,*:0', '/events?account=main&account=other&after=main:1,other:1', '/events?account=main&after=main:1,*:0']
  const readers = await Promise.all(paths.map(async (path) => (await api.fetch(new Request(`http://x/api/v1/execution${path}`, { headers: bearer('root') }))).body!.getReader()))
  const next = async (): Promise<readonly string[]> => Promise.all(readers.map(async (reader) => new TextDecoder().decode((await reader.read()).value)))
  await next()
  const lastIds: string[] = []
  for (const key of ['k1', 'k2', 'k3']) {
    const texts = ['', '', '']
    const order = service.placeOrder({ ...resting, idempotencyKey: key })
    while (texts.some((text) => !text.includes('order_accepted'))) {
      await Promise.all(readers.map(async (reader, index) => {
        if (!texts[index]!.includes('order_accepted')) texts[index] += new TextDecoder().decode((await reader.read()).value)
      }))
    }
    await order
    lastIds.push(...texts.map((text) => text.match(/^id: (.*)$/gm)!.at(-1)!))
  }
  expect(lastIds.slice(-3)).toEqual(['id: main:7,*:1', 'id: main:7,other:1,*:1', 'id: main:7,*:1'])
  await Promise.all(readers.map((reader) => reader.cancel()))
})

test('asking for the head of a stream takes no place', async () => {
  const { mounted } = await open('fetch', { streamLimit: 1 })
  for (let attempt = 0; attempt < 3; attempt += 1) expect((await send(mounted, 'HEAD', '/events')).status).toBe(200)
  const response = await send(mounted, 'GET', '/events')
  expect(response.status).toBe(200)
  await response.body?.cancel()
})

test('a principal holds so many streams and no more; a place is free again when a reader leaves', async () => {
  const { mounted } = await open('node:http', { streamLimit: 2 })
  const leaving = [new AbortController(), new AbortController()]
  const openOne = (signal?: AbortSignal): Promise<Response> => mounted.send('/api/v1/execution/events', { headers: bearer('alice'), ...(signal !== undefined && { signal }) })
  const streams = await Promise.all(leaving.map(({ signal }) => openOne(signal)))
  expect(streams.map(({ status }) => status)).toEqual([200, 200])
  const refused = await openOne()
  expect(refused.headers.get('Retry-After')).toBe('5')
  await assertProblem(refused, 429, 'STREAMS_EXHAUSTED')
  expect((await send(mounted, 'HEAD', '/events', undefined, { as: 'bob' })).status).toBe(200)
  leaving[0]!.abort()
  await expect.poll(async () => {
    const response = await openOne()
    await response.body?.cancel()
    return response.status
  }).toBe(200)
})

test('silence is broken by a comment every fifteen seconds of the given clock, and a stream ends with its lifetime', async () => {
  const clock = createVirtualClock()
  const { api, mounted, service } = await open('fetch', { clock, streamLifetime: 40_000 })
  // Event 1 is the session's beginning.
  const reader = (await send(mounted, 'GET', '/events?account=main&after=1')).body!.getReader()
  const next = async (): Promise<string | undefined> => {
    const { value } = await reader.read()
    return value === undefined ? undefined : new TextDecoder().decode(value)
  }
  expect(await next()).toBe('retry: 1000\n\n')
  for (let beat = 0; beat < 2; beat += 1) {
    const pending = next()
    await clock.advance(15_000)
    expect(await pending).toBe(': heartbeat\n\n')
  }
  const event = next()
  await service.placeOrder({ ...resting, idempotencyKey: 'k1' })
  let text = (await event) ?? ''
  while (!text.includes('order_accepted')) text += await next()
  expect(text).toContain('order_pending_new')
  const end = next()
  await clock.advance(10_000)
  expect(await end).toMatch(/^: closed\nid: main:\d+,\*:\d+\n\n$/)
  expect(await next()).toBeUndefined()
  await clock.advance(30_000)
  expect(clock.pending()).toBe(0)
  await api.close()
  await assertProblem(await send(mounted, 'GET', '/events'), 503, 'CLOSED')
})

test('a reader that does not read is not read for: what it has not taken stays in the journal', async () => {
  const pulled = { count: 0 }
  const filler = 'x'.repeat(10_000)
  const endless: Partial<ExecutionService> = {
    events: async function* events({ account } = {}) {
      if (account === '*') { await new Promise(() => undefined); return }
      for (let sequence = 1; sequence < 100_000; sequence += 1) {
        pulled.count = sequence
        yield { id: `main:${sequence}`, account: 'main', sequence, time: '', type: 'anomaly_detected', data: { code: 'X', message: filler } } satisfies StoredEvent
      }
    },
  }
  const { service } = await makeService()
  const api = createExecutionApi({ service: { ...service, ...endless }, authenticate })
  const server = createServer(toNodeHandler(api))
  closing.push(() => service.close(), () => { server.closeAllConnections(); server.close() }, () => api.close())
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  socket.pause()
  socket.write('GET /api/v1/execution/events?account=main HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer zqcanary-alice\r\n\r\n')
  let last = -1
  await expect.poll(() => {
    const settled = pulled.count > 0 && pulled.count === last
    last = pulled.count
    return settled
  }, { interval: 100 }).toBe(true)
  // Socket buffers of both ends and a few chunks, of a gigabyte that is there.
  expect(pulled.count).toBeLessThan(3000)
  socket.destroy()
})

test('a client that disconnects frees its readers in the service', async () => {
  const { service } = await makeService()
  const aborted: boolean[] = []
  const watched: Partial<ExecutionService> = {
    events: (options = {}) => {
      options.signal?.addEventListener('abort', () => { aborted.push(true) })
      return service.events(options)
    },
  }
  const api = createExecutionApi({ service: { ...service, ...watched }, authenticate })
  const mounted = await listen(toNodeHandler(api))
  closing.push(() => service.close(), () => mounted.close())
  const request = httpRequest(`${mounted.origin}/api/v1/execution/events?account=main`, { headers: bearer('alice') }).end()
  await new Promise((resolve) => { request.once('response', resolve) })
  request.destroy()
  await expect.poll(() => aborted).toEqual([true, true])
})

test('a stream whose source fails ends quietly, so that its reader resumes', async () => {
  const { service } = await makeService()
  const failures: string[] = []
  const failing: Partial<ExecutionService> = {
    events: async function* events({ account = 'main' } = {}) {
      yield { id: `${account}:1`, account, sequence: 1, time: '', type: 'anomaly_detected', data: { code: 'X', message: '' } } satisfies StoredEvent
      throw new Error('disk /secret')
    },
  }
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (message: string) => { failures.push(message) } }
  const api = createExecutionApi({ service: { ...service, ...failing }, authenticate, logger })
  closing.push(() => service.close())
  const text = await (await api.fetch(new Request('http://x/api/v1/execution/events', { headers: bearer('alice') }))).text()
  expect(text).toContain('id: main:1')
  expect(text).not.toContain('secret')
  expect(failures).toEqual(['event stream failed'])
})

test('a reader that takes nothing for so long is cut, frees its place, and resumes without a gap', async () => {
  const clock = createVirtualClock()
  const filler = 'x'.repeat(10_000)
  const endless: Partial<ExecutionService> = {
    events: async function* events({ account, after = 0 } = {}) {
      if (account === '*') { await new Promise(() => undefined); return }
      for (let sequence = after + 1; ; sequence += 1) yield { id: `main:${sequence}`, account: 'main', sequence, time: '', type: 'anomaly_detected', data: { code: 'X', message: filler } } satisfies StoredEvent
    },
  }
  const { service } = await makeService()
  const api = createExecutionApi({ service: { ...service, ...endless }, authenticate, clock, streamLimit: 1, stallTimeout: 5000, requestRate: false })
  const mounted = await listen(toNodeHandler(api))
  closing.push(() => service.close(), () => mounted.close(), () => api.close())
  const socket = connect(Number(new URL(mounted.origin).port), '127.0.0.1')
  socket.pause()
  socket.write('GET /api/v1/execution/events?account=main HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer zqcanary-alice\r\n\r\n')
  const openOne = async (): Promise<number> => {
    const leaving = new AbortController()
    const { status } = await mounted.send('/api/v1/execution/events?account=main', { headers: bearer('alice'), signal: leaving.signal })
    leaving.abort()
    return status
  }
  await expect.poll(openOne).toBe(429)
  await expect.poll(async () => {
    await clock.advance(2000)
    return openOne()
  }).toBe(200)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('error', () => undefined).resume()
  await new Promise((resolve) => { socket.once('close', resolve) })
  // What came whole counts; the last may be cut.
  const last = text.split('\n\n').slice(0, -1).flatMap((block) => /^id: (.*)$/m.exec(block)?.[1] ?? []).at(-1) ?? ''
  await expect.poll(openOne).toBe(200)
  const [next] = await read(mounted, 1, '/events?account=main', { 'Last-Event-ID': last })
  expect(next?.item.sequence).toBe(Number(/main:(\d+)/.exec(last)?.[1]) + 1)
})

test('closing lets answers out, takes cancels until then, ends streams with their cursor, and refuses what comes after', async () => {
  const { service, api, mounted } = await open('node:http')
  const order = await service.placeOrder({ ...resting, idempotencyKey: 'k0' })
  const release = Promise.withResolvers<void>()
  const real = service.placeOrder.bind(service)
  const entered = Promise.withResolvers<void>()
  Object.assign(service, { placeOrder: async (...more: Parameters<typeof real>) => { entered.resolve(); await release.promise; return real(...more) } })
  const stream = await mounted.send('/api/v1/execution/events?account=main', { headers: bearer('alice') })
  const slow = send(mounted, 'POST', '/order', resting, { key: 'k1' })
  await entered.promise
  let isClosed = false
  const closed = api.close().then(() => { isClosed = true })
  expect(await stream.text()).toMatch(/: closed\nid: main:\d+,\*:\d+\n\n$/)
  await assertProblem(await send(mounted, 'POST', '/order', resting, { key: 'k2' }), 503, 'CLOSED')
  expect((await send(mounted, 'DELETE', `/order/${order.id}`)).status).toBe(200)
  expect(isClosed).toBe(false)
  release.resolve()
  expect((await slow).status).toBe(201)
  await closed
  await assertProblem(await send(mounted, 'DELETE', `/order/${order.id}`), 503, 'CLOSED')
})
