// What an order costs through the adapter, over the bare call of Alpaca's SDK: client CPU on loopback, the server in another process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { alpacaBroker } from '@sluice/adapter-alpaca'
import { OrdersApi, trading } from '@alpacahq/alpaca-trade-api/rest'
import { createExecutionService, memoryJournal, orderValue } from '@sluice/core'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import { atMost, type BenchResult, cpuSecondsOf, median } from './harness.ts'

const ROUNDS = 5
const ORDERS = 300
const WARM_UP = 60

interface Server { readonly url: string; readonly keyId: string; readonly secretKey: string; stop(): Promise<void> }
/** One order from its request to its answer. */
type Place = (index: number) => Promise<void>
interface Contender { readonly name: string; open(server: Server): Promise<{ readonly place: Place; readonly close: () => Promise<void> }> }

async function startServer(): Promise<Server> {
  const child = spawn(process.execPath, ['--conditions=@sluice/source', join(import.meta.dirname, 'support/alpaca-server.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return {
    ...(JSON.parse(line) as Omit<Server, 'stop'>),
    stop: async () => {
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
}

const resting = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day' } as const

const bareSdk: Contender = {
  name: 'the SDK, as it comes', open: async ({ url, keyId, secretKey }) => {
    const orders = new OrdersApi(new trading.Configuration({ basePath: url, keyId, secret: secretKey }))
    return {
      place: async (index) => {
        await orders.postOrder({ postOrderRequest: { symbol: 'AAPL', side: 'buy', type: 'limit', qty: '1', limitPrice: '100', timeInForce: 'day', clientOrderId: `b${index}` } })
      },
      close: () => Promise.resolve(),
    }
  },
}

const brokerAt = ({ url, keyId, secretKey }: Server) => alpacaBroker({ environment: 'paper', url, dataUrl: url, keyId, secretKey, requestsPerMinute: 100_000_000 })

/** The adapter also reads the stream of trade updates, two frames for each of these orders. */
const adapter: Contender = {
  name: 'alpacaBroker, stream included', open: async (server) => {
    const broker = brokerAt(server)
    await broker.connect(makeContext())
    return {
      place: async (index) => {
        const outcome = await broker.submit(makeApprovedOrder({ clientOrderId: `a${index}`, terms: { ...resting, limitPrice: '100' } }))
        if (outcome.kind !== 'accepted') throw new Error(`the bench measures accepted orders, this one is ${outcome.kind}`)
      },
      close: () => broker.close(),
    }
  },
}

const whole: Contender = {
  name: 'placeOrder, memory journal', open: async (server) => {
    const service = await createExecutionService({ broker: brokerAt(server), journal: memoryJournal(), guards: [orderValue({ reject: '100000' })] })
    return {
      place: async (index) => {
        const order = await service.placeOrder({ ...resting, idempotencyKey: `s${index}` })
        if (order.status !== 'new') throw new Error(`the bench measures accepted orders, this one is ${order.status}`)
      },
      close: () => service.close(),
    }
  },
}

/** Microseconds of client CPU for one order, on books of its own. */
async function costOf(contender: Contender): Promise<number> {
  const server = await startServer()
  try {
    const { place, close } = await contender.open(server)
    for (let index = -WARM_UP; index < 0; index += 1) await place(index)
    const seconds = await cpuSecondsOf(async () => { for (let index = 0; index < ORDERS; index += 1) await place(index) })
    await close()
    return (seconds / ORDERS) * 1e6
  } finally {
    await server.stop()
  }
}

export async function run(): Promise<BenchResult[]> {
  const contenders = [bareSdk, adapter, whole]
  const costs = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]))
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const contender of contenders) {
      const cost = await costOf(contender)
      // The first round lets the engine compile.
      if (round > 0) costs.get(contender)?.push(cost)
    }
  }
  const shown = contenders.map((contender): BenchResult => ({
    name: `${contender.name}, client CPU`, value: Math.round(median(costs.get(contender) ?? [])), unit: 'us/order', target: 'shown', ok: true,
  }))
  const ratio = (contender: Contender): number => median((costs.get(contender) ?? []).map((cost, round) => cost / (costs.get(bareSdk)?.[round] ?? Number.NaN)))
  return [...shown, atMost('alpacaBroker over the SDK', ratio(adapter), 1.5, 'x'), atMost('placeOrder over the SDK', ratio(whole), 1.6, 'x')]
}
