import { connect } from 'node:net'
import express from 'express'
import type { IncomingMessage } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { createExecutionApi, type ExecutionApi, type ExecutionApiOptions, toNodeHandler } from '../src/index.ts'
import { listen, type Mounted } from './support/hosts.ts'
import { makeService } from './support/make-service.ts'
import { authenticate } from './support/principals.ts'
import { BASE, bearer, assertProblem, resting, send } from './support/requests.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function makeApi(options: Partial<ExecutionApiOptions> = {}): Promise<ExecutionApi> {
  const { service } = await makeService()
  const api = createExecutionApi({ service, authenticate, ...options })
  closing.push(() => service.close(), () => api.close())
  return api
}

async function mount(listener: Parameters<typeof listen>[0]): Promise<Mounted> {
  const mounted = await listen(listener)
  closing.push(() => mounted.close())
  return mounted
}

/** Sends bytes as they are and reads until the other side closes. */
function exchange(mounted: Mounted, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(mounted.origin).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => { answer += String(chunk) }).on('close', () => { resolve(answer) }).on('error', reject)
    socket.write(text)
  })
}

test('other paths of an application are not touched', async () => {
  const app = express()
  app.use(toNodeHandler(await makeApi()))
  app.use((request, response) => { response.json({ own: request.url }) })
  const mounted = await mount(app)
  for (const path of ['/', '/api/v1', `${BASE}s`, `/x${BASE}/order`]) expect(await (await mounted.send(path)).json()).toEqual({ own: path })
  await assertProblem(await mounted.send(`${BASE}/nothing`), 404, 'ROUTE_NOT_FOUND')
})

test('a server of its own answers other paths with 404', async () => {
  const mounted = await mount(toNodeHandler(await makeApi()))
  await assertProblem(await mounted.send('/'), 404, 'ROUTE_NOT_FOUND')
})

