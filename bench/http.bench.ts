// One order over HTTP, in CPU of the server: bare node:http, Sluice, Fastify and Express do the same work, in turns (DESIGN §9).
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { atLeast, type BenchResult, median } from './harness.ts'
import { postOrders } from './http/load.ts'

const ROUNDS = 11
const ORDERS = 4000
const WARM_UP = 12_000

const contestants = ['bare/zod', 'sluice/zod', 'sluice-fetch/zod', 'sluice-hono/zod', 'fastify/zod', 'express/zod', 'express-same/zod', 'bare/service', 'sluice/service', 'express/service'] as const
type Name = (typeof contestants)[number]

interface Running {
  readonly name: Name
  readonly port: number
  readonly child: ChildProcess
  readonly samples: number[]
}

async function start(name: Name): Promise<Running> {
  const child = fork(join(import.meta.dirname, 'http/server.ts'), [name], { execArgv: ['--conditions=@sluice/source'] })
  const [port] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [number]
  if (child.exitCode !== null) throw new Error(`${name} did not start`)
  return { name, port, child, samples: [] }
}

/** Microseconds of CPU since its start. */
async function cpuOf({ child }: Running): Promise<number> {
  const answer = once(child, 'message') as Promise<[number]>
  child.send('cpu')
  return (await answer)[0]
}

export async function run(): Promise<BenchResult[]> {
  const running = await Promise.all(contestants.map(start))
  try {
    for (const { name, port } of running) await postOrders(port, `${name}-warm`, WARM_UP)
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const contestant of running) {
        const before = await cpuOf(contestant)
        await postOrders(contestant.port, `${contestant.name}-${round}`, ORDERS)
        contestant.samples.push(((await cpuOf(contestant)) - before) / ORDERS)
      }
    }
  } finally {
    for (const { child } of running) child.kill()
  }
  const samples = (name: Name): readonly number[] => running.find((one) => one.name === name)?.samples ?? []
  // Round by round: what else the machine does in one falls on both.
  const against = (peer: Name, name: Name): number => median(samples(peer).map((cost, round) => cost / (samples(name)[round] ?? Number.NaN)))
  const shown = (name: string, value: number, unit: string): BenchResult => ({ name, value: Number(value.toPrecision(4)), unit, target: 'shown', ok: true })
  return [
    ...contestants.map((name) => shown(`POST order, ${name}`, median(samples(name)), 'us CPU')),
    atLeast('sluice against bare node:http + zod', against('bare/zod', 'sluice/zod'), 0.6, 'x'),
    atLeast('sluice, fetch handler, against bare', against('bare/zod', 'sluice-fetch/zod'), 0.6, 'x'),
    shown('sluice, api.fetch on the server of Hono, against bare', against('bare/zod', 'sluice-hono/zod'), 'x'),
    atLeast('sluice against Express + zod', against('express/zod', 'sluice/zod'), 1.5, 'x'),
    shown('sluice against Fastify + zod', against('fastify/zod', 'sluice/zod'), 'x'),
    atLeast('with the whole service, against bare', against('bare/service', 'sluice/service'), 0.6, 'x'),
  ]
}
