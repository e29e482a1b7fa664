// Acme, a fictional venue with a REST interface, so that the example has somebody to talk to. Everything there costs 100.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { formatDecimal, parseDecimal } from '@sluice/core'

export interface AcmeFill {
  readonly fillId: string
  readonly quantity: string
  readonly price: string
  readonly time: string
}

/** A client names its orders itself: `PUT`, `GET` and `DELETE /orders/CLIENT_ID`. */
export interface AcmeOrder {
  readonly clientId: string
  readonly orderId: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly type: 'market' | 'limit'
  readonly limit: string | null
  readonly duration: 'day' | 'gtc'
  readonly quantity: string
  readonly filled: string
  readonly state: 'open' | 'filled' | 'canceled'
  readonly fills: readonly AcmeFill[]
  readonly createdAt: string
  readonly updatedAt: string
}

/** `GET /events?after=SEQUENCE` waits until there is one. */
export interface AcmeEvent {
  readonly sequence: number
  readonly kind: 'opened' | 'filled' | 'canceled'
  /** The order after it; the last of its fills is the one that `filled` is about. */
  readonly order: AcmeOrder
}

export interface AcmeVenue {
  readonly url: string
  /** Trades an open order. */
  fill(clientId: string, quantity: string): void
  /** Breaks the next order's way there, or its answer's way back. */
  lose(what: 'request' | 'answer'): void
  /** While true, questions about orders are not answered. */
  silence(silent: boolean): void
  /** Cuts everybody who waits for events. */
  cut(): void
  close(): Promise<void>
}

const PRICE = '100'
const LONGEST_WAIT = 1_000

export async function startAcmeVenue(): Promise<AcmeVenue> {
  const orders = new Map<string, AcmeOrder>()
  const events: AcmeEvent[] = []
  const waiting = new Map<ServerResponse, () => void>()
  let lost: 'request' | 'answer' | undefined
  let isSilent = false

  const change = (order: AcmeOrder, kind: AcmeEvent['kind'], changes: Partial<AcmeOrder>): AcmeOrder => {
    const changed = { ...order, ...changes, updatedAt: new Date().toISOString() }
    orders.set(order.clientId, changed)
    events.push({ sequence: events.length + 1, kind, order: changed })
    for (const wake of waiting.values()) wake()
    return changed
  }
  const fill = (order: AcmeOrder, quantity: string): AcmeOrder => {
    const filled = formatDecimal(parseDecimal(order.filled) + parseDecimal(quantity))
    const trade: AcmeFill = { fillId: randomUUID(), quantity, price: order.limit ?? PRICE, time: new Date().toISOString() }
    return change(order, 'filled', { filled, fills: [...order.fills, trade], state: filled === order.quantity ? 'filled' : 'open' })
  }
  const isMarketable = ({ type, side, limit }: AcmeOrder): boolean => {
    if (type === 'market' || limit === null) return true
    return side === 'buy' ? parseDecimal(limit) >= parseDecimal(PRICE) : parseDecimal(limit) <= parseDecimal(PRICE)
  }

  const place = async (clientId: string, incoming: IncomingMessage, answer: Answer): Promise<void> => {
    const asked = (await json(incoming)) as AcmeOrder
    if (orders.has(clientId)) { answer(409, { code: 'DUPLICATE', message: 'This id is taken.' }); return }
    if (!['market', 'limit'].includes(asked.type) || !['day', 'gtc'].includes(asked.duration)) { answer(422, { code: 'UNSUPPORTED', message: 'Acme takes market and limit orders, day and gtc.' }); return }
    const createdAt = new Date().toISOString()
    const order = change({ ...asked, clientId, orderId: randomUUID(), filled: '0', state: 'open', fills: [], createdAt, updatedAt: createdAt }, 'opened', {})
    answer(201, isMarketable(order) ? fill(order, order.quantity) : order)
  }
  const cancel = (order: AcmeOrder | undefined, answer: Answer): void => {
    if (order?.state === 'open') answer(200, change(order, 'canceled', { state: 'canceled' }))
    else answer(order === undefined ? 404 : 409, { code: order === undefined ? 'UNKNOWN' : 'FINISHED', message: 'There is no such open order.' })
  }
  const listen = (query: URLSearchParams, outgoing: ServerResponse, answer: Answer): void => {
    const since = (): readonly AcmeEvent[] => events.slice(Number(query.get('after') ?? 0))
    const send = (): void => {
      clearTimeout(timer)
      if (waiting.delete(outgoing)) answer(200, since())
    }
    const timer = setTimeout(send, query.get('wait') === 'no' ? 0 : LONGEST_WAIT)
    waiting.set(outgoing, send)
    if (since().length > 0) send()
  }

  const server = createServer((incoming, outgoing) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://acme')
    const clientId = decodeURIComponent(pathname.slice('/orders/'.length))
    const answer: Answer = (status, body) => { outgoing.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body)) }
    const placing = incoming.method === 'PUT' ? lost : undefined
    if (placing !== undefined) lost = undefined
    if (placing === 'request' || (isSilent && incoming.method === 'GET' && pathname !== '/events')) incoming.socket.destroy()
    else if (incoming.method === 'PUT') void place(clientId, incoming, placing === 'answer' ? () => incoming.socket.destroy() : answer)
    else if (incoming.method === 'DELETE') cancel(orders.get(clientId), answer)
    else if (pathname === '/events') listen(searchParams, outgoing, answer)
    else if (pathname === '/orders') answer(200, { sequence: events.length, orders: [...orders.values()] })
    else answer(orders.has(clientId) ? 200 : 404, orders.get(clientId) ?? { code: 'UNKNOWN', message: 'There is no such order.' })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fill: (clientId, quantity) => { fill(orders.get(clientId) as AcmeOrder, quantity) },
    lose: (what) => { lost = what },
    silence: (silent) => { isSilent = silent },
    cut: () => { for (const outgoing of waiting.keys()) outgoing.destroy() },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

type Answer = (status: number, body: unknown) => void
