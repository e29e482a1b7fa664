// The heap of a service over a million orders, each of them filled: it must not grow with what has been (DESIGN §9).
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createExecutionService, dailyLoss, type Journal, maxPosition, memoryJournal, messageRate, orderValue } from '@sluice/core'
import { atMost, type BenchResult } from './harness.ts'
import { nullBroker } from './null-broker.ts'

const ORDERS = 1_000_000
const IN_FLIGHT = 64
const SAMPLES = 20

/** A journal that keeps nothing: what grows is then the service's. */
function forgetfulJournal(): Journal {
  const inner = memoryJournal()
  return {
    ...inner,
    append: async (lease, { events }) => {
      const last = events.at(-1)?.sequence ?? lease.sequence
      return { first: last - events.length + 1, last }
    },
    saveSnapshot: async (_lease, { state }) => { JSON.stringify(state) },
  }
}

async function heapInUse(): Promise<number> {
  await nextTurn()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1_048_576
}

export async function run([size]: readonly string[] = []): Promise<BenchResult[]> {
  const orders = Number(size ?? ORDERS)
  const service = await createExecutionService({
    broker: nullBroker(() => undefined, { fills: true }), journal: forgetfulJournal(), quoteMaximumAge: 86_400_000,
    guards: [maxPosition({ quantity: '100000000' }), orderValue({ reject: '100000' }), dailyLoss({ loss: '1000000' }), messageRate({ perSecond: 10_000_000 })],
  })
  const samples: number[] = []
  const place = async (from: number, to: number): Promise<void> => {
    let next = from
    await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
      while (next < to) {
        const index = next
        next += 1
        const order = await service.placeOrder({
          symbol: 'AAPL', side: index % 2 === 0 ? 'buy' : 'sell', type: 'limit', quantity: '1', limitPrice: '100.00', timeInForce: 'day', idempotencyKey: `k${index}`,
        })
        if (order.status !== 'filled' && order.status !== 'new') throw new Error(`the bench needs filled orders, this one is ${order.status}`)
      }
    }))
  }
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await place(Math.floor((orders * sample) / SAMPLES), Math.floor((orders * (sample + 1)) / SAMPLES))
    samples.push(await heapInUse())
  }
  await service.close()
  // The first quarter fills what memory keeps: finished orders and the newest events.
  const settled = samples.slice(SAMPLES / 4)
  const half = settled.length / 2
  const average = (part: readonly number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length
  const growth = average(settled.slice(Math.ceil(half))) / average(settled.slice(0, Math.ceil(half)))
  return [
    atMost(`heap growth, second half of ${orders} orders over the first`, growth, 1.1, 'x'),
    { name: 'heap at the end', value: Number((samples.at(-1) ?? 0).toPrecision(4)), unit: 'MiB', target: 'shown', ok: true },
  ]
}
