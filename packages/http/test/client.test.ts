import { type ExecutionService, maxPosition, messageRate, type Guard, SluiceError, type StreamItem } from '@sluice/core'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { type ConnectionState, createExecutionClient, type ExecutionClient, type ExecutionClientOptions, ExecutionClientError } from '../src/client/index.ts'
import { createExecutionApi, toNodeHandler } from '../src/index.ts'
import { cuttingFetch, losingFetch } from './support/faulty-fetch.ts'
import { listen } from './support/hosts.ts'
import { makeService, RIGHT_CODE, type TestService } from './support/make-service.ts'
import { authenticate } from './support/principals.ts'
import { BASE, bearer, market, resting } from './support/requests.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Fixture extends TestService {
  readonly client: ExecutionClient
  readonly clientWith: (options: Partial<ExecutionClientOptions>) => ExecutionClient
}

async function open(guards: readonly Guard[] = [], change: (service: ExecutionService) => Partial<ExecutionService> = () => ({})): Promise<Fixture> {
  const made = await makeService(guards)
  const api = createExecutionApi({ service: { ...made.service, ...change(made.service) }, authenticate })
  const mounted = await listen(toNodeHandler(api))
  closing.push(() => made.service.close(), () => mounted.close(), () => api.close())
  const clientWith = (options: Partial<ExecutionClientOptions>): ExecutionClient =>
    createExecutionClient({ baseUrl: mounted.origin + BASE, getHeaders: () => bearer('alice'), reconnectDelay: 1, retry: false, ...options })
  return { ...made, client: clientWith({}), clientWith }
}

const failureOf = async (promise: Promise<unknown>): Promise<ExecutionClientError> => {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason)
  expect(ExecutionClientError.isInstance(error)).toBe(true)
  return error as ExecutionClientError
}

test('an order that was recorded is an answer, whatever became of it', async () => {
  const { client, service } = await open([maxPosition({ quantity: '10' }), messageRate({ perSecond: 0.001, burst: 2 })])
  expect(await client.placeOrder(resting)).toMatchObject({ status: 'new', idempotencyKey: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/) })
  expect(await client.placeOrder({ ...resting, quantity: '11' })).toMatchObject({ status: 'denied', denial: { code: 'POSITION_LIMIT_EXCEEDED', limit: '10' } })
  expect((await client.placeOrder(resting, { idempotencyKey: 'second' })).idempotencyKey).toBe('second')
  expect(await client.placeOrder({ ...resting, idempotencyKey: 'third' })).toMatchObject({ status: 'denied', idempotencyKey: 'third', denial: { code: 'MESSAGE_RATE_EXCEEDED' } })
  await service.killSwitch.engage({ reason: 'test' })
  expect(await client.placeOrder(resting)).toMatchObject({ status: 'denied', denial: { code: 'KILL_SWITCH_ENGAGED' } })
})

test('a request that is wrong throws what is wrong with it', async () => {
  const { client } = await open()
  const error = await failureOf(client.placeOrder({ ...resting, quantity: '1e9' }))
  expect(error).toMatchObject({ code: 'ORDER_INVALID', status: 422, retryable: false, problem: { errors: [{ pointer: '/quantity', rule: 'decimal' }] } })
  expect(error.idempotencyKey).toBeDefined()
})

test('an answer that is lost leaves the outcome open: the same key finds the same order', async () => {
  const { clientWith, broker } = await open()
  const client = clientWith({ fetch: losingFetch(1) })
  const error = await failureOf(client.placeOrder(resting))
  expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true, status: 0 })
  const order = await client.placeOrder(resting, { idempotencyKey: error.idempotencyKey! })
  expect(broker.orders()).toHaveLength(1)
  expect(order).toMatchObject({ status: 'new', idempotencyKey: error.idempotencyKey })
})

test('a proxy that gave up, a timeout and a caller who gave up leave it open too', async () => {
  const { clientWith } = await open()
  const gateway = clientWith({ fetch: async () => new Response('<html>', { status: 504 }) })
  expect(await failureOf(gateway.placeOrder(resting))).toMatchObject({ code: 'OUTCOME_UNKNOWN', status: 504, retryable: true })
  const silent: typeof fetch = (_, init) => new Promise((_resolve, reject) => { init?.signal?.addEventListener('abort', () => { reject(new Error('aborted')) }) })
  expect(await failureOf(clientWith({ fetch: silent, timeout: 1 }).placeOrder(resting))).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  const leaving = new AbortController()
  const waiting = failureOf(clientWith({ fetch: silent }).placeOrder(resting, { signal: leaving.signal }))
  await Promise.resolve()
  setImmediate(() => { leaving.abort() })
  expect(await waiting).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  expect(await failureOf(clientWith({ fetch: async () => new Response('<html>', { status: 404 }) }).getOrder('x'))).toMatchObject({ code: 'RESPONSE_INVALID', status: 404 })
  expect(await failureOf(clientWith({ fetch: async () => { throw new TypeError('fetch failed') } }).listOrders())).toMatchObject({ code: 'NETWORK_FAILED', retryable: true })
})

