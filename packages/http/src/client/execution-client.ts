import type {
  EngageCommand, GuardStatus, KillReport, KillStatus, Order, OrderFilter, OrderRequest, Position, Preflight, ReleaseCommand, ReplaceRequest,
  StoredEvent,
} from '@sluice/core'
import type { AccountAnswer, CancelAnswer } from '../answer/shapes.ts'
import { type EventStream, type EventStreamOptions, openEvents } from './event-stream.ts'
import { hostTiming } from './retry.ts'
import { randomKey } from './runtime/timing.ts'
import { createTransport, type TransportOptions } from './transport.ts'

export interface ExecutionClientOptions extends TransportOptions {
  /** How often the server is never silent for longer, in ms; twice as much counts as dead. Default 15 000. */
  readonly heartbeat?: number
  /** Longest wait before the first attempt to reconnect, in ms; doubles with each failure up to 30 s, and is drawn at random. Default 1 000. */
  readonly reconnectDelay?: number
}

export interface RequestOptions {
  /** Gives up waiting. What was sent may still take effect. */
  readonly signal?: AbortSignal
}

export interface PlaceOrderOptions extends RequestOptions {
  /** The same for each retry of one order. Default: the request's own, else a new one, found on the error if there is one. */
  readonly idempotencyKey?: string
  /** The server refuses the order from this instant of its own clock on, ISO 8601, with TOO_LATE. Default: it takes it whenever it comes. */
  readonly notAfter?: string
  /** Sends it once, whatever `retry` says: for who asks by `findOrder` instead. Default false. */
  readonly once?: boolean
}

export interface ReplaceOrderOptions extends RequestOptions {
  /** Refuse with VERSION_CONFLICT when the order has another version now. */
  readonly expectedVersion?: number
}

export interface AccountFilter {
  /** Default: the accounts you may use. */
  readonly account?: string
}

/** What chooses orders to list; `limit` is the size of a page. */
export type ListFilter = Omit<OrderFilter, 'before'>
/** What chooses orders to cancel. */
export type CancelFilter = Pick<OrderFilter, 'account' | 'strategy' | 'symbol' | 'broker' | 'source'>

/** What became of an idempotency key. */
export interface KeyAnswer {
  readonly order: Order | undefined
  /** The instant of the server's clock for which that holds. With no order, and after the `notAfter` the order was sent with, the key will never be taken. */
  readonly asOf: string | undefined
}

/** A Sluice endpoint as its caller sees it. Every method but the streams rejects with `ExecutionClientError` alone. */
export interface ExecutionClient {
  /** Resolves to the order whenever one was recorded: a denied or rejected one is an answer, narrowed by `status`. */
  placeOrder(request: OrderRequest, options?: PlaceOrderOptions): Promise<Order>
  preflight(request: OrderRequest, options?: RequestOptions): Promise<Preflight>
  approveOrder(orderId: string, approval: { readonly code: string }, options?: RequestOptions): Promise<Order>
  cancelOrder(orderId: string, options?: RequestOptions): Promise<Order>
  replaceOrder(orderId: string, changes: ReplaceRequest, options?: ReplaceOrderOptions): Promise<Order>
  getOrder(orderId: string, options?: RequestOptions): Promise<Order>
  /** The order that a key stands for. Asks, and sends nothing. */
  findOrder(key: { readonly account: string; readonly idempotencyKey: string }, options?: RequestOptions): Promise<KeyAnswer>
  /** Everything that became of an order, with what the guards read. */
  orderEvents(orderId: string, options?: RequestOptions): Promise<readonly StoredEvent[]>
  /** The newest orders that match, at most 1000. */
  listOrders(filter?: ListFilter, options?: RequestOptions): Promise<readonly Order[]>
  /** Every order that matches, newest first, page by page. */
  allOrders(filter?: ListFilter, options?: RequestOptions): AsyncIterable<Order>
  /** Cancels every unfinished order that matches; without a filter, all of yours. Each has an answer of its own. */
  cancelOrders(filter?: CancelFilter, options?: RequestOptions): Promise<readonly CancelAnswer[]>
  positions(filter?: AccountFilter, options?: RequestOptions): Promise<readonly Position[]>
  /** What the broker last said the account is worth. */
  account(filter?: AccountFilter, options?: RequestOptions): Promise<AccountAnswer>
  /** The limits in force, in the order the guards run. */
  guards(filter?: AccountFilter, options?: RequestOptions): Promise<readonly GuardStatus[]>
  readonly killSwitch: {
    status(options?: RequestOptions): Promise<KillStatus>
    engage(command: Omit<EngageCommand, 'actor' | 'trigger'>, options?: RequestOptions): Promise<KillReport>
    release(command: Omit<ReleaseCommand, 'actor'>, options?: RequestOptions): Promise<KillStatus>
  }
  /** Events from `after` on, without a gap and without an end: it reconnects and resumes until its signal aborts. */
  events(options?: EventStreamOptions): EventStream
}

