import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import type { ExecutionService } from '../../src/service/execution-service.ts'
import { makeRequest, type RequestOverrides } from '../../src/testing/index.ts'
import { differences } from './broker-oracle.ts'
import { plainCodes } from './codes.ts'
import { createMortal, type Mortal } from './mortal.ts'
import { createWorld, type Running, type World } from './world.ts'

/** A fault that the harness must see: it stands between the mortal process and the lasting world. */
export interface Plant {
  readonly journal?: (inner: Journal, clock: Clock) => Journal
  readonly broker?: (inner: BrokerAdapter) => BrokerAdapter
}

interface Script {
  /** Ids of the orders whose placement was answered, by key. */
  readonly acknowledged: Map<string, string>
  /** Everything that was asked for, answered or not. */
  readonly asked: Map<string, RequestOverrides>
}

const REQUESTS: readonly (readonly [at: number, key: string, terms: RequestOverrides])[] = [
  [0, 'rests', { limitPrice: '90' }],
  [60, 'trades', { type: 'market', quantity: '6' }],
  [200, 'changes', { limitPrice: '91', symbol: 'MSFT', quantity: '3' }],
  [260, 'sells', { type: 'market', side: 'sell', quantity: '2' }],
  [300, 'asks', { limitPrice: '90', quantity: '12' }],
  [420, 'races', { type: 'market', symbol: 'MSFT', quantity: '4' }],
  [480, 'crosses', { limitPrice: '99.95', quantity: '5' }],
  [500, 'too-much', { limitPrice: '90', quantity: '500' }],
]

const idOf = async (service: ExecutionService, key: string): Promise<string> => (await service.listOrders()).find((order) => order.idempotencyKey === key)?.id ?? 'none'

/** What a trading day asks of the service, at fixed times; whatever is refused or lost is somebody else's question. */
function schedule(world: World, process: Mortal, service: ExecutionService, script: Script): void {
  const at = (time: number, work: () => Promise<unknown>): void => { world.clock.setTimer(() => { if (!process.dead) work().catch(() => undefined) }, time) }
  for (const [time, key, terms] of REQUESTS) {
    at(time, async () => {
      script.asked.set(key, terms)
      const order = await service.placeOrder(makeRequest({ ...terms, idempotencyKey: key }))
      if (!process.dead) script.acknowledged.set(key, order.id)
    })
  }
  at(160, async () => service.cancelOrder(await idOf(service, 'rests')))
  at(350, async () => service.replaceOrder(await idOf(service, 'changes'), { quantity: '5' }))
  at(380, async () => service.approveOrder(await idOf(service, 'asks'), { code: 'zqcanary-code-1' }))
  at(430, async () => service.cancelOrder(await idOf(service, 'races')))
  at(520, async () => { world.setPrices('99.8', '99.9') })
}

async function begin(world: World, process: Mortal, plant: Plant): Promise<Running | undefined> {
  const guards = [maxPosition({ quantity: '60' }), highValueApproval({ above: '1100', window: 1, approvals: plainCodes() })]
  const journal = process.journal(plant.journal?.(world.journal, process.clock) ?? world.journal)
  const starting = world.start({ clock: process.clock, journal, guards, ended: process.ended, wrap: (broker) => process.broker(plant.broker?.(broker) ?? broker) })
  return starting.catch((error: unknown) => { if (process.dead) return undefined; throw error })
}

export interface CrashRun {
  /** Steps of each process that was started. */
  readonly steps: readonly number[]
  readonly places: readonly string[]
  readonly problems: readonly string[]
}

/** Runs the script in processes that die where `deaths` says, then in one that lives, and compares its books with the broker's. */
export async function crashRun(deaths: readonly number[], plant: Plant = {}): Promise<CrashRun> {
  const world = createWorld({ latency: [3, 20], fillDelay: [5, 30], partialFills: 0.5, seed: 'crash' })
  const script: Script = { acknowledged: new Map(), asked: new Map() }
  const processes: Mortal[] = []
  for (const diesAt of deaths) {
    const process = createMortal(world.clock, diesAt)
    const running = await begin(world, process, plant)
    if (running !== undefined && processes.length === 0) schedule(world, process, running.service, script)
    processes.push(process)
    await world.clock.advance(1500)
    // A clean end of a process is a death like any other.
    if (!process.dead) await running?.broker.close()
  }
  const survivor = createMortal(world.clock)
  processes.push(survivor)
  const running = await begin(world, survivor, plant)
  if (running === undefined) throw new Error('the last process did not start')
  await world.clock.advance(5000)
  const problems = [...await judge(world, running, script), ...await retry(world, running, script)]
  await world.until(running.service.close())
  return { steps: processes.map(({ steps }) => steps), places: processes.map(({ place }) => place).filter((place) => place !== ''), problems }
}

async function judge(world: World, { service, broker }: Running, script: Script): Promise<string[]> {
  const lost: string[] = []
  for (const [key, id] of script.acknowledged) if (await service.getOrderStatus(id) === undefined) lost.push(`${key} was acknowledged and is gone`)
  return [...lost, ...await differences({ service, broker, history: await world.history() })]
}

/** The callers who never got an answer ask again with the same keys. */
async function retry(world: World, running: Running, script: Script): Promise<string[]> {
  const problems: string[] = []
  for (const [key, terms] of script.asked) {
    const order = await world.until(running.service.placeOrder(makeRequest({ ...terms, idempotencyKey: key })))
    const known = script.acknowledged.get(key)
    if (known !== undefined && order.id !== known) problems.push(`${key} is another order now`)
    if (order.status === 'denied' && order.denial.code === 'NOT_SENT') problems.push(`${key} cannot be sent any more`)
  }
  await world.clock.advance(2000)
  return [...problems, ...await judge(world, running, script)]
}

