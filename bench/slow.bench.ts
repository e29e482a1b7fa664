// One honest client beside thousands of sockets that send a letter now and then and never finish, and without them, in turns.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { atMost, type BenchResult, median, percentile } from './harness.ts'
import { postOrders } from './http/load.ts'

const SLOW = 5000
const ROUNDS = 5
const ORDERS = 1500

/** Opens sockets whose heads never end. Returns how to let them go. */
async function openSlow(port: number, count: string): Promise<() => Promise<void>> {
  const child = fork(join(import.meta.dirname, 'http/slow.ts'), [String(port), count])
  await once(child, 'message')
  return async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

/** p99 of orders that one client posts one after the other, in ms. */
async function honest(port: number, run: string): Promise<number> {
  const samples: number[] = []
  for (let index = 0; index < ORDERS; index += 1) {
    const start = performance.now()
    await postOrders(port, `${run}-${index}`, 1, 1)
    samples.push(performance.now() - start)
  }
  return percentile(samples, 0.99)
}

export async function run([size = String(SLOW)]: readonly string[] = []): Promise<BenchResult[]> {
  const child = fork(join(import.meta.dirname, 'http/server.ts'), ['sluice/zod'], { execArgv: ['--conditions=@sluice/source'] })
  const [port] = (await once(child, 'message')) as [number]
  const [calm, beside]: [number[], number[]] = [[], []]
  try {
    await honest(port, 'warm')
    for (let round = 0; round < ROUNDS; round += 1) {
      calm.push(await honest(port, `calm-${round}`))
      const letGo = await openSlow(port, size)
      beside.push(await honest(port, `beside-${round}`))
      await letGo()
    }
  } finally {
    child.kill()
  }
  return [
    { name: 'p99 of an honest client', value: Number(median(calm).toPrecision(3)), unit: 'ms', target: 'shown', ok: true },
    atMost(`the same beside ${size} slow sockets, against without`, median(beside) / median(calm), 2, 'x'),
  ]
}
