// The heap of a service over a million orders on several accounts and symbols, each of them filled or cancelled: it must not grow with
// what has been (DESIGN §9, PROTOCOL C5).
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createExecutionService, dailyLoss, type ExecutionService, type Journal, maxPosition, memoryJournal, messageRate, orderValue } from '@sluice/core'
import { atMost, type BenchResult } from './harness.ts'
import { nullBroker } from './null-broker.ts'

const ORDERS = 1_000_000
const IN_FLIGHT = 64
const SAMPLES = 20
/** Samples after which what memory keeps is full: finished orders and the newest events. */
const FULL = SAMPLES / 4
const ACCOUNTS = ['first', 'second', 'third'] as const
const SYMBOLS = ['AAPL', 'MSFT', 'NVDA', 'AMZN', 'TSLA'] as const
/** One order in so many is cancelled instead of filled. */
const CANCELED = 8
const RESTS = '90.00'

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

/** Garbage is not what memory holds. */
const collect = ((): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

async function heapInUse(): Promise<number> {
  await nextTurn()
  collect()
  return process.memoryUsage().heapUsed / 1_048_576
}

function openService(): Promise<ExecutionService> {
  const fills = ({ terms }: { readonly terms: { readonly limitPrice?: string } }): boolean => terms.limitPrice !== RESTS
  return createExecutionService({
    brokers: Object.fromEntries(ACCOUNTS.map((account) => [account, nullBroker(() => undefined, { fills })])),
    brokerAccounts: Object.fromEntries(ACCOUNTS.map((account) => [account, account])), route: ({ account }) => account, accounts: ACCOUNTS,
    journal: forgetfulJournal(), quoteMaximumAge: 86_400_000, submitWithin: 600_000, submitTimeout: 600_000,
    guards: [maxPosition({ quantity: '100000000' }), orderValue({ reject: '100000' }), dailyLoss({ loss: '1000000' }), messageRate({ perSecond: 10_000_000 })],
  })
}

async function trade(service: ExecutionService, index: number): Promise<void> {
  const isCanceled = index % CANCELED === 0
  const order = await service.placeOrder({
    account: ACCOUNTS[index % ACCOUNTS.length] ?? '', symbol: SYMBOLS[index % SYMBOLS.length] ?? '', side: Math.floor(index / 15) % 2 === 0 ? 'buy' : 'sell',
    type: 'limit', quantity: '1', limitPrice: isCanceled ? RESTS : '100.00', timeInForce: 'day', idempotencyKey: `k${index}`,
  })
  if (isCanceled) await service.cancelOrder(order.id)
  const denial = order.status === 'denied' ? order.denial.code : ''
  if (order.status !== 'filled' && order.status !== 'new') throw new Error(`the bench needs orders that are taken, this one is ${order.status} ${denial}`)
}

export async function run([size]: readonly string[] = []): Promise<BenchResult[]> {
  const orders = Number(size ?? ORDERS)
  const service = await openService()
  const samples: number[] = []
  const place = async (from: number, to: number): Promise<void> => {
    let next = from
    await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
      while (next < to) {
        const index = next
        next += 1
        await trade(service, index)
      }
    }))
  }
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await place(Math.floor((orders * sample) / SAMPLES), Math.floor((orders * (sample + 1)) / SAMPLES))
    samples.push(await heapInUse())
  }
  const open = await service.listOrders({ open: true })
  if (open.length > 0) throw new Error(`${open.length} orders have not ended`)
  await service.close()
  const settled = samples.slice(FULL)
  const half = settled.length / 2
  const average = (part: readonly number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length
  const growth = average(settled.slice(Math.ceil(half))) / average(settled.slice(0, Math.ceil(half)))
  const at = (share: number): BenchResult => ({ name: `heap at ${share} % of them`, value: Number((samples[(share * SAMPLES) / 100 - 1] ?? 0).toPrecision(4)), unit: 'MiB', target: 'shown', ok: true })
  return [atMost(`heap growth, second half of ${orders} orders over the first`, growth, 1.1, 'x'), at(10), at(25), at(50), at(75), at(100)]
}