test('what was never sent is known not to have happened', async () => {
  const { clientWith, client } = await open()
  const sent: unknown[] = []
  const counting: typeof fetch = (input, init) => { sent.push(input); return fetch(input, init) }
  expect(await failureOf(client.placeOrder(resting, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORTED' })
  const broken = clientWith({ fetch: counting, getHeaders: () => Promise.reject(new Error('no token')) })
  expect(await failureOf(broken.placeOrder(resting))).toMatchObject({ code: 'ABORTED', retryable: true })
  expect(sent).toEqual([])
})

test('a server that is busy says so, and the same key may be tried again', async () => {
  let busy = true
  const { client } = await open([], (service) => ({
    placeOrder: (request, options) => (busy ? Promise.reject(new SluiceError('BUSY', 'full')) : service.placeOrder(request, options)),
  }))
  const error = await failureOf(client.placeOrder(resting))
  expect(error).toMatchObject({ code: 'BUSY', status: 503, retryable: true })
  busy = false
  expect(await client.placeOrder(resting, { idempotencyKey: error.idempotencyKey! })).toMatchObject({ status: 'new' })
})

test('the rest of an order\'s life', async () => {
  const { client } = await open([maxPosition({ quantity: '500' })])
  expect(await client.preflight({ ...resting, quantity: '501' })).toMatchObject({ verdict: 'reject' })
  const challenged = await client.placeOrder({ ...resting, quantity: '150' })
  expect(challenged.status).toBe('pending_approval')
  expect(await failureOf(client.approveOrder(challenged.id, { code: 'zqcanary-wrong' }))).toMatchObject({ code: 'APPROVAL_REFUSED', status: 403, problem: { attemptsLeft: 4 } })
  const approved = await client.approveOrder(challenged.id, { code: RIGHT_CODE })
  expect(approved.status).toBe('new')
  expect(await failureOf(client.replaceOrder(approved.id, { quantity: '20' }, { expectedVersion: 1 }))).toMatchObject({ code: 'VERSION_CONFLICT', status: 412 })
  expect(await client.replaceOrder(approved.id, { quantity: '20' }, { expectedVersion: approved.version })).toMatchObject({ quantity: '20' })
  expect(await failureOf(client.replaceOrder(approved.id, { quantity: '501' }))).toMatchObject({ code: 'REPLACE_DENIED', problem: { denial: { code: 'POSITION_LIMIT_EXCEEDED' } } })
  expect(await client.cancelOrder(approved.id)).toMatchObject({ status: 'canceled' })
  expect((await client.getOrder(approved.id)).status).toBe('canceled')
  expect(await failureOf(client.getOrder('unknown'))).toMatchObject({ code: 'ORDER_NOT_FOUND', status: 404 })
  const filled = await client.placeOrder(market)
  expect((await client.listOrders({ status: ['filled', 'new'], account: 'main' })).map(({ id }) => id)).toEqual([filled.id])
  expect(await client.positions()).toMatchObject([{ symbol: 'AAPL', quantity: '1' }])
})

test('what became of a key is asked without sending anything', async () => {
  const { client, service } = await open()
  const key = { account: 'main', idempotencyKey: 'mine' }
  const before = await client.findOrder(key)
  expect(before.order).toBeUndefined()
  expect(Date.parse(before.asOf ?? '')).toBeGreaterThan(Date.now() - 10_000)
  expect(await failureOf(client.placeOrder(resting, { idempotencyKey: 'mine', notAfter: before.asOf! }))).toMatchObject({ code: 'TOO_LATE', status: 422, retryable: false })
  const order = await client.placeOrder(resting, { idempotencyKey: 'mine', notAfter: new Date(Date.now() + 60_000).toISOString() })
  expect((await client.findOrder(key)).order).toEqual(order)
  expect(await service.listOrders()).toHaveLength(1)
})

test('the kill switch', async () => {
  const { clientWith } = await open()
  const { killSwitch } = clientWith({ getHeaders: async () => bearer('root') })
  expect(await killSwitch.engage({ level: 'no_new', reason: 'drill' })).toMatchObject({ durable: true })
  expect((await killSwitch.status()).engaged).toMatchObject([{ scope: 'global', level: 'no_new', actor: 'root' }])
  expect(await failureOf(killSwitch.release({ code: 'zqcanary-wrong', reason: 'done' }))).toMatchObject({ code: 'APPROVAL_REFUSED' })
  expect((await killSwitch.release({ code: RIGHT_CODE, reason: 'done' })).engaged).toEqual([])
})

/** Takes items until the account's sequence is reached. */
async function takeUntil(client: ExecutionClient, sequence: number, states: ConnectionState[] = []): Promise<readonly StreamItem[]> {
  const leaving = new AbortController()
  const items: StreamItem[] = []
  for await (const item of client.events({ account: 'main', signal: leaving.signal, onState: (state) => { states.push(state) } })) {
    items.push(item)
    if (item.account === 'main' && item.sequence === sequence) leaving.abort()
  }
  return items
}

test('a stream that is cut at any byte loses nothing and repeats nothing', async () => {
  const { clientWith, service } = await open()
  await service.killSwitch.engage({ scope: 'symbol:MSFT', reason: 'drill' })
  for (let index = 0; index < 8; index += 1) await service.placeOrder({ ...market, idempotencyKey: `k${index}` })
  const expected = await takeUntil(clientWith({}), 30)
  expect(expected.filter((item) => item.account === 'main').map((item) => item.sequence)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 8 }), async (cuts) => {
    const items = await takeUntil(clientWith({ fetch: cuttingFetch(cuts.values()) }), 30)
    for (const account of ['main', '*']) {
      const sequences = items.filter((item) => item.account === account).map((item) => item.sequence)
      // The limits, first of the events of no account, are not for this reader.
      expect(sequences).toEqual(sequences.map((_, index) => index + (account === '*' ? 2 : 1)))
    }
  }), { numRuns: 25 })
})

