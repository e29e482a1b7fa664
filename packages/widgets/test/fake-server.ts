import type { DecisionRecord, Denial, KillStatus, Order, OrderRequest, Position, Preflight } from '@sluice/core'
import { createFakeEvents, type FakeEvents } from './fake-events.ts'

interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly key: string | null
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

/** `late`: the connection breaks, and the request arrives all the same after a while. */
type Reply = Response | 'lost' | 'lost_after_recording' | 'late'

/** The HTTP contract of `@sluice/http`, as far as the widgets use it. Everything can be bent by a test. */
export interface FakeServer {
  readonly fetch: typeof fetch
  readonly requests: RecordedRequest[]
  readonly events: FakeEvents
  readonly orders: Map<string, Order>
  positions: Position[]
  kill: KillStatus
  decisions: DecisionRecord[]
  /** Makes the order that a POST answers with; default: accepted. */
  becomes: (order: Order) => Partial<Order>
  /** Intercepts a request before the server sees it. */
  intercept: (request: RecordedRequest) => Reply | undefined | Promise<Reply | undefined>
  code: string
  attempts: number
  down: boolean
  /** How long a check holds, in milliseconds. */
  checkLasts: number
  /** How late a request arrives that is late. */
  lateness: number
  /** How much faster the server's clock runs than the page's. */
  pace: number
  /** Resolves when nothing is on its way any more. */
  readonly arrived: () => Promise<unknown>
  posts(path: string): RecordedRequest[]
  placed(order: Partial<Order>): Order
  change(id: string, change: Partial<Order>): Order
}

