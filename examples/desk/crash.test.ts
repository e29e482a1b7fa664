// kill -9 of the demo with orders open, again and again on the same data: nothing is lost, nothing is doubled, and a reader that
// resumes from the last event it saw sees each one once.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Order, OrderRequest, StreamItem } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { createExecutionClient, type ExecutionClient } from '@sluice/http/client'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { readBooks } from './support/broker-books.ts'
import { type Demo, startDemo } from './support/start-demo.ts'

const ROUNDS = 6
const SEED = 20_261_122
const TOKEN = 'crash-test-token'
const FINISHED = ['filled', 'canceled', 'denied', 'rejected', 'expired']

/** The same numbers from 0 to 1 in every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A request with its key, and the order that was answered; undefined while no answer has come through. */
interface Placement {
  readonly key: string
  readonly request: OrderRequest
  order: Order | undefined
}

function requestsOf(round: number): Placement[] {
  return Array.from({ length: 6 }, (_, index): Placement => {
    const common = { symbol: 'T', side: index % 4 === 3 ? 'sell' : 'buy', quantity: String(1 + (index % 2)), timeInForce: 'gtc' } as const
    const request: OrderRequest = index % 2 === 0 ? { ...common, type: 'market' } : { ...common, type: 'limit', limitPrice: common.side === 'buy' ? '10' : '40' }
    return { key: `round-${round}-${index}`, request, order: undefined }
  })
}

const clientOf = (address: string): ExecutionClient =>
  createExecutionClient({ baseUrl: `${address}/api/v1/execution`, getHeaders: () => ({ Authorization: `Bearer ${TOKEN}` }) })

