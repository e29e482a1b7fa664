import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ClientTiming, createExecutionClient, type ExecutionClient, type ExecutionClientOptions, ExecutionClientError } from '../src/client/index.ts'
import { createExecutionApi } from '../src/index.ts'
import { losingFetch } from './support/faulty-fetch.ts'
import { makeService } from './support/make-service.ts'
import { resting } from './support/requests.ts'

/** What a server may do with an attempt. */
type Step = 'lost' | 'timeout' | 'gateway' | number | { readonly status: number; readonly code: string; readonly retryable?: boolean; readonly wait?: string }

interface Sent {
  readonly method: string
  readonly path: string
  readonly key: string | null
  readonly body: unknown
}

function answerOf(step: Exclude<Step, 'lost' | 'timeout' | 'gateway'>): Response {
  if (typeof step === 'number') return Response.json({ id: 'o1', status: 'new', version: 1 }, { status: step })
  const { status, code, retryable = false, wait } = step
  return Response.json({ type: 'x', title: code, status, detail: code, code, retryable }, { status, headers: { 'Content-Type': 'application/problem+json', ...(wait !== undefined && { 'Retry-After': wait }) } })
}

/** A client whose server does as told, and whose time passes at once. */
function play(steps: readonly Step[], options: Partial<ExecutionClientOptions> = {}): { readonly client: ExecutionClient; readonly sent: Sent[]; readonly waits: number[] } {
  const sent: Sent[] = []
  const waits: number[] = []
  const timing: ClientTiming = { sleep: async (delay) => { waits.push(delay) }, random: () => 0.5 }
  const send: typeof fetch = async (input, init) => {
    const { pathname, search } = new URL(input as string)
    sent.push({ method: init?.method ?? '', path: pathname + search, key: new Headers(init?.headers).get('Idempotency-Key'), body: init?.body })
    const step = steps[Math.min(sent.length, steps.length) - 1] ?? 'lost'
    if (step === 'lost') throw new TypeError('fetch failed')
    if (step === 'timeout') return new Promise((_, reject) => { init?.signal?.addEventListener('abort', () => { reject(new Error('aborted')) }) })
    return step === 'gateway' ? new Response('<html>', { status: 504 }) : answerOf(step)
  }
  return { client: createExecutionClient({ baseUrl: 'http://x/api', fetch: send, timing, timeout: 5, ...options }), sent, waits }
}

const failureOf = async (promise: Promise<unknown>): Promise<ExecutionClientError> => {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason)
  expect(ExecutionClientError.isInstance(error)).toBe(true)
  return error as ExecutionClientError
}

const busy = { status: 503, code: 'BUSY', retryable: true } as const

test('an order whose answer is lost is asked for again, with its own key and body', async () => {
  const { client, sent, waits } = play(['lost', 'gateway', 201])
  expect((await client.placeOrder(resting)).id).toBe('o1')
  expect(sent).toHaveLength(3)
  expect(sent[0]?.key).toMatch(/^[0-9a-f-]{36}$/)
  for (const again of sent) expect(again).toEqual(sent[0])
  expect(waits).toEqual([125, 250])
})

test('the same against a real endpoint: one order, whatever was lost', async () => {
  const { service, broker } = await makeService()
  const api = createExecutionApi({ service, authenticate: () => ({ id: 'alice', accounts: '*' }) })
  const original = globalThis.fetch
  globalThis.fetch = (input, init) => api.fetch(new Request(input, init))
  try {
    const client = createExecutionClient({ baseUrl: 'http://x/api/v1/execution', fetch: losingFetch(2), timing: { sleep: async () => undefined, random: () => 0 } })
    expect(await client.placeOrder(resting)).toMatchObject({ status: 'new' })
    expect(broker.orders()).toHaveLength(1)
  } finally {
    globalThis.fetch = original
    await service.close()
  }
})

test('a key is never made anew, whatever happens', async () => {
  const step = fc.constantFrom<Step>('lost', 'gateway', busy, { status: 429, code: 'REQUEST_RATE_EXCEEDED', retryable: true, wait: '1' }, { status: 500, code: 'INTERNAL' }, { status: 422, code: 'ORDER_INVALID' }, 201, 202)
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 6 }), async (steps, attempts) => {
    const { client, sent } = play(steps, { retry: { attempts } })
    await client.placeOrder(resting, { idempotencyKey: 'mine' }).catch(() => undefined)
    expect(new Set(sent.map(({ key }) => key))).toEqual(new Set(['mine']))
    expect(sent.length).toBeLessThanOrEqual(attempts)
    // Nothing is sent after a verdict.
    const verdict = steps.findIndex((one) => typeof one === 'number' || (typeof one === 'object' && one.retryable !== true))
    if (verdict >= 0) expect(sent.length).toBeLessThanOrEqual(verdict + 1)
  }))
})

test('waits double, are drawn at random up to their most, and come on top of what the server asks', async () => {
  const many = play(['lost'], { retry: { attempts: 6, delay: 1000, maximumDelay: 5000 } })
  await failureOf(many.client.positions())
  expect(many.waits).toEqual([500, 1000, 2000, 2500, 2500])
  const asked = play([{ ...busy, wait: '3' }, 200])
  await asked.client.positions()
  expect(asked.waits).toEqual([3125])
  const dated = play([{ ...busy, wait: new Date(Date.now() + 5000).toUTCString() }, 200])
  await dated.client.positions()
  expect(dated.waits[0]).toBeGreaterThan(3000)
})