test('live events come through cuts, and the state of the connection is told', async () => {
  const { clientWith, service } = await open()
  const states: ConnectionState[] = []
  const cuts = [200, 900, undefined]
  const taken = takeUntil(clientWith({ fetch: cuttingFetch(cuts.values()) }), 20, states)
  for (let index = 0; index < 6; index += 1) await service.placeOrder({ ...market, idempotencyKey: `k${index}` })
  expect((await taken).filter((item) => item.account === 'main')).toHaveLength(20)
  expect(states).toEqual(['connecting', 'live', 'reconnecting', 'live', 'reconnecting', 'live', 'offline'])
})

test('a stream resumes from the cursor of the last item taken', async () => {
  const { client, service } = await open()
  for (let index = 0; index < 3; index += 1) await service.placeOrder({ ...market, idempotencyKey: `k${index}` })
  const first = client.events()
  for await (const item of first) if (item.sequence === 4) break
  expect(first.cursor).toBe('main:4,*:1')
  for await (const item of client.events({ after: first.cursor! })) {
    expect(item).toMatchObject({ account: 'main', sequence: 5 })
    break
  }
  for await (const item of client.events({ account: 'main', after: 6 })) {
    expect(item.sequence).toBe(7)
    break
  }
})

test('a reader who is refused is told so and not tried again', async () => {
  const { clientWith } = await open()
  const states: ConnectionState[] = []
  const events = clientWith({ getHeaders: () => bearer('mallory') }).events({ onState: (state) => { states.push(state) } })
  const error = await failureOf((async () => { for await (const item of events) expect(item).toBeUndefined() })())
  expect(error).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 })
  expect([states, events.state]).toEqual([['connecting', 'denied'], 'denied'])
})

test('a server that is away is tried again until it is back; a silent one counts as away', async () => {
  const { clientWith, service } = await open()
  await service.placeOrder({ ...market, idempotencyKey: 'k1' })
  let attempts = 0
  const failing: typeof fetch = async (input, init) => {
    attempts += 1
    if (attempts <= 3) throw new TypeError('fetch failed')
    if (attempts === 4) return new Response('busy', { status: 503 })
    if (attempts === 5) return new Response(new ReadableStream({ start: (controller) => { init?.signal?.addEventListener('abort', () => { controller.error(new Error('aborted')) }) } }))
    return fetch(input, init)
  }
  const states: ConnectionState[] = []
  expect(await takeUntil(clientWith({ fetch: failing, heartbeat: 50 }), 1, states)).toHaveLength(1)
  expect(states).toEqual(['connecting', 'reconnecting', 'offline', 'stale', 'offline', 'live', 'offline'])
})
