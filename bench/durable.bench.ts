// Durable orders on SQLite: how many a second, how soon each is acknowledged, how quiet the event loop stays, and one commit
// beside what the disk can do at all (DESIGN §9).
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Batch, createExecutionService, dailyLoss, type Journal, type Lease, maxPosition, messageRate, orderValue } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { atLeast, atMost, type BenchResult, median, percentile } from './harness.ts'
import { nullBroker } from './null-broker.ts'
import { acceptedOrder, durableOrder } from './support/durable-order.ts'

const SECONDS = 2
const ROUNDS = 7
/** Commits of each kind in one round: they alternate, so that both meet the same neighbours on the disk. */
const COMMITS = 150
/** Rounds until the WAL has been written through once: what is written ahead of it is behind then. */
const WARM_UP_ROUNDS = 30
/** The loop's own timer: what is measured beyond it is delay. */
const TIMER = 1

const shown = (name: string, value: number, unit: string): BenchResult => ({ name, value: Number(value.toPrecision(4)), unit, target: 'shown', ok: true })

type Rounds = readonly (readonly [disk: number, ours: number])[]

interface Opened {
  readonly journal: Journal
  readonly lease: Lease
  readonly next: () => Batch
}

async function openFresh(folder: string, thread: 'worker' | 'inline'): Promise<Opened> {
  const journal = sqliteJournal(join(folder, `${thread}.db`), { thread })
  const lease = await journal.claim('main')
  let { sequence } = lease
  return { journal, lease, next: () => durableOrder(sequence += 1) }
}

interface Load {
  readonly perSecond: number
  readonly acknowledged: readonly number[]
  readonly loopDelay: number
}

/** So many submitters, each with the next order as soon as its last one is durable. */
async function load({ journal, lease, next }: Opened, inFlight: number, seconds: number): Promise<Load> {
  const acknowledged: number[] = []
  const delay = monitorEventLoopDelay({ resolution: TIMER })
  delay.enable()
  const start = performance.now()
  const submit = async (): Promise<void> => {
    for (;;) {
      const before = performance.now()
      if (before - start > seconds * 1000) return
      await journal.append(lease, next())
      acknowledged.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, submit))
  delay.disable()
  return { perSecond: acknowledged.length / ((performance.now() - start) / 1000), acknowledged, loopDelay: Math.max(0, delay.percentile(99) / 1e6 - TIMER) }
}

/** A file that is never extended: a write in place and one sync is the least a durable commit can cost. */
function preallocated(folder: string): { commit(bytes: Buffer): void; close(): void } {
  const file = openSync(join(folder, 'preallocated'), 'w')
  const size = 16 * 1024 * 1024
  writeSync(file, Buffer.alloc(size))
  fdatasyncSync(file)
  let at = 0
  return {
    commit: (bytes) => {
      writeSync(file, bytes, 0, bytes.length, at)
      at = (at + bytes.length) % (size - 65_536)
      fdatasyncSync(file)
    },
    close: () => { closeSync(file) },
  }
}

/** Milliseconds of one commit on the disk and of one by the journal, alternating; the warm-up by itself. */
async function alternate(folder: string, { journal, lease, next }: Opened): Promise<{ readonly warmUp: Rounds; readonly rounds: Rounds }> {
  const raw = preallocated(folder)
  const [warmUp, rounds]: [[number, number][], [number, number][]] = [[], []]
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    let [disk, ours] = [0, 0]
    for (let index = 0; index < COMMITS; index += 1) {
      const batch = next()
      const bytes = Buffer.from(JSON.stringify(batch))
      const start = performance.now()
      await journal.append(lease, batch)
      const middle = performance.now()
      raw.commit(bytes)
      ours += middle - start
      disk += performance.now() - middle
    }
    const into = round < 0 ? warmUp : rounds
    into.push([disk / COMMITS, ours / COMMITS])
  }
  raw.close()
  return { warmUp, rounds }
}

async function oneCommit(folder: string): Promise<BenchResult[]> {
  const opened = await openFresh(folder, 'inline')
  let { sequence } = opened.lease
  const { warmUp, rounds: events } = await alternate(folder, { ...opened, next: () => acceptedOrder(sequence += 1) })
  const { rounds: orders } = await alternate(folder, { ...opened, next: () => durableOrder(sequence += 1) })
  await opened.journal.close()
  const ratio = (rounds: Rounds): number => median(rounds.map(([disk, ours]) => disk / ours))
  return [
    atLeast('one commit (an event) vs preallocated file + fdatasync', ratio(events), 0.85, 'x'),
    shown('one of the first 1 000 commits (an event) of a new file vs the same', ratio(warmUp.slice(0, 7)), 'x'),
    shown('one commit (an order: intent, key, name) vs the same', ratio(orders), 'x'),
    shown('one commit (an event), inline', median(events.map(([, ours]) => ours)), 'ms'),
    shown('preallocated file + fdatasync', median(events.map(([disk]) => disk)), 'ms'),
  ]
}

/** Whole orders through the service: guards, intent, a broker that answers at once, its answer. Two events each. */
async function throughService(folder: string, inFlight: number): Promise<BenchResult> {
  const service = await createExecutionService({
    broker: nullBroker(() => undefined), journal: sqliteJournal(join(folder, 'service.db')), quoteMaximumAge: 3_600_000,
    guards: [maxPosition({ quantity: '100000000' }), orderValue({ reject: '100000' }), dailyLoss({ loss: '1000000' }), messageRate({ perSecond: 10_000_000 })],
  })
  const start = performance.now()
  let orders = 0
  const submit = async (): Promise<void> => {
    while (performance.now() - start < SECONDS * 1000) {
      orders += 1
      const { status } = await service.placeOrder({
        symbol: 'AAPL', side: orders % 2 === 0 ? 'buy' : 'sell', type: 'limit', quantity: '1', limitPrice: '100.00', timeInForce: 'day', idempotencyKey: `k${orders}`,
      })
      if (status !== 'new') throw new Error(`the bench measures accepted orders, this one is ${status}`)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, submit))
  const seconds = (performance.now() - start) / 1000
  await service.close()
  return shown(`placeOrder through the service, ${inFlight} in flight`, orders / seconds, 'orders/s')
}

function resultsOf(inFlight: number, { perSecond, acknowledged, loopDelay }: Load): BenchResult[] {
  const name = `${inFlight} in flight`
  const main = inFlight === 64
  return [
    main ? atLeast(`durable orders, ${name}`, perSecond, 20_000, 'orders/s') : shown(`durable orders, ${name}`, perSecond, 'orders/s'),
    shown(`acknowledged, ${name}, p50`, percentile(acknowledged, 0.5), 'ms'),
    shown(`acknowledged, ${name}, p99`, percentile(acknowledged, 0.99), 'ms'),
    main ? atMost(`event-loop delay, ${name}, p99`, loopDelay, 1, 'ms') : shown(`event-loop delay, ${name}, p99`, loopDelay, 'ms'),
  ]
}

export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-durable-'))
  try {
    const opened = await openFresh(folder, 'worker')
    await load(opened, 64, 0.5)
    const results: BenchResult[] = []
    for (const inFlight of [1, 64, 512]) results.push(...resultsOf(inFlight, await load(opened, inFlight, SECONDS)))
    await opened.journal.close()
    return [...results, await throughService(folder, 64), ...await oneCommit(folder)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
