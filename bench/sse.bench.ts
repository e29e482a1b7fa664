// Events to 1 000 readers, in CPU of the server for each delivery: Sluice, and `response.write` on bare node:http, Express and Fastify,
// in turns (DESIGN §9). Then what one reader that never reads does to the others.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { atLeast, atMost, type BenchResult, median } from './harness.ts'
import { openReaders, type Readers } from './sse/readers.ts'
import type { Command, Report } from './sse/server.ts'

const READERS = 1000
const ORDERS = 60
/** Between two orders, in ms. */
const PACE = 10
const ROUNDS = 5
const STALLED_ROUNDS = 16
const STALLED_ORDERS = 20
/** More than the buffers of both ends of a socket hold while nobody reads. */
const HISTORY = 15_000

const names = ['bare', 'express', 'fastify', 'sluice'] as const
type Name = (typeof names)[number]

interface Contestant {
  readonly name: Name
  readonly child: ChildProcess
  readonly port: number
  /** CPU of publishing without readers, in microseconds. */
  alone: number
  /** The last event published. */
  last: number
}

async function start(name: Name): Promise<Contestant> {
  const child = fork(join(import.meta.dirname, 'sse/server.ts'), [name], { execArgv: ['--conditions=@sluice/source', '--expose-gc'] })
  const [port] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [number]
  if (child.exitCode !== null) throw new Error(`${name} did not start`)
  return { name, child, port, alone: 0, last: 0 }
}

async function tell(contestant: Contestant, command: Command): Promise<Report> {
  const answer = once(contestant.child, 'message') as Promise<[Report]>
  contestant.child.send(command)
  const [report] = await answer
  contestant.last = report.last
  return report
}

const publish = (contestant: Contestant, run: string): Promise<Report> => tell(contestant, { kind: 'publish', orders: ORDERS, pace: PACE, run })

/** Microseconds of CPU for each delivery: what publishing costs more with readers than without. */
async function measure(contestant: Contestant, readers: Readers, run: string): Promise<number> {
  const before = readers.count()
  const { cpu } = await publish(contestant, run)
  return (cpu - contestant.alone) / (readers.count() - before)
}

/** The same events to as many readers of each, in turns; the first turn lets the engine compile and does not count. */
async function compareCosts(contestants: readonly Contestant[]): Promise<ReadonlyMap<Name, number>> {
  for (const contestant of contestants) {
    await publish(contestant, 'warm')
    const alone = [await publish(contestant, 'alone-1'), await publish(contestant, 'alone-2'), await publish(contestant, 'alone-3')]
    contestant.alone = median(alone.map(({ cpu }) => cpu))
  }
  const open = await Promise.all(contestants.map(({ port, last }) => openReaders(port, READERS, { after: last })))
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const cost = await measure(contestant, open[index] as Readers, `round-${round}`)
      if (round > 0) samples.get(contestant.name)?.push(cost)
    }
  }
  for (const readers of open) readers.close()
  return new Map([...samples].map(([name, costs]) => [name, median(costs)]))
}

interface Stall {
  /** p99 from recorded to received without the stalled reader, in ms. */
  readonly calm: number
  /** The same beside it. */
  readonly disturbed: number
  /** Most it took of the server, in bytes. */
  readonly memory: number
}

/** A reader that never reads; it counts as stalled when the server has more for it than its socket takes. Returns how to end it. */
async function openStalled(sluice: Contestant): Promise<() => Promise<void>> {
  const staller = await openReaders(sluice.port, 0, { after: 0, stalled: 1 })
  const wait = async (blocked: number): Promise<void> => {
    while ((await tell(sluice, { kind: 'look' })).blocked !== blocked) await new Promise((resolve) => { setTimeout(resolve, 20) })
  }
  await wait(1)
  return async () => {
    staller.close()
    await wait(0)
  }
}

/**
 * The slowest of a hundred deliveries with and without a reader that never reads, in many short turns on one set of readers: what
 * else the machine does falls on both.
 */
async function compareStalled(sluice: Contestant): Promise<Stall> {
  await tell(sluice, { kind: 'publish', orders: HISTORY, pace: 0, run: 'history' })
  const readers = await openReaders(sluice.port, READERS, { after: sluice.last })
  const memories: number[] = []
  const take = async (run: string): Promise<number> => {
    await tell(sluice, { kind: 'publish', orders: STALLED_ORDERS, pace: 2 * PACE, run })
    return readers.takeLatency()
  }
  const takeBeside = async (run: string): Promise<number> => {
    const { memory } = await tell(sluice, { kind: 'look' })
    const end = await openStalled(sluice)
    const latency = await take(run)
    const beside = await tell(sluice, { kind: 'look' })
    if (beside.blocked !== 1) throw new Error('the stalled reader did not stay so')
    memories.push(beside.memory - memory)
    await end()
    return latency
  }
  await take('stalled-warm')
  const [calm, disturbed]: [number[], number[]] = [[], []]
  for (let round = 0; round < STALLED_ROUNDS; round += 1) {
    if (round % 2 === 0) calm.push(await take(`calm-${round}`))
    disturbed.push(await takeBeside(`stalled-${round}`))
    if (round % 2 === 1) calm.push(await take(`calm-${round}`))
  }
  readers.close()
  return { calm: median(calm), disturbed: median(disturbed), memory: Math.max(...memories) }
}

const shown = (name: string, value: number, unit: string): BenchResult => ({ name, value: Number(value.toPrecision(4)), unit, target: 'shown', ok: true })

export async function run(): Promise<BenchResult[]> {
  const contestants = await Promise.all(names.map(start))
  try {
    const costs = await compareCosts(contestants)
    const cost = (name: Name): number => costs.get(name) ?? Number.NaN
    const stall = await compareStalled(contestants.find(({ name }) => name === 'sluice') as Contestant)
    return [
      atMost('SSE delivery, 1 000 readers', cost('sluice'), 3.5, 'us CPU'),
      ...names.filter((name) => name !== 'sluice').map((name) => shown(`the same by response.write, ${name}`, cost(name), 'us CPU')),
      atLeast('bare node:http against sluice', cost('bare') / cost('sluice'), 1, 'x'),
      shown('p99 from recorded to received', stall.calm, 'ms'),
      atMost('the same beside a reader that never reads, against without', stall.disturbed / stall.calm, 1.1, 'x'),
      atMost('memory such a reader takes of the server, at most', stall.memory / 2 ** 20, 4, 'MiB'),
    ]
  } finally {
    for (const { child } of contestants) child.kill()
  }
}
