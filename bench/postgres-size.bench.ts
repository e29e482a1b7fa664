// What accounts cost a cluster that nobody trades in: memory of a node, renewals, looks at free accounts, bytes of an event
// (docs/scale.md). With `node --expose-gc` memory is steadier.
import type { StoredEvent } from '@sluice/core'
import { createClusterNode, postgresJournal } from '@sluice/journal-postgres'
import { startPostgres } from '@sluice/journal-postgres/testing'
import { Client } from 'pg'
import { type BenchResult, median } from './harness.ts'
import { nullBroker } from './null-broker.ts'

const SIZES = [10, 1000] as const
const LEASES = [1000, 10_000, 100_000] as const
const ROUNDS = 5
const EVENTS = 5000

const shown = (name: string, value: number, unit: string): BenchResult => ({ name, value: Number(value.toPrecision(3)), unit, target: 'shown', ok: true })

const memory = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 1024
}

/** A node that owns so many accounts, each with a service and a broker. */
async function open(connectionString: string, accounts: number): Promise<{ readonly kilobytes: number; readonly seconds: number }> {
  const before = memory()
  const start = performance.now()
  const node = await createClusterNode({
    journal: { connectionString, schema: `size_${accounts}`, lease: 5000 }, accounts: Array.from({ length: accounts }, (_, index) => `account-${index}`),
    service: () => ({ broker: nullBroker(() => undefined), reconcileEvery: 0 }),
  })
  while (node.owned.length < accounts) await new Promise((resolve) => { setTimeout(resolve, 20) })
  const seconds = (performance.now() - start) / 1000
  const kilobytes = memory() - before
  await node.close()
  return { kilobytes, seconds }
}

async function timed(client: Client, text: string): Promise<number> {
  const taken: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now()
    await client.query(text)
    taken.push(performance.now() - start)
  }
  return median(taken)
}

/** The two statements that a node repeats, as the tables grow. */
async function statements(connectionString: string): Promise<BenchResult[]> {
  await (postgresJournal({ connectionString, schema: 'size_leases' })).accounts()
  const client = new Client({ connectionString, options: '-c search_path=size_leases' })
  await client.connect()
  const results: BenchResult[] = []
  for (const count of LEASES) {
    await client.query(`INSERT INTO accounts SELECT 'a' || n, 1, 0, repeat('0', 64) FROM generate_series(1, ${count}) n ON CONFLICT DO NOTHING`)
    await client.query(`INSERT INTO leases SELECT 'a' || n, 1, 'owner', clock_timestamp() + interval '1 hour' FROM generate_series(1, ${count}) n ON CONFLICT DO NOTHING`)
    await client.query('VACUUM ANALYZE leases')
    results.push(shown(`one renewal of ${count} accounts`, await timed(client, "UPDATE leases SET until = clock_timestamp() + interval '1 hour' WHERE owner = 'owner' RETURNING account, epoch"), 'ms'))
    results.push(shown(`one look for free accounts among ${count}`, await timed(client, "SELECT account FROM leases WHERE account NOT LIKE '*%' AND (owner IS NULL OR until <= clock_timestamp() OR owner <> ALL(ARRAY['owner']))"), 'ms'))
  }
  await client.end()
  return results
}

async function bytesOfAnEvent(connectionString: string): Promise<number> {
  const journal = postgresJournal({ connectionString, schema: 'size_events' })
  const lease = await journal.claim('main')
  const events = Array.from({ length: EVENTS }, (_, index): StoredEvent => ({
    id: `main:${index + 1}`, account: 'main', sequence: index + 1, time: '2026-11-22T17:00:00.000Z', type: 'order_rejected',
    data: { orderId: `order-${index}`, rejection: { code: 'REJECTED', message: 'x'.repeat(180) } },
  }))
  await journal.append(lease, { events })
  await journal.close()
  const client = new Client({ connectionString })
  await client.connect()
  const { rows: [row] } = await client.query<{ readonly bytes: string }>("SELECT pg_total_relation_size('size_events.events') AS bytes")
  await client.end()
  return Number(row?.bytes) / EVENTS
}

export async function run(): Promise<BenchResult[]> {
  const server = await startPostgres()
  if (server === undefined) return [{ name: 'left out: no PostgreSQL was found; set PG_URL', value: 0, unit: '', target: 'shown', ok: true }]
  try {
    await open(server.connectionString, 2)
    const [few, many] = [await open(server.connectionString, SIZES[0]), await open(server.connectionString, SIZES[1])]
    return [
      shown('memory of one account that waits for orders', (many.kilobytes - few.kilobytes) / (SIZES[1] - SIZES[0]), 'kB'),
      shown(`a node opens ${SIZES[1]} new accounts`, many.seconds, 's'),
      ...await statements(server.connectionString),
      shown('an event of 310 bytes, with its indexes', await bytesOfAnEvent(server.connectionString), 'bytes'),
    ]
  } finally {
    await server.stop()
  }
}