const json = (status: number, value: unknown, headers: object = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { ...headers, 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json' } })

export const problem = (status: number, code: string, detail: string, more: object = {}): Response =>
  json(status, { type: `urn:sluice:problem:${code.toLowerCase()}`, title: code, status, detail, code, retryable: false, ...more })

export const allowed = (guard: string, more: Partial<DecisionRecord> = {}): DecisionRecord => ({ guard, verdict: 'allow', ...more })

export function createFakeServer(): FakeServer {
  let clock = Date.parse('2026-11-23T14:30:00.000Z')
  const now = (): string => new Date((clock += 137)).toISOString()
  const keys = new Map<string, string>()
  const began = Date.now()
  const serverTime = (): number => began + (Date.now() - began) * server.pace
  const late: Promise<unknown>[] = []
  const events = createFakeEvents(now)
  const orders = new Map<string, Order>()

  const record = (request: OrderRequest, key: string): Order => {
    const known = keys.get(key)
    if (known !== undefined) return orders.get(known)!
    const time = now()
    const id = `order-${orders.size + 1}`
    const order = {
      account: 'main', extendedHours: false, ...request, id, idempotencyKey: key, actor: 'alice', broker: 'paper', status: 'new',
      filledQuantity: '0', leavesQuantity: request.quantity ?? '0', version: 2, createdAt: time, updatedAt: time,
    } as Order
    const result = { ...order, ...server.becomes(order) } as Order
    keys.set(key, id)
    orders.set(id, result)
    return result
  }

  const verdict = (order: Order, status: number): Response => {
    if (order.status === 'denied') return problem(422, order.denial.code, order.denial.message, { orderId: order.id, order })
    if (order.status === 'rejected') return problem(422, order.rejection.code, order.rejection.message, { orderId: order.id, order })
    return json(order.status === 'pending_approval' || order.status === 'unknown' ? 202 : status, order)
  }

  const preflight = (request: OrderRequest): Preflight => {
    const denials = (kind: string): Denial[] => server.decisions.filter((decision) => decision.verdict === kind)
      .map(({ verdict: _verdict, warning: _warning, ...decision }) => ({ code: '', message: '', ...decision }))
    const [denial] = denials('reject')
    const challenges = denials('challenge')
    return {
      verdict: denial !== undefined ? 'reject' : challenges.length > 0 ? 'challenge' : 'allow', decisions: server.decisions, challenges,
      ...(denial !== undefined && { denial }), terms: { account: 'main', extendedHours: false, ...request },
      digest: 'd', broker: 'paper', estimatedValue: '1874.2', expiresAt: new Date(serverTime() + server.checkLasts).toISOString(),
    }
  }

  const approve = (id: string, body: Record<string, unknown>): Response => {
    const order = orders.get(id)
    if (order?.status !== 'pending_approval') return problem(409, 'ORDER_FINISHED', 'The order is finished.')
    if (body['code'] !== server.code) {
      server.attempts -= 1
      if (server.attempts === 0) server.change(id, { status: 'denied', denial: { code: 'APPROVAL_ATTEMPTS', message: 'Too many wrong codes' } })
      return problem(403, 'APPROVAL_REFUSED', 'The code is wrong, used or late.', { attemptsLeft: server.attempts })
    }
    return verdict(server.change(id, { status: 'new' }), 200)
  }

  const changeKill = (body: Record<string, unknown>): Response => {
    const { action, scope = 'global', level = 'cancel_all', reason, code } = body as Record<string, string>
    if (action === 'release' && code !== server.code) return problem(403, 'APPROVAL_REFUSED', 'The code is wrong.', { attemptsLeft: 4 })
    const epoch = server.kill.epoch + 1
    const others = server.kill.engaged.filter((entry) => entry.scope !== scope)
    const entry = { scope, level, reason, actor: 'alice', since: now(), epoch } as KillStatus['engaged'][number]
    server.kill = { epoch, engaged: action === 'engage' ? [...others, entry] : others }
    events.emit('kill_switch_changed', { action, scope, level, epoch, reason, actor: 'alice' }, '*')
    return action === 'engage' ? json(200, { epoch, durable: true, inFlight: ['a'], working: ['b', 'c'], unknown: [] }) : json(200, server.kill)
  }

  const route = (request: RecordedRequest, url: URL, signal: AbortSignal): Response => {
    const { method, path, body } = request
    const id = path.split('/')[2] ?? ''
    const order = orders.get(id)
    if (method === 'POST' && path === '/order' && !keys.has(request.key ?? '') && serverTime() >= Date.parse(url.searchParams.get('notAfter') ?? '2999-01-01')) return problem(422, 'TOO_LATE', 'The order came too late; nothing was recorded.')
    if (method === 'POST' && path === '/order') return verdict(record(body as unknown as OrderRequest, request.key ?? ''), 201)
    if (method === 'POST' && path === '/preflight') return json(200, preflight(body as unknown as OrderRequest))
    if (method === 'POST' && path.endsWith('/approval')) return approve(id, body)
    if (path === '/orders') {
      const key = url.searchParams.get('idempotencyKey')
      return json(200, [...orders.values()].toReversed().filter(({ idempotencyKey }) => [null, idempotencyKey].includes(key)), { 'As-Of': new Date(serverTime()).toISOString() })
    }
    if (path === '/positions') return json(200, server.positions)
    if (path === '/kill-switch') return method === 'GET' ? json(200, server.kill) : changeKill(body)
    if (path === '/events') {
      const after = request.headers.get('Last-Event-ID') ?? url.searchParams.get('after')
      return events.open(after, () => ({ orders: [...orders.values()].toReversed(), positions: server.positions }), signal)
    }
    if (order === undefined) return problem(404, 'ORDER_NOT_FOUND', 'There is no such order.')
    if (method === 'DELETE') return json(200, server.change(id, { status: 'canceled', leavesQuantity: '0' }))
    return json(200, order)
  }

  const server: FakeServer = {
    requests: [], events, orders, positions: [], kill: { epoch: 0, engaged: [] }, decisions: [allowed('kill-switch'), allowed('max-position', { limit: '100', observed: '10' })],
    becomes: () => ({}), intercept: () => undefined, code: '123456', attempts: 3, down: false, checkLasts: 30_000, lateness: 20, pace: 1, arrived: () => Promise.all(late),
    posts: (path) => server.requests.filter((request) => request.method === 'POST' && request.path === path),
    placed: (order) => record({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.5', timeInForce: 'day', ...order } as OrderRequest, `key-${keys.size + 1}`),
    change: (id, change) => {
      const { challenge: _challenge, ...order } = orders.get(id) as Order & { challenge?: unknown }
      const changed = { ...order, ...change, version: order.version + 1, updatedAt: now() } as Order
      orders.set(id, changed)
      return changed
    },
    fetch: async (input, init) => {
      const raw = new Request(input, init)
      const url = new URL(raw.url)
      const text = await raw.clone().text()
      const request: RecordedRequest = {
        method: raw.method, path: url.pathname.replace('/api/v1/execution', ''), headers: raw.headers,
        key: raw.headers.get('Idempotency-Key')?.replaceAll('"', '') ?? null, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      }
      server.requests.push(request)
      if (server.down) throw new TypeError('Failed to fetch')
      const reply = await server.intercept(request)
      if (reply instanceof Response) return reply
      if (reply === 'lost') throw new TypeError('Failed to fetch')
      if (reply === 'late') {
        late.push(new Promise((resolve) => { setTimeout(() => { resolve(route(request, url, raw.signal)) }, server.lateness) }))
        throw new TypeError('Failed to fetch')
      }
      const response = route(request, url, raw.signal)
      if (reply === 'lost_after_recording') throw new TypeError('Failed to fetch')
      return response
    },
  }
  return server
}