test('an API that was wrapped is called through its wrapper', async () => {
  const api = await makeApi()
  const seen: string[] = []
  const wrapped: ExecutionApi = { ...api, fetch: (request, environment) => { seen.push(request.method); return api.fetch(request, environment) } }
  const mounted = await mount(toNodeHandler(wrapped))
  expect((await send(mounted, 'POST', '/order', resting, { key: 'k1' })).status).toBe(201)
  const stream = await send(mounted, 'GET', '/events')
  expect([stream.status, stream.headers.get('Content-Type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  await stream.body?.cancel()
  expect(seen).toEqual(['POST', 'GET'])
})

test.each<readonly [string, (response: Response) => Promise<Response> | Response]>([
  ['passes the response on', (response) => response],
  ['reads a clone of it', async (response) => { expect((await response.clone().json())).toMatchObject({ symbol: 'AAPL' }); return response }],
  ['sets headers', (response) => { response.headers.append('Set-Cookie', 'a=1'); response.headers.append('Set-Cookie', 'b=2'); response.headers.set('X-Own', 'yes'); return response }],
  ['sets headers of what it has begun to read', (response) => { expect(response.body).not.toBeNull(); response.headers.append('Set-Cookie', 'a=1'); response.headers.append('Set-Cookie', 'b=2'); return response }],
  ['makes another of it', (response) => new Response(response.body, response)],
  ['looks at all there is to see', (response) => {
    expect([response instanceof Response, response.ok, response.status, response.statusText, response.type, response.redirected, response.bodyUsed, response.headers.get('ETag')])
      .toEqual([true, true, 201, '', 'default', false, false, '"v2"'])
    return response
  }],
])('a wrapper of the API that %s is answered as it meant', async (name, change) => {
  const api = await makeApi()
  const mounted = await mount(toNodeHandler({ ...api, fetch: async (request, environment) => {
    const response = await api.fetch(request, environment)
    return request.method === 'POST' ? change(response) : response
  } }))
  const response = await send(mounted, 'POST', '/order', resting, { key: 'k1' })
  expect([response.status, response.headers.get('ETag'), await response.json()]).toEqual([201, '"v2"', expect.objectContaining({ symbol: 'AAPL', status: 'new' })])
  expect(response.headers.getSetCookie()).toEqual(name.startsWith('sets') ? ['a=1', 'b=2'] : [])
  expect(response.headers.get('X-Own')).toBe(name === 'sets headers' ? 'yes' : null)
  const head = await mounted.send(`${BASE}/orders`, { method: 'HEAD', headers: bearer('alice') })
  expect([head.status, await head.text()]).toEqual([200, ''])
})

test('a wrapper that fails is a failure of ours, which says nothing of itself', async () => {
  const mounted = await mount(toNodeHandler({ ...(await makeApi()), fetch: () => Promise.reject(new Error('hunter2')) }))
  expect(JSON.stringify(await assertProblem(await mounted.send(`${BASE}/orders`), 500, 'INTERNAL'))).not.toContain('hunter2')
})

test('authenticate may read the body of a clone, as signed requests need', async () => {
  const bodies: string[] = []
  const api = await makeApi({ authenticate: async (request) => { bodies.push(await request.clone().text()); return { id: 'signed', accounts: '*' } } })
  const mounted = await mount(toNodeHandler(api))
  expect((await send(mounted, 'POST', '/order', resting, { key: 'k1' })).status).toBe(201)
  expect(bodies).toEqual([JSON.stringify(resting)])
})

test('authenticate sees what earlier middleware put on the request', async () => {
  const principalOf = (incoming: IncomingMessage | undefined): { id: string; accounts: '*' } | null =>
    (incoming !== undefined && 'user' in incoming ? { id: String(incoming.user), accounts: '*' } : null)
  const api = await makeApi({ authenticate: (_, { incoming }) => principalOf(incoming) })
  const app = express()
  app.use((request, _, next) => {
    Object.assign(request, { user: 'session-user' })
    next()
  })
  app.use(express.json())
  app.use(toNodeHandler(api))
  const mounted = await mount(app)
  const response = await send(mounted, 'POST', '/order', resting, { key: 'k1', as: '' })
  expect([response.status, await response.json()]).toEqual([201, expect.objectContaining({ actor: 'session-user' })])
})

test.each([
  ['express.raw()', express.raw({ type: '*/*' })],
  ['express.text()', express.text({ type: '*/*' })],
  ['express.json() that skips the type', express.json({ type: 'text/other' })],
  ['a parser that keeps the raw bytes', express.json({ verify: (request, _, raw) => { Object.assign(request, { rawBody: raw }) } })],
])('works after %s', async (_, parser) => {
  const app = express()
  app.use(parser)
  app.use(toNodeHandler(await makeApi()))
  const mounted = await mount(app)
  expect((await send(mounted, 'POST', '/order', resting, { key: 'k1' })).status).toBe(201)
})

test('raw bytes that a parser kept are what is read: duplicate keys do not slip through', async () => {
  const app = express()
  app.use(express.json({ verify: (request, _, raw) => { Object.assign(request, { rawBody: raw }) } }))
  app.use(toNodeHandler(await makeApi()))
  const mounted = await mount(app)
  await assertProblem(await send(mounted, 'POST', '/order', '{"quantity":"1","quantity":"1000"}', { key: 'k1' }), 400, 'JSON_DUPLICATE_KEY')
})

test('a body is counted, whatever its Content-Length says, and its sender can read the refusal', async () => {
  const mounted = await mount(toNodeHandler(await makeApi()))
  const head = `POST ${BASE}/order HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer zqcanary-alice\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nConnection: close\r\n`
  const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`
  const answer = await exchange(mounted, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(4)}0\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  expect(answer).toContain('BODY_TOO_LARGE')
})

test('a request line that names another host, or a host that is none, is not taken at its word', async () => {
  const seen: string[] = []
  const mounted = await mount(toNodeHandler(await makeApi({ authenticate: ({ url }) => { seen.push(url); return null } })))
  const get = (target: string, host: string): Promise<string> => exchange(mounted, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  expect(await get(`http://evil.example${BASE}/orders`, 'localhost')).toContain('REQUEST_MALFORMED')
  expect(await get(`//evil.example${BASE}/orders`, 'localhost')).toContain('ROUTE_NOT_FOUND')
  for (const host of ['a/b', 'a@b', 'a b', 'a?b', 'a#b', '']) expect(await get(`${BASE}/orders`, host)).toMatch(/^HTTP\/1\.1 400 /)
  expect(seen).toEqual([])
  expect(await get(`${BASE}/orders`, '[::1]:8080')).toContain('UNAUTHENTICATED')
  expect(seen).toEqual([`http://[::1]:8080${BASE}/orders`])
})

test('a client that leaves before anything is recorded places nothing', async () => {
  const { service } = await makeService()
  const entered = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const left = Promise.withResolvers<void>()
  const api = createExecutionApi({
    service,
    authenticate: async (request) => {
      request.signal.addEventListener('abort', () => { left.resolve() })
      entered.resolve()
      await release.promise
      return { id: 'alice', accounts: '*' }
    },
  })
  const mounted = await mount(toNodeHandler(api))
  closing.push(() => service.close())
  const leaving = new AbortController()
  const sent = mounted.send(`${BASE}/order`, { method: 'POST', body: JSON.stringify(resting), headers: { ...bearer('alice'), 'Content-Type': 'application/json', 'Idempotency-Key': 'k1' }, signal: leaving.signal })
  await entered.promise
  leaving.abort()
  await expect(sent).rejects.toThrow('aborted')
  await left.promise
  release.resolve()
  await new Promise((resolve) => { setImmediate(resolve) })
  expect(await service.listOrders()).toEqual([])
})
