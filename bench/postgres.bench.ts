// The journal on PostgreSQL: what the fence costs beside a plain INSERT, appends over many accounts, orders at their owner and
// through another node, and how soon an account has a new owner (DESIGN §9).
import type { Batch, ExecutionService, Lease } from '@sluice/core'
import { type ClusterNode, createClusterNode, postgresJournal } from '@sluice/journal-postgres'
import { lineProxy, type PostgresServer, startPostgres } from '@sluice/journal-postgres/testing'
import { Client } from 'pg'
import { atLeast, atMost, type BenchResult, median, percentile } from './harness.ts'
import { nullBroker } from './null-broker.ts'

const ROUNDS = 9
const COMMITS = 150
/** Until the compiler has seen both ways often enough: a service runs for days. */
const WARM_UP_ROUNDS = 6
const SECONDS = 3
const LEASE = 1000
/** What a lease and the look at free accounts may add to each other, in ms of a lease of a second. */
const TAKEOVER_SHARE = 1.1
const TAKEOVERS = 5

const shown = (name: string, value: number, unit: string): BenchResult => ({ name, value: Number(value.toPrecision(4)), unit, target: 'shown', ok: true })

/** About 310 bytes of JSON, as the measurements behind the design had them. */
function eventOf(account: string, sequence: number): Batch {
  const orderId = `order-${sequence}`
  const message = 'x'.repeat(180)
  return { events: [{ id: `${account}:${sequence}`, account, sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_rejected', data: { orderId, rejection: { code: 'REJECTED', message } } }] }
}

/**
 * Milliseconds of one commit each way, alternating on one connection each. The plain INSERT writes the same event into a table with the columns, the
 * primary key and the index of orders that the journal's has, prepared and in one commit; it has no fence, no chain and no answer to a lost connection.
 */
async function besidePlainInsert({ connectionString }: PostgresServer): Promise<BenchResult[]> {
  const journal = postgresJournal({ connectionString, schema: 'bench_one', connections: 1 })
  const lease = await journal.claim('main')
  const plain = new Client({ connectionString })
  await plain.connect()
  await plain.query('CREATE TABLE plain (account text, sequence bigint, epoch bigint, time text, type text, data text, order_id text, hash text, PRIMARY KEY (account, sequence))')
  await plain.query('CREATE INDEX ON plain (order_id, account, sequence) WHERE order_id IS NOT NULL')
  const link = 'f'.repeat(64)
  const ratios: number[] = []
  const ours: number[] = []
  const theirs: number[] = []
  let { sequence } = lease
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    const [fenced, inserted]: [number[], number[]] = [[], []]
    for (let index = 0; index < COMMITS; index += 1) {
      sequence += 1
      const batch = eventOf('main', sequence)
      const start = performance.now()
      await journal.append(lease, batch)
      const middle = performance.now()
      const [{ time, type, data }] = batch.events as [Batch['events'][number]]
      await plain.query({ name: 'plain', text: 'INSERT INTO plain VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', values: ['main', sequence, 1, time, type, JSON.stringify(data), `order-${sequence}`, link] })
      fenced.push(middle - start)
      inserted.push(performance.now() - middle)
    }
    if (round < 0) continue
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    ratios.push(sum(inserted) / sum(fenced))
    ours.push(...fenced)
    theirs.push(...inserted)
  }
  await plain.end()
  await journal.close()
  return [
    atLeast('fenced append vs plain INSERT, 1 connection', median(ratios), 0.85, 'x'),
    // On a busy machine both wait for the processor: what did not shows the cost itself.
    shown('the same, of the fastest tenth of both', percentile(theirs, 0.1) / percentile(ours, 0.1), 'x'),
    shown('fenced append, 1 connection, p50', median(ours), 'ms'),
    shown('plain INSERT, 1 connection, p50', median(theirs), 'ms'),
  ]
}

/** Each account with so many appends under way: what waits together shares a statement. */
async function manyAccounts({ connectionString }: PostgresServer, accounts: number, inFlight: number): Promise<BenchResult> {
  const journal = postgresJournal({ connectionString, schema: `bench_${accounts}_${inFlight}`, connections: 32 })
  const leases = await Promise.all(Array.from({ length: accounts }, (_, index) => journal.claim(`account-${index}`)))
  let appended = 0
  const start = performance.now()
  const submit = async (lease: Lease, next: () => number): Promise<void> => {
    while (performance.now() - start < SECONDS * 1000) {
      await journal.append(lease, eventOf(lease.account, next()))
      appended += 1
    }
  }
  await Promise.all(leases.flatMap((lease) => {
    let { sequence } = lease
    const next = (): number => sequence += 1
    return Array.from({ length: inFlight }, () => submit(lease, next))
  }))
  const perSecond = appended / ((performance.now() - start) / 1000)
  await journal.close()
  return shown(`appends over ${accounts} accounts, ${inFlight} in flight each`, perSecond, 'events/s')
}

const nodeOf = (connectionString: string, schema: string, accounts: readonly string[], lease = 5000): Promise<ClusterNode> => createClusterNode({
  journal: { connectionString, schema, lease, connections: 8, reconnectFor: 20_000 }, accounts,
  service: () => ({ broker: nullBroker(() => undefined), reconcileEvery: 0 }),
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => { setTimeout(resolve, 5) })
}

async function ordersOf(service: ExecutionService, account: string, count: number): Promise<readonly number[]> {
  const taken: number[] = []
  for (let index = 0; index < count; index += 1) {
    const start = performance.now()
    const { status } = await service.placeOrder({ account, symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day' })
    if (status !== 'new') throw new Error(`the bench measures accepted orders, this one is ${status}`)
    taken.push(performance.now() - start)
  }
  return taken.slice(Math.ceil(count / 5))
}

async function orderLatency({ connectionString }: PostgresServer): Promise<BenchResult[]> {
  const accounts = Array.from({ length: 8 }, (_, index) => `account-${index}`)
  const nodes = await Promise.all([1, 2].map(() => nodeOf(connectionString, 'bench_orders', accounts)))
  const [one, two] = nodes as [ClusterNode, ClusterNode]
  await until(() => one.owned.length + two.owned.length === accounts.length && one.owned.length > 0)
  const account = one.owned[0] as string
  const local = await ordersOf(one.service, account, 250)
  const forwarded = await ordersOf(two.service, account, 250)
  await Promise.all(nodes.map((node) => node.close()))
  return [
    shown('placeOrder at the owner, p50', median(local), 'ms'), shown('placeOrder at the owner, p99', percentile(local, 0.99), 'ms'),
    shown('placeOrder through another node, p50', median(forwarded), 'ms'), shown('placeOrder through another node, p99', percentile(forwarded, 0.99), 'ms'),
  ]
}

/** Milliseconds from the moment an owner is cut off until another takes orders for all of its accounts. */
async function takeovers({ connectionString, host, port }: PostgresServer, how: 'gone' | 'silent'): Promise<number> {
  const accounts = Array.from({ length: 4 }, (_, index) => `account-${index}`)
  const taken: number[] = []
  for (let round = 0; round < TAKEOVERS; round += 1) {
    const schema = `bench_${how}_${round}`
    const proxy = await lineProxy(port, host)
    const first = await nodeOf(proxy.through(connectionString), schema, accounts, LEASE)
    await until(() => first.owned.length === accounts.length)
    const second = await nodeOf(connectionString, schema, accounts, LEASE)
    await new Promise((resolve) => { setTimeout(resolve, LEASE / 2) })
    const mine = accounts.filter((account) => first.owned.includes(account))
    const start = performance.now()
    if (how === 'gone') await proxy.close()
    else proxy.deafen()
    await until(() => mine.every((account) => second.owned.includes(account)))
    taken.push(performance.now() - start)
    if (how === 'silent') proxy.heal()
    await second.close()
    await Promise.race([first.close(), new Promise((resolve) => { setTimeout(resolve, 3000) })])
    if (how === 'silent') await proxy.close()
  }
  return median(taken)
}

export async function run(): Promise<BenchResult[]> {
  const server = await startPostgres()
  if (server === undefined) return [{ name: 'left out: no PostgreSQL was found; set PG_URL', value: 0, unit: '', target: 'shown', ok: true }]
  try {
    return [
      ...await besidePlainInsert(server),
      await manyAccounts(server, 32, 1), await manyAccounts(server, 32, 16),
      ...await orderLatency(server),
      atMost(`takeover of an owner whose session is gone, lease ${LEASE} ms`, await takeovers(server, 'gone'), LEASE * TAKEOVER_SHARE, 'ms'),
      atMost(`takeover of an owner that is silent, lease ${LEASE} ms`, await takeovers(server, 'silent'), LEASE * 1.5, 'ms'),
    ]
  } finally {
    await server.stop()
  }
}
