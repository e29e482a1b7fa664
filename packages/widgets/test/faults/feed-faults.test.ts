import type { StreamItem } from '@sluice/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Feed } from '../../src/feed/feed.ts'
import type { FeedGap } from '../../src/feed/sequencer.ts'
import { OrderBook } from '../../src/orders/order-book.ts'
import type { Connection } from '../../src/store/connection.ts'
import { FaultyServer } from './faulty-server.ts'
import { randomOf } from './random.ts'

const RUNS = Number(process.env['SLUICE_FEED_RUNS'] ?? 500)
const FIRST = Number(process.env['SLUICE_FEED_SEED'] ?? 1)
const STEPS = 150
const KINDS = ['client', 'plain', 'epochs'] as const

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const shown = ({ status, filledQuantity, limitPrice, symbol }: { status: string; filledQuantity: string; limitPrice?: string; symbol: string }): string =>
  `${symbol} ${status} ${filledQuantity} @ ${limitPrice ?? ''}`

interface Outcome { readonly gaps: number; readonly subscriptions: number; readonly phases: ReadonlySet<string> }

async function run(seed: number): Promise<Outcome> {
  const random = randomOf(seed)
  vi.spyOn(Math, 'random').mockImplementation(random)
  const server = new FaultyServer(random, KINDS[seed % KINDS.length]!)
  const book = new OrderBook()
  const gaps: FeedGap[] = []
  const phases = new Set<string>()
  let connection: Connection = { phase: 'connecting' }
  const take = (item: StreamItem): void => {
    if (item.type === 'stream_reset') book.replaceAll(item.orders)
    // The whole order would be asked for; the server here has one truth.
    else if (book.apply(item) === 'ask') book.put(server.orders.get((item.data as { orderId: string }).orderId)!)
  }
  const feed = new Feed({
    source: server.feed, account: 'main', takeSnapshot: seed % KINDS.length === 0 ? undefined : server.takeSnapshot,
    handlers: { item: take, connection: (now) => { connection = now; phases.add(now.phase) }, gap: (gap) => { gaps.push(gap) } },
  })
  feed.run()
  for (let step = 0; step < STEPS; step += 1) {
    server.step()
    await vi.advanceTimersByTimeAsync(Math.floor(random() * 80))
  }
  server.calm = true
  // The network is well again: at most one longest wait, then one more event shows what is missing.
  for (let beat = 0; beat < 140; beat += 1) {
    await vi.advanceTimersByTimeAsync(500)
    server.heartbeat()
    if (beat === 120) server.step()
  }
  expect(connection.phase, `seed ${seed}`).toBe('live')
  const rows = new Map<string, string>()
  for (let position = 0; position < book.size; position += 1) {
    const row = book.at(position)!
    expect(rows.has(row.id), `seed ${seed}: ${row.id} twice`).toBe(false)
    rows.set(row.id, shown(row))
  }
  expect(Object.fromEntries(rows), `seed ${seed}`).toEqual(Object.fromEntries([...server.orders.values()].map((order) => [order.id, shown(order)])))
  feed.stop()
  return { gaps: gaps.length, subscriptions: server.subscriptions, phases }
}

test(`after ${RUNS} runs of lost, repeated, swapped, cut, silent and restarted feeds the widgets show what the server has`, { timeout: 120_000 }, async () => {
  let gaps = 0
  let subscriptions = 0
  const phases = new Set<string>()
  for (let seed = FIRST; seed < FIRST + RUNS; seed += 1) {
    const outcome = await run(seed)
    gaps += outcome.gaps
    subscriptions += outcome.subscriptions
    for (const phase of outcome.phases) phases.add(phase)
  }
  process.stdout.write(`feed faults: seeds ${FIRST} to ${FIRST + RUNS - 1}, ${gaps} gaps, ${subscriptions} subscriptions, states seen: ${[...phases].join(', ')}\n`)
  // A run in which nothing went wrong proves nothing.
  if (RUNS >= 100) {
    expect(gaps).toBeGreaterThan(RUNS)
    expect(subscriptions).toBeGreaterThan(2 * RUNS)
    expect([...phases]).toEqual(expect.arrayContaining(['connecting', 'live', 'stale', 'reconnecting', 'offline']))
  }
})