test('a server that asks for more time than there is gets no second attempt, and the time is told', async () => {
  const { client, sent } = play([{ ...busy, wait: '3600' }])
  expect(await failureOf(client.placeOrder(resting))).toMatchObject({ code: 'BUSY', retryAfter: 3_600_000, retryable: true, idempotencyKey: sent[0]?.key })
  expect(sent).toHaveLength(1)
})

test('once an outcome is unknown it stays so, whatever a later attempt is refused for', async () => {
  for (const later of [{ status: 401, code: 'UNAUTHENTICATED' }, { status: 404, code: 'ACCOUNT_NOT_FOUND' }, busy, 'gateway'] as const) {
    const { client } = play(['lost', later])
    expect(await failureOf(client.placeOrder(resting, { idempotencyKey: 'k' }))).toMatchObject({ code: 'OUTCOME_UNKNOWN', idempotencyKey: 'k', retryable: true })
  }
})

test('whoever gives up while it waits is told what was known then', async () => {
  const leaving = new AbortController()
  const { client, sent } = play([busy, 201], { timing: { sleep: async () => { leaving.abort() }, random: () => 0 } })
  expect(await failureOf(client.placeOrder(resting, { signal: leaving.signal }))).toMatchObject({ code: 'BUSY' })
  expect(sent).toHaveLength(1)
})

const calls: Readonly<Record<string, readonly [call: (client: ExecutionClient) => Promise<unknown>, method: string, path: string, attempts: number]>> = {
  placeOrder: [(client) => client.placeOrder(resting), 'POST', '/api/order', 3],
  preflight: [(client) => client.preflight(resting), 'POST', '/api/preflight', 3],
  approveOrder: [(client) => client.approveOrder('a/b', { code: '1' }), 'POST', '/api/order/a%2Fb/approval', 1],
  cancelOrder: [(client) => client.cancelOrder('o1'), 'DELETE', '/api/order/o1', 3],
  replaceOrder: [(client) => client.replaceOrder('o1', { quantity: '2' }), 'PATCH', '/api/order/o1', 1],
  getOrder: [(client) => client.getOrder('o1'), 'GET', '/api/order/o1', 3],
  orderEvents: [(client) => client.orderEvents('o1'), 'GET', '/api/order/o1/events', 3],
  'placeOrder, once': [(client) => client.placeOrder(resting, { once: true }), 'POST', '/api/order', 1],
  findOrder: [(client) => client.findOrder({ account: 'main', idempotencyKey: 'k' }), 'GET', '/api/orders?account=main&idempotencyKey=k', 3],
  listOrders: [(client) => client.listOrders({ status: ['new', 'filled'], limit: 2 }), 'GET', '/api/orders?status=new%2Cfilled&limit=2', 3],
  allOrders: [async (client) => { for await (const order of client.allOrders()) expect(order).toBeUndefined() }, 'GET', '/api/orders', 3],
  cancelOrders: [(client) => client.cancelOrders({ symbol: 'AAPL' }), 'DELETE', '/api/orders?symbol=AAPL', 3],
  positions: [(client) => client.positions({ account: 'main' }), 'GET', '/api/positions?account=main', 3],
  account: [(client) => client.account(), 'GET', '/api/account', 3],
  guards: [(client) => client.guards(), 'GET', '/api/guards', 3],
  'killSwitch.status': [(client) => client.killSwitch.status(), 'GET', '/api/kill-switch', 3],
  'killSwitch.engage': [(client) => client.killSwitch.engage({ reason: 'x' }), 'POST', '/api/kill-switch', 3],
  'killSwitch.release': [(client) => client.killSwitch.release({ reason: 'x', code: '1' }), 'POST', '/api/kill-switch', 1],
}

test.each(Object.entries(calls))('%s is sent again only where that can do no harm', async (name, [call, method, path, attempts]) => {
  const { client, sent } = play(['lost'])
  const error = await failureOf(call(client))
  expect(sent.map((one) => [one.method, one.path])).toEqual(Array.from({ length: attempts }, () => [method, path]))
  expect(error.code).toBe(method === 'GET' ? 'NETWORK_FAILED' : 'OUTCOME_UNKNOWN')
  expect(error.retryable).toBe(attempts > 1)
  const never = play(['lost'], { retry: false })
  await failureOf(call(never.client))
  expect([name, never.sent.length]).toEqual([name, 1])
})

test('every method of the client is in the table above', () => {
  const { client } = play([])
  const { killSwitch, events: _, ...methods } = client
  expect(Object.keys(calls).filter((name) => !name.includes(', ')).toSorted()).toEqual([...Object.keys(methods), ...Object.keys(killSwitch).map((name) => `killSwitch.${name}`)].toSorted())
})

test('a time-out of one attempt is not the end of the next', async () => {
  const { client, sent } = play(['timeout', 201])
  expect((await client.placeOrder(resting)).id).toBe('o1')
  expect(sent).toHaveLength(2)
})
