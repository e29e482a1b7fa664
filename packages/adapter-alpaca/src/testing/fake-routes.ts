import { type Clock, formatDecimal, ONE, parseDecimal } from '@sluice/core'
import { formatDate } from '../iso-time.ts'
import type { FakeAccount } from './fake-account.ts'
import { type FakeActivity, selectActivities } from './fake-activities.ts'
import { type FakeAsset, toWireAsset, toWireContract } from './fake-asset.ts'
import { toWireCalendar } from './fake-calendar.ts'
import type { FakeExchange } from './fake-exchange.ts'
import { type FakeOrder, isFinishedOrder, toWireOrder } from './fake-order.ts'
import { toWireQuote } from './fake-quote.ts'
import { badRequest, FakeRefusal, notFound } from './fake-refusal.ts'
import { amount, readMultiLeg, readOrder, type WireBody } from './fake-request.ts'
import { heldBy, openOrders, reservedOf } from './fake-rules.ts'
import type { FakeVenue } from './fake-venue.ts'

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: WireBody | undefined
}

export interface FakeAnswer {
  readonly status: number
  readonly body?: unknown
  /** The order that the request made or named. */
  readonly order?: FakeOrder
}

export interface FakeRoutesOptions {
  readonly clock: Clock
  readonly account: FakeAccount
  readonly venue: FakeVenue
  readonly exchange: FakeExchange
  /** What happened to the account beside its trades. */
  readonly activities: () => readonly FakeActivity[]
  readonly newId: () => string
}

const MISSING = 'endpoint not found'

/** Pads the fraction, so that times of any precision compare as text. */
function comparable(time: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?)?/.exec(time)
  if (match === null) throw badRequest(`invalid time ${time}`)
  const [, date = '', clock = '00:00:00', fraction = ''] = match
  return `${date}T${clock}.${fraction.padEnd(9, '0')}Z`
}