function queryOf(filter: object): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value))
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

export function createExecutionClient(options: ExecutionClientOptions): ExecutionClient {
  const transport = createTransport(options)
  const { ask } = transport
  const get = <Value>(path: string, { signal }: RequestOptions = {}): Promise<Value> => ask({ method: 'GET', path, signal })
  const post = <Value>(path: string, body: unknown, { signal }: RequestOptions = {}, repeatable = false): Promise<Value> =>
    ask({ method: 'POST', path, body, signal, repeatable })
  const pathOf = (orderId: string): string => `/order/${encodeURIComponent(orderId)}`

  return {
    placeOrder: ({ idempotencyKey: own, ...body }, { idempotencyKey = own ?? randomKey(), notAfter, once = false, signal } = {}) =>
      ask({ method: 'POST', path: `/order${queryOf({ notAfter })}`, body, signal, headers: { 'Idempotency-Key': idempotencyKey }, idempotencyKey, repeatable: !once }),
    preflight: (request, more) => post('/preflight', request, more, true),
    approveOrder: (orderId, { code }, more) => post(`${pathOf(orderId)}/approval`, { code }, more),
    cancelOrder: (orderId, { signal } = {}) => ask({ method: 'DELETE', path: pathOf(orderId), signal, repeatable: true }),
    replaceOrder: (orderId, changes, { expectedVersion, signal } = {}) => ask({
      method: 'PATCH', path: pathOf(orderId), body: changes, signal, headers: { 'If-Match': expectedVersion === undefined ? '*' : `"v${expectedVersion}"` },
    }),
    getOrder: (orderId, more) => get(pathOf(orderId), more),
    findOrder: async (key, { signal } = {}) => {
      let asOf: string | undefined
      const [order] = await ask<readonly Order[]>({ method: 'GET', path: `/orders${queryOf(key)}`, signal, onHeaders: (headers) => { asOf = headers.get('As-Of') ?? undefined } })
      return { order, asOf }
    },
    orderEvents: (orderId, more) => get(`${pathOf(orderId)}/events`, more),
    listOrders: (filter = {}, more) => get(`/orders${queryOf(filter)}`, more),
    allOrders: async function* allOrders(filter = {}, { signal } = {}) {
      for (let query: string | undefined = queryOf(filter); query !== undefined;) {
        let next: string | undefined
        const onHeaders = (headers: Headers): void => { next = /<[^>?]*(\?[^>]*)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1] }
        yield* await ask<readonly Order[]>({ method: 'GET', path: `/orders${query}`, signal, onHeaders })
        query = next
      }
    },
    cancelOrders: (filter = {}, { signal } = {}) => ask({ method: 'DELETE', path: `/orders${queryOf(filter)}`, signal, repeatable: true }),
    positions: (filter = {}, more) => get(`/positions${queryOf(filter)}`, more),
    account: (filter = {}, more) => get(`/account${queryOf(filter)}`, more),
    guards: (filter = {}, more) => get(`/guards${queryOf(filter)}`, more),
    killSwitch: {
      status: (more) => get('/kill-switch', more),
      engage: (command, more) => post('/kill-switch', { action: 'engage', ...command }, more, true),
      release: (command, more) => post('/kill-switch', { action: 'release', ...command }, more),
    },
    events: (more = {}) => openEvents(transport, more, { heartbeat: options.heartbeat ?? 15_000, reconnectDelay: options.reconnectDelay ?? 1000, ...(options.timing ?? hostTiming) }),
  }
}
