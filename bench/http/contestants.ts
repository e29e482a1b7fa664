import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createExecutionService, type ExecutionService, memoryJournal, type Order, type OrderRequest, parseOrderRequest } from '@sluice/core'
import { createExecutionApi, type ExecutionApi, toNodeHandler } from '@sluice/http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { nullBroker } from '../null-broker.ts'

const PATH = '/api/v1/execution/order'

type Place = (request: OrderRequest) => Promise<Order>

/** What every contestant does with an order: all but HTTP. */
const works: Readonly<Record<string, () => Promise<{ readonly place: Place; readonly service: ExecutionService }>>> = {
  // Checks the order with the same zod schema and answers: what remains is the price of HTTP.
  zod: () => {
    let orders = 0
    const place: Place = (request) => {
      const { terms, idempotencyKey = '' } = parseOrderRequest(request)
      orders += 1
      const time = '2026-01-02T15:00:00.000Z'
      return Promise.resolve({
        ...terms, id: `o${orders}`, idempotencyKey, actor: 'bench', broker: 'main', clientOrderId: `c${orders}`, brokerOrderId: `n${orders}`,
        filledQuantity: '0', leavesQuantity: '10', version: 2, createdAt: time, updatedAt: time, status: 'new',
      })
    }
    return Promise.resolve({ place, service: { placeOrder: place } as ExecutionService })
  },
  service: async () => {
    const broker = nullBroker(() => undefined)
    const capabilities = { ...broker.capabilities, orderClasses: ['bracket'] } as const
    const service = await createExecutionService({ broker: { ...broker, capabilities }, journal: memoryJournal(), quoteMaximumAge: 3_600_000, accounts: ['main'] })
    return { place: (request) => service.placeOrder(request, { actor: 'bench' }), service }
  },
}

const isKnown = (authorization: string | undefined): boolean => authorization === 'Bearer bench'

async function bare(place: Place, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (incoming.method !== 'POST' || incoming.url !== PATH || !isKnown(incoming.headers.authorization)) {
    outgoing.writeHead(404).end()
    return
  }
  const text = await new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => { chunks.push(chunk) }).on('end', () => { resolve(Buffer.concat(chunks).toString()) }).on('error', reject)
  })
  const order = await place({ ...(JSON.parse(text) as OrderRequest), idempotencyKey: String(incoming.headers['idempotency-key']) })
  const body = JSON.stringify(order)
  outgoing.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body)
}

function sluice(service: ExecutionService): ExecutionApi {
  return createExecutionApi({
    service,
    // Counted as ever, but never used up.
    requestRate: { perSecond: 1_000_000, burst: 1_000_000 },
    authenticate: (_, { incoming }) => (isKnown(incoming?.headers.authorization) ? { id: 'bench', accounts: ['main'] } : null),
  })
}

const hosts: Readonly<Record<string, (place: Place, service: ExecutionService) => Promise<RequestListener>>> = {
  bare: async (place) => (incoming, outgoing) => { bare(place, incoming, outgoing).catch(() => { outgoing.destroy() }) },
  sluice: async (_, service) => toNodeHandler(sluice(service)),
  // A wrapped API has its own `fetch` called, with a web request and a web response in between.
  'sluice-fetch': async (_, service) => {
    const api = sluice(service)
    return toNodeHandler({ ...api, fetch: (request, environment) => api.fetch(request, environment) })
  },
  // A fetch host of others: its requests and responses, our handler.
  'sluice-hono': async (_, service) => {
    const api = sluice(service)
    const listener = getRequestListener((request, environment) => api.fetch(request, environment))
    return (incoming, outgoing) => { void listener(incoming, outgoing) }
  },
  express: async (place) => express().use(express.json()).post(PATH, (request, response, next) => {
    if (!isKnown(request.headers.authorization)) {
      response.status(404).end()
      return
    }
    place({ ...(request.body as OrderRequest), idempotencyKey: String(request.headers['idempotency-key']) }).then((order) => { response.status(201).json(order) }, next)
  }),
  // With what ours says besides: limits on how often one may ask, and headers that keep orders out of caches.
  'express-same': async (place) => {
    const app = express().disable('x-powered-by').set('etag', false).use(express.json({ limit: '64kb', strict: true }))
    const counts = new Map<string, { left: number; at: number }>()
    app.use((request, response, next) => {
      if (!isKnown(request.headers.authorization)) {
        response.status(401).end()
        return
      }
      next()
    })
    app.use((_, response, next) => {
      const now = performance.now()
      const count = counts.get('bench') ?? { left: 1_000_000, at: now }
      count.left = Math.min(1_000_000, count.left + now - count.at) - 1
      count.at = now
      counts.set('bench', count)
      response.set({ 'RateLimit-Policy': '"requests";q=1000000;w=1', RateLimit: `"requests";r=${Math.floor(count.left)};t=1` })
      next()
    })
    app.use((_, response, next) => {
      response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' })
      next()
    })
    return app.post(PATH, (request, response, next) => {
      place({ ...(request.body as OrderRequest), idempotencyKey: String(request.headers['idempotency-key']) })
        .then((order) => { response.status(201).set({ ETag: `"v${order.version}"`, Location: `${PATH}/${order.id}` }).json(order) }, next)
    })
  },
  fastify: async (place) => {
    const app = fastify()
    app.post(PATH, async (request, reply) => {
      if (!isKnown(request.headers.authorization)) return reply.status(404).send()
      return reply.status(201).send(await place({ ...(request.body as OrderRequest), idempotencyKey: String(request.headers['idempotency-key']) }))
    })
    await app.ready()
    return (incoming, outgoing) => { app.routing(incoming, outgoing) }
  },
}

/** Starts `HOST/WORK`, for example `bare/zod`. Resolves to its port. */
export async function startContestant(name: string): Promise<number> {
  const [host = '', work = ''] = name.split('/')
  const [makeWork, makeHost] = [works[work], hosts[host]]
  if (makeWork === undefined || makeHost === undefined) throw new Error(`there is no contestant ${name}`)
  const { place, service } = await makeWork()
  const server = createServer(await makeHost(place, service))
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