/** The REST interface over the books. */
export function createFakeRoutes({ account, activities: others, clock, exchange, newId, venue }: FakeRoutesOptions): (request: FakeRequest) => FakeAnswer {
  const assetOf = (key: string): FakeAsset | undefined => venue.assetOf(key)
  const priceOf = (symbol: string): bigint => venue.priceOf(symbol)
  const visible = (order: FakeOrder | undefined, message: string): FakeOrder => {
    if (order === undefined || clock.now() < order.visibleFrom) throw notFound(message)
    return order
  }
  const orderById = (id: string): FakeOrder => visible(exchange.orders.get(id), `order not found for ${id}`)
  const open = (): FakeOrder[] => openOrders(exchange.orders.values())
  const heldOf = (symbol: string): bigint => heldBy(open(), symbol, priceOf(symbol))

  const listOrders = (query: URLSearchParams): FakeAnswer => {
    const status = query.get('status') ?? 'open'
    const limit = Math.min(Number(query.get('limit') ?? 50), 500)
    const direction = query.get('direction') ?? 'desc'
    const nested = query.get('nested') === 'true'
    const [after, until, afterId, beforeId] = [query.get('after'), query.get('until'), query.get('after_order_id'), query.get('before_order_id')]
    if ((afterId ?? beforeId) !== null && (after ?? until) !== null) throw badRequest('after_order_id and before_order_id cannot be combined with after and until')
    const symbols = query.get('symbols')?.split(',')
    const from = afterId === null ? undefined : exchange.orders.get(afterId)?.createdAt
    const to = beforeId === null ? undefined : exchange.orders.get(beforeId)?.createdAt
    const found = [...exchange.orders.values()].filter((order) => (status === 'all' || isFinishedOrder(order) === (status === 'closed'))
      && clock.now() >= order.visibleFrom && !(nested && order.parent !== undefined) && (symbols === undefined || symbols.includes(order.asset.symbol))
      && (after === null || order.createdAt > comparable(after)) && (until === null || order.createdAt < comparable(until))
      && (from === undefined || order.createdAt > from) && (to === undefined || order.createdAt < to))
    if (direction === 'desc') found.reverse()
    return { status: 200, body: found.slice(0, limit).map((order) => toWireOrder(order, nested)) }
  }
  const patchOrder = (id: string, body: WireBody): FakeAnswer => {
    const order = orderById(id)
    const clientOrderId = body['client_order_id'] ?? newId()
    if (typeof clientOrderId !== 'string') throw badRequest('invalid client_order_id')
    const successor = exchange.replace(order, {
      clientOrderId, quantity: amount(body, 'qty'), limitPrice: amount(body, 'limit_price'), stopPrice: amount(body, 'stop_price'), trail: amount(body, 'trail'),
      timeInForce: typeof body['time_in_force'] === 'string' ? body['time_in_force'] : undefined,
    })
    return { status: 200, body: toWireOrder(successor), order: successor }
  }
  const cancelAll = (): FakeAnswer => ({
    status: 207,
    body: open().filter(({ parent }) => parent === undefined).map((order) => {
      try {
        exchange.cancel(order)
        return { id: order.id, status: 200, body: toWireOrder(order) }
      } catch (error) {
        if (error instanceof FakeRefusal) return { id: order.id, status: 500, body: error.body }
        throw error
      }
    }),
  })
  const orders = ({ method, path, query, body = {} }: FakeRequest): FakeAnswer => {
    const id = path.slice('/v2/orders/'.length)
    if (path === '/v2/orders') {
      if (method === 'GET') return listOrders(query)
      if (method === 'DELETE') return cancelAll()
      const order = body['order_class'] === 'mleg' ? exchange.placeMultiLeg(readMultiLeg(body, newId)) : exchange.place(readOrder(body, assetOf, newId))
      return { status: 200, body: toWireOrder(order, true), order }
    }
    if (method === 'PATCH') return patchOrder(id, body)
    const order = orderById(id)
    if (method === 'GET') return { status: 200, body: toWireOrder(order, query.get('nested') === 'true'), order }
    exchange.cancel(order)
    return { status: 204, order }
  }
  /** Sells or buys back a position at the market. */
  const closePosition = (symbol: string, query: URLSearchParams): FakeOrder => {
    const held = account.positionOf(symbol)
    const asset = assetOf(symbol)
    if (held === 0n || asset === undefined) throw notFound(`position not found: ${symbol}`)
    const size = held < 0n ? -held : held
    const [quantity, percentage] = [query.get('qty'), query.get('percentage')]
    const wanted = quantity !== null ? parseDecimal(quantity) : percentage !== null ? size * parseDecimal(percentage) / (100n * ONE) : size
    return exchange.place(readOrder({
      symbol: asset.symbol, side: held > 0n ? 'sell' : 'buy', type: 'market', qty: formatDecimal(wanted), time_in_force: asset.class === 'crypto' ? 'gtc' : 'day',
    }, assetOf, newId))
  }
  const positions = ({ method, path, query }: FakeRequest): FakeAnswer => {
    const list = account.toWirePositions(priceOf, heldOf)
    if (path === '/v2/positions') {
      if (method === 'GET') return { status: 200, body: list }
      if (query.get('cancel_orders') === 'true') cancelAll()
      return { status: 207, body: [...account.positions.keys()].map((symbol) => ({ symbol, status: 200, body: toWireOrder(closePosition(symbol, query)) })) }
    }
    const key = decodeURIComponent(path.slice('/v2/positions/'.length))
    const symbol = assetOf(key)?.symbol ?? key
    if (method === 'DELETE') return { status: 200, body: toWireOrder(closePosition(symbol, query)) }
    const position = list.find((entry) => entry['asset_id'] === assetOf(symbol)?.id)
    if (position === undefined) throw notFound('position does not exist')
    return { status: 200, body: position }
  }
  const activities = (query: URLSearchParams, types: readonly string[] | undefined): FakeAnswer => {
    const text = (name: string): string | undefined => query.get(name) ?? undefined
    const time = (name: string): string | undefined => (query.get(name) === null ? undefined : comparable(query.get(name) as string))
    const all = [...exchange.ledger.activities(), ...others()].toSorted((left, right) => (left.time < right.time ? -1 : 1))
    return {
      status: 200, body: selectActivities(all, {
        types, category: text('category'), date: text('date')?.slice(0, 10), after: time('after'), until: time('until'), direction: text('direction'), pageToken: text('page_token'),
        pageSize: Math.min(Number(query.get('page_size') ?? 100), 100),
      }),
    }
  }
  /** Shares and pairs under one path, options under another. */
  const listing = (path: string): FakeAnswer => {
    const isOption = path.startsWith('/v2/options/')
    const key = decodeURIComponent(path.slice(isOption ? '/v2/options/contracts/'.length : '/v2/assets/'.length))
    const asset = assetOf(key)
    if (asset === undefined || (asset.class === 'us_option') !== isOption) throw notFound(`asset not found for ${key}`)
    return { status: 200, body: isOption ? toWireContract(asset, assetOf(/^[A-Z]+/.exec(asset.symbol)?.[0] ?? '')?.id ?? asset.id) : toWireAsset(asset) }
  }
  const listAssets = (query: URLSearchParams): Record<string, unknown>[] => {
    const [status, assetClass] = [query.get('status'), query.get('asset_class')]
    const listed = venue.assets().filter((asset) => asset.class !== 'us_option' && (assetClass === null || asset.class === assetClass))
    return listed.filter(({ active }) => status === null || status === 'all' || active === (status === 'active')).map(toWireAsset)
  }
  const quoteOf = (symbol: string): Record<string, unknown> => {
    return toWireQuote(priceOf(symbol), clock.now())
  }
  const marketData = ({ path, query }: FakeRequest): FakeAnswer => {
    const symbols = (query.get('symbols') ?? '').split(',').filter((symbol) => symbol !== '')
    if (path !== '/v2/stocks/quotes/latest' && path !== '/v1beta3/crypto/us/latest/quotes' && path !== '/v1beta1/options/quotes/latest') throw notFound(MISSING)
    return { status: 200, body: { quotes: Object.fromEntries(symbols.filter((symbol) => assetOf(symbol) !== undefined).map((symbol) => [symbol, quoteOf(symbol)])) } }
  }

  return (request) => {
    const { method, path, query, body = {} } = request
    if (path === '/v2/orders:by_client_order_id') {
      const id = query.get('client_order_id') ?? ''
      const order = visible(exchange.byClientOrderId(id), `order not found for ${id}`)
      return { status: 200, body: toWireOrder(order, true), order }
    }
    if (path === '/v2/orders' || path.startsWith('/v2/orders/')) return orders(request)
    if (path === '/v2/positions' || path.startsWith('/v2/positions/')) return positions(request)
    if (path === '/v2/account/activities') return activities(query, query.get('activity_types')?.split(','))
    if (path.startsWith('/v2/account/activities/')) return activities(query, [path.slice('/v2/account/activities/'.length)])
    if (path === '/v2/account/configurations') {
      if (method === 'PATCH') Object.assign(account.configuration, body)
      return { status: 200, body: account.configuration }
    }
    if (path === '/v2/account') return { status: 200, body: account.toWire(priceOf, reservedOf({ open: open(), venue })) }
    if (path === '/v2/clock') return { status: 200, body: venue.hours.toWire() }
    if (path === '/v2/calendar') {
      const today = formatDate(clock.now())
      return { status: 200, body: toWireCalendar((query.get('start') ?? today).slice(0, 10), (query.get('end') ?? today).slice(0, 10)) }
    }
    if (path === '/v2/assets') return { status: 200, body: listAssets(query) }
    if (path.startsWith('/v2/assets/') || path.startsWith('/v2/options/contracts/')) return listing(path)
    if (path.includes('/quotes')) return marketData(request)
    throw notFound(MISSING)
  }
}
