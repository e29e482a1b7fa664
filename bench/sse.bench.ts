// Events to 1 000 readers, in CPU of the server for each delivery, beside `response.write` on bare node:http (DESIGN §9).
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { atMost, type BenchResult, median } from './harness.ts'
import { openReaders, type Readers } from './sse/readers.ts'

const READERS = 1000
const ORDERS = 60
const ROUNDS = 3
const STALLED_ROUNDS = 6

interface Contestant {
  readonly name: 'bare' | 'sluice'
  readonly child: ChildProcess
  readonly port: number
  readonly samples: number[]
  readonly latencies: number[]
  /** The last event published. */
  last: number
}

async function start(name: Contestant['name']): Promise<Contestant> {
  const child = fork(join(import.meta.dirname, 'sse/server.ts'), [name], { execArgv: ['--conditions=@sluice/source'] })
  const [port] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [number]
  if (child.exitCode !== null) throw new Error(`${name} did not start`)
  return { name, child, port, samples: [], latencies: [], last: 0 }
}

/** Microseconds of CPU that publishing took. */
async function publish(contestant: Contestant, run: string): Promise<number> {
  const answer = once(contestant.child, 'message') as Promise<[{ readonly cpu: number; readonly last: number }]>
  contestant.child.send({ orders: ORDERS, run })
  const [{ cpu, last }] = await answer
  contestant.last = last
  return cpu
}

/** CPU of each delivery: what publishing costs more with readers than without. */
async function measure(contestant: Contestant, readers: Readers, alone: number, run: string): Promise<void> {
  const before = readers.count()
  const cpu = await publish(contestant, run)
  contestant.samples.push((cpu - alone) / (readers.count() - before))
  contestant.latencies.push(readers.takeLatency())
}

/**
 * The slowest of a hundred deliveries with and without a reader that never reads, in turns on one set of readers: what else the
 * machine does falls on both.
 */
async function compareStalled(sluice: Contestant, alone: number): Promise<{ readonly calm: number; readonly disturbed: number }> {
  const readers = await openReaders(sluice.port, READERS, { after: sluice.last })
  const [calm, disturbed]: [number[], number[]] = [[], []]
  for (let round = 0; round < STALLED_ROUNDS; round += 1) {
    for (const kept of round % 2 === 0 ? [calm, disturbed] : [disturbed, calm]) {
      const staller = kept === disturbed ? await openReaders(sluice.port, 0, { after: 0, stalled: 1 }) : undefined
      sluice.latencies.length = 0
      await measure(sluice, readers, alone, `stalled-${round}-${kept === calm ? 'calm' : 'disturbed'}`)
      kept.push(...sluice.latencies)
      staller?.close()
    }
  }
  readers.close()
  return { calm: median(calm), disturbed: median(disturbed) }
}

export async function run(): Promise<BenchResult[]> {
  const contestants = await Promise.all((['bare', 'sluice'] as const).map(start))
  const results: BenchResult[] = []
  try {
    const alone = new Map<string, number>()
    for (const contestant of contestants) {
      await publish(contestant, 'warm')
      alone.set(contestant.name, median([await publish(contestant, 'alone-1'), await publish(contestant, 'alone-2'), await publish(contestant, 'alone-3')]))
    }
    const open = await Promise.all(contestants.map(({ port, last }) => openReaders(port, READERS, { after: last })))
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, contestant] of contestants.entries()) await measure(contestant, open[index] as Readers, alone.get(contestant.name) ?? 0, `round-${round}`)
    }
    for (const readers of open) readers.close()
    const [bare, sluice] = contestants as [Contestant, Contestant]
    const [cost, bareCost] = [median(sluice.samples), median(bare.samples)]
    const { calm, disturbed } = await compareStalled(sluice, alone.get('sluice') ?? 0)
    const shown = (name: string, value: number, unit: string): BenchResult => ({ name, value: Number(value.toPrecision(4)), unit, target: 'shown', ok: true })
    results.push(
      atMost('SSE delivery, 1 000 readers', cost, 3.5, 'us CPU'),
      shown('the same by response.write on bare node:http', bareCost, 'us CPU'),
      shown('p99 from recorded to received', calm, 'ms'),
      atMost('the same beside a reader that never reads, against without', disturbed / calm, 1.1, 'x'),
    )
  } finally {
    for (const { child } of contestants) child.kill()
  }
  return results
}