async function place(demo: Demo, { key, request }: Placement): Promise<{ readonly order: Order; readonly replayed: boolean }> {
  const response = await fetch(`${demo.address}/api/v1/execution/order`, {
    method: 'POST', body: JSON.stringify(request), headers: { 'Authorization': `Bearer ${TOKEN}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
  })
  const order = (await response.json()) as Order
  expect([201, 202], JSON.stringify(order)).toContain(response.status)
  return { order, replayed: response.headers.get('Idempotency-Replayed') === 'true' }
}

/** A reader of events that remembers how far it has come. */
interface Follower {
  readonly seen: readonly StreamItem[]
  /** Reads on from the last event it has seen. */
  resume(): Promise<void>
}

function followEvents(client: ExecutionClient): Follower {
  const seen: StreamItem[] = []
  let cursor: string | undefined
  let stop = (): Promise<void> => Promise.resolve()
  const read = async (signal: AbortSignal): Promise<void> => {
    const stream = client.events({ account: 'main', signal, ...(cursor !== undefined && { after: cursor }) })
    for await (const item of stream) {
      seen.push(item)
      cursor = stream.cursor
    }
  }
  onTestFinished(() => stop())
  return {
    seen,
    resume: async () => {
      await stop()
      const stopping = new AbortController()
      const reading = read(stopping.signal)
      stop = () => {
        stopping.abort()
        return reading
      }
    },
  }
}

/** What held before the crash still holds: the same order, and no finished one came back to life. */
async function expectKept(client: ExecutionClient, { order }: Placement): Promise<void> {
  if (order === undefined) return
  const now = await client.getOrder(order.id)
  const { id, clientOrderId, brokerOrderId } = order
  expect(now).toMatchObject({ id, clientOrderId, ...(brokerOrderId !== undefined && { brokerOrderId }) })
  expect(now.version).toBeGreaterThanOrEqual(order.version)
  if (FINISHED.includes(order.status)) expect(now.status).toBe(order.status)
  else if (order.type === 'limit') expect(['new', 'canceled', 'pending_cancel'], `${id} at the broker`).toContain(now.status)
}

/** Sends a round of orders, and a cancel of an earlier one, and kills the demo in the middle of it. */
async function crash(demo: Demo, round: readonly Placement[], earlier: Placement | undefined, random: () => number): Promise<void> {
  const sending = round.map(async (placement) => {
    await sleep(random() * 60)
    placement.order = (await place(demo, placement)).order
  })
  if (earlier?.order !== undefined) sending.push(clientOf(demo.address).cancelOrder(earlier.order.id, { signal: AbortSignal.timeout(200) }).then(() => undefined))
  const killed = sleep(10 + random() * 170).then(() => { demo.kill('SIGKILL') })
  await Promise.allSettled([...sending, killed])
  expect(await demo.ended).toMatchObject({ signal: 'SIGKILL' })
}

test(`after each of ${ROUNDS} kills every order is there, once, and the event stream goes on without a gap`, { timeout: 120_000 }, async () => {
  const dataFolder = temporaryFolder()
  const random = createRandom(SEED)
  const start = (port: number, args: readonly string[] = []): Promise<Demo> => startDemo({ dataFolder, port, args, environment: { SLUICE_TOKEN: TOKEN } })
  let demo = await start(0)
  const port = Number(new URL(demo.address).port)
  const client = clientOf(demo.address)
  const follower = followEvents(client)
  await follower.resume()
  const placed: Placement[] = []
  let lost = 0

  for (let round = 1; round <= ROUNDS; round += 1) {
    const placements = requestsOf(round)
    await crash(demo, placements, placed.at(-1), random)
    lost += placements.filter(({ order }) => order === undefined).length

    const { orders } = await readBooks(dataFolder)
    const known = orders.map(({ brokerOrderId }) => brokerOrderId)
    for (const { order } of placements) if (order?.brokerOrderId !== undefined) expect(known).toContain(order.brokerOrderId)

    demo = await start(port)
    await follower.resume()
    placed.push(...placements)
    for (const placement of placed) await expectKept(client, placement)
    for (const placement of placements) {
      const { order, replayed } = await place(demo, placement)
      if (placement.order !== undefined) expect({ id: order.id, replayed }).toEqual({ id: placement.order.id, replayed: true })
      placement.order = order
    }
  }
  expect(lost, 'kills that cut an answer off').toBeGreaterThan(0)

  demo.kill('SIGTERM')
  expect(await demo.ended).toMatchObject({ code: 0 })
  demo = await start(port, ['--no-strategy'])
  await follower.resume()
  const isTrading = (order: Order): boolean => order.type === 'market' && !FINISHED.includes(order.status)
  await expect.poll(async () => (await client.listOrders({ open: true })).filter(isTrading)).toEqual([])
  const last = await client.placeOrder({ symbol: 'T', side: 'buy', type: 'limit', quantity: '1', limitPrice: '10', timeInForce: 'gtc' })
  await expect.poll(() => follower.seen.some((item) => item.type === 'order_accepted' && item.data.orderId === last.id)).toBe(true)
  const orders = await client.listOrders({ limit: 1000 })
  const positions = await client.positions()
  demo.kill('SIGTERM')
  expect(await demo.ended).toMatchObject({ code: 0 })

  // The broker's own books: each order that was sent is there once, and there is no other.
  const books = await readBooks(dataFolder)
  const sent = orders.filter(({ brokerOrderId }) => brokerOrderId !== undefined)
  const atBroker = new Set(books.orders.map(({ brokerOrderId }) => brokerOrderId))
  expect(atBroker.size).toBe(books.orders.length)
  expect(atBroker).toEqual(new Set(sent.map(({ brokerOrderId }) => brokerOrderId)))
  const clientOrderIds = books.orders.flatMap((order) => order.clientOrderIds)
  expect(new Set(clientOrderIds).size, 'client order ids at the broker').toBe(clientOrderIds.length)
  for (const { key, order } of placed) expect(sent.filter(({ idempotencyKey }) => idempotencyKey === key).map(({ id }) => id), key).toEqual([order?.id])
  for (const order of sent) expect(books.orders.find(({ brokerOrderId }) => brokerOrderId === order.brokerOrderId)).toMatchObject({ filledQuantity: order.filledQuantity })
  for (const { symbol, quantity } of positions) {
    const traded = books.executions.filter((execution) => execution.symbol === symbol)
    expect(traded.reduce((sum, { side, lastQuantity }) => sum + Number(lastQuantity) * (side === 'buy' ? 1 : -1), 0), symbol).toBe(Number(quantity))
  }

  const journal = sqliteJournal(join(dataFolder, 'orders.db'))
  const history: string[] = []
  for await (const { id } of journal.read('main', 1)) history.push(id)
  await journal.close()
  expect(follower.seen.flatMap((item) => ('id' in item && item.account === 'main' ? [item.id] : []))).toEqual(history)
})
