import type { EventsOptions, ExecutionService, StreamItem } from '@sluice/core'
import { type EventStreamOptions, type ExecutionClient, ExecutionClientError } from '@sluice/http/client'
import { now, toIso } from '../runtime/timing.ts'

/** What is used of an execution service that runs in the page itself. */
export type ServiceLike = Pick<ExecutionService,
  'placeOrder' | 'preflight' | 'approveOrder' | 'cancelOrder' | 'cancelOrders' | 'replaceOrder' | 'getOrderStatus' | 'orderEvents' | 'listOrders' |
  'positions' | 'accountValues' | 'guards' | 'killSwitch'> & { events(options?: EventsOptions): AsyncIterable<StreamItem> }

interface ServiceError extends Error {
  readonly code?: string
  readonly retryable?: boolean
  readonly attemptsLeft?: number
  readonly denial?: { readonly code: string; readonly message: string }
  readonly issues?: readonly { readonly path: readonly (string | number)[]; readonly rule: string; readonly message: string }[]
}

/** An error of the service as the client would have given it: refused, with a code. One without a code stays what it is. */
function translated(error: unknown): unknown {
  const { code, message, retryable = false, attemptsLeft, denial, issues } = error as ServiceError
  if (typeof code !== 'string') return error
  const errors = issues?.map((issue) => ({ pointer: `/${issue.path.join('/')}`, rule: issue.rule, message: issue.message }))
  const problem = {
    type: '', title: code, status: 422, detail: message, code, retryable, ...(attemptsLeft !== undefined && { attemptsLeft }),
    ...(denial !== undefined && { denial }), ...(errors !== undefined && { errors }),
  }
  return new ExecutionClientError(code, message, { status: 422, retryable, problem, cause: error })
}

async function asked<Value>(call: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await call()
  } catch (error) {
    throw translated(error)
  }
}

async function found<Value>(call: () => Promise<Value | undefined>): Promise<Value> {
  const value = await asked(call)
  if (value === undefined) throw new ExecutionClientError('ORDER_NOT_FOUND', 'There is no such order.', { status: 404 })
  return value
}

/** Both streams of an account, its own and that of the service as a whole, as they come. */
async function* merged(service: ServiceLike, { account = 'main', after = '', signal, onState }: EventStreamOptions): AsyncGenerator<StreamItem> {
  const name = String([account].flat()[0])
  const seen = new Map(String(after).split(',').map((part) => part.split(':')).map(([key = '', at]) => [key, Number(at ?? 0)] as const))
  const ended = new AbortController()
  signal?.addEventListener('abort', () => { ended.abort() })
  const streams = [name, '*'].map((key) => service.events({ account: key, after: seen.get(key) ?? 0, signal: ended.signal })[Symbol.asyncIterator]())
  const next = async (stream: AsyncIterator<StreamItem>): Promise<{ stream: AsyncIterator<StreamItem>; result: IteratorResult<StreamItem> }> => ({ stream, result: await stream.next() })
  const waiting = new Map(streams.map((stream) => [stream, next(stream)]))
  onState?.('live')
  try {
    while (waiting.size > 0 && !ended.signal.aborted) {
      const { stream, result } = await Promise.race(waiting.values())
      if (result.done === true) waiting.delete(stream)
      else {
        waiting.set(stream, next(stream))
        yield result.value
      }
    }
  } finally {
    ended.abort()
  }
}

/**
 * A service that runs in the page, as a client: for demos, tests and simulators. Nothing leaves the page. A real desk keeps its
 * service on a server.
 */
export function fromService(service: ServiceLike): ExecutionClient {
  const { killSwitch } = service
  return {
    placeOrder: ({ ...request }, { idempotencyKey, notAfter, signal } = {}) =>
      asked(() => service.placeOrder({ ...request, ...(idempotencyKey !== undefined && { idempotencyKey }) }, { ...(signal !== undefined && { signal }), ...(notAfter !== undefined && { notAfter }) })),
    preflight: (request) => asked(() => service.preflight(request)),
    approveOrder: (id, approval) => asked(() => service.approveOrder(id, approval)),
    cancelOrder: (id) => asked(() => service.cancelOrder(id)),
    replaceOrder: (id, changes, { expectedVersion } = {}) => asked(() => service.replaceOrder(id, changes, { ...(expectedVersion !== undefined && { expectedVersion }) })),
    getOrder: (id) => found(() => service.getOrderStatus(id)),
    findOrder: async (key) => {
      const asOf = toIso(now())
      const [order] = await asked(() => service.listOrders(key))
      return { order, asOf }
    },
    orderEvents: (id) => found(() => service.orderEvents(id)),
    listOrders: (filter) => asked(() => service.listOrders(filter)),
    allOrders: async function* allOrders(filter) {
      yield* await service.listOrders({ ...filter, limit: Number.MAX_SAFE_INTEGER })
    },
    cancelOrders: async (filter) => {
      const results = await asked(() => service.cancelOrders(filter))
      return results.map((result) => (result.kind === 'order' ? { orderId: result.orderId, status: 200, order: result.order } : { orderId: result.orderId, status: 422 }))
    },
    positions: (filter) => asked(() => service.positions(filter)),
    account: async ({ account = 'main' } = {}) => ({ account, values: (await asked(() => service.accountValues(account))) ?? null }),
    guards: (filter) => asked(() => service.guards(filter)),
    killSwitch: {
      status: () => asked(() => killSwitch.status()),
      engage: (command) => asked(() => killSwitch.engage(command)),
      release: (command) => asked(() => killSwitch.release(command)),
    },
    events: (options = {}) => {
      const items = merged(service, options)
      return { cursor: undefined, state: 'live', [Symbol.asyncIterator]: () => items }
    },
  }
}
