import fc from 'fast-check'
import type { ApprovalProvider } from '../../src/approval/approval-provider.ts'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import { automatedExecution } from '../../src/guards/automated-execution.ts'
import { buyingPower } from '../../src/guards/buying-power.ts'
import { concentration } from '../../src/guards/concentration.ts'
import { dailyLoss } from '../../src/guards/daily-loss.ts'
import { dailyNotional } from '../../src/guards/daily-notional.ts'
import { drawdown } from '../../src/guards/drawdown.ts'
import { duplicateOrder } from '../../src/guards/duplicate-order.ts'
import { grossExposure } from '../../src/guards/gross-exposure.ts'
import type { Guard } from '../../src/guards/guard.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { maxOpenOrders } from '../../src/guards/max-open-orders.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { messageRate } from '../../src/guards/message-rate.ts'
import { orderValue } from '../../src/guards/order-value.ts'
import { priceCollar } from '../../src/guards/price-collar.ts'
import { rejectRate } from '../../src/guards/reject-rate.ts'
import { selfMatch } from '../../src/guards/self-match.ts'
import { sessionHours } from '../../src/guards/session-hours.ts'
import { shortSelling } from '../../src/guards/short-selling.ts'
import { valueWindow } from '../../src/guards/value-window.ts'
import type { Lease, Snapshot } from '../../src/journal/journal.ts'
import type { OrderRequest } from '../../src/order/request.ts'
import { sleep } from '../../src/runtime/clock.ts'
import type { ExecutionService } from '../../src/service/execution-service.ts'
import { createWorld, type World } from '../support/world.ts'

const anyCode: ApprovalProvider = { name: 'test', verify: ({ code }) => ({ valid: true, counter: 'test', step: Number(code) }) }

const step = fc.record({
  wait: fc.constantFrom(0, 0, 3, 20, 400, 7000),
  action: fc.constantFrom('place', 'place', 'place', 'place', 'cancel', 'replace', 'approve', 'engage', 'release', 'limits', 'price', 'restart'),
  symbol: fc.constantFrom('AAPL', 'MSFT'),
  side: fc.constantFrom('buy', 'buy', 'sell', 'sell_short'),
  type: fc.constantFrom('market', 'limit', 'ioc', 'stop', 'money'),
  quantity: fc.integer({ min: 1, max: 15 }),
  price: fc.constantFrom('60', '98', '99.9', '100.1', '102', '250'),
  level: fc.constantFrom('reduce_only', 'no_new', 'cancel_all'),
  pick: fc.nat(20),
  wire: fc.constantFrom('good', 'good', 'good', 'request lost', 'answer lost', 'slow permit'),
})
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

export const randomRun = fc.record({ seed: fc.integer(), steps: fc.array(step, { minLength: 8, maxLength: 60 }) })
export type RandomRun = typeof randomRun extends fc.Arbitrary<infer Value> ? Value : never

const limitsOf = (round: number): readonly Guard[] => [
  maxPosition({ quantity: String(20 + 5 * (round % 2)), symbols: { MSFT: { quantity: '12', shortQuantity: '4' } } }), orderValue({ reject: '2400' }),
  dailyLoss({ loss: '150' }), messageRate({ perSecond: 2 + (round % 3), burst: 4 }), highValueApproval({ above: '1500', window: 60, approvals: anyCode }),
  // Every other guard that remembers, or reads what the ones above do not: wide enough to let most orders pass.
  ...(round % 4 === 0 ? [] : [
    automatedExecution({ executions: 40 }), buyingPower(), concentration({ percent: '900', leverage: '90' }), dailyNotional({ value: '30000' }), drawdown({ drawdown: '160' }),
    duplicateOrder({ window: 0.002 }), grossExposure({ gross: '9000' }), maxOpenOrders({ orders: 12 }), priceCollar({ percent: '300' }), rejectRate({ consecutive: 30 }),
    selfMatch(), sessionHours(), shortSelling({ located: { AAPL: '50', MSFT: '50' } }), valueWindow({ value: '20000' }),
  ] as Guard[]),
]

function requestOf({ symbol, side, type, quantity, price }: Step, index: number): OrderRequest {
  const common = { symbol, side, quantity: String(quantity), timeInForce: 'day', idempotencyKey: `key-${index}` } as const
  switch (type) {
    case 'limit': return { ...common, type, limitPrice: price }
    case 'stop': return { ...common, type, stopPrice: price }
    case 'ioc': return { ...common, type: 'market', timeInForce: 'ioc' }
    case 'money': return { symbol, side, type: 'market', timeInForce: 'day', notional: String(quantity * 100), idempotencyKey: `key-${index}` }
    default: return { ...common, type: 'market' }
  }
}

async function act(service: ExecutionService, next: Step, index: number): Promise<unknown> {
  const orders = await service.listOrders({ open: true })
  const order = orders[next.pick % Math.max(1, orders.length)]
  switch (next.action) {
    case 'place': return service.placeOrder(requestOf(next, index))
    case 'cancel': return order && service.cancelOrder(order.id)
    // Now and then by more than any limit takes.
    case 'replace': return order && service.replaceOrder(order.id, { quantity: String(next.quantity * (next.quantity > 7 ? 10 : 1)), ...(order.type === 'limit' && { limitPrice: next.price }) })
    case 'approve': return order && service.approveOrder(order.id, { code: String(index), actor: 'risk' })
    case 'engage': return service.killSwitch.engage({ scope: next.pick % 2 === 0 ? `symbol:${next.symbol}` : 'global', level: next.level, reason: 'drill' })
    case 'limits': return service.limits.update({ guard: 'max-position', options: { quantity: String(8 + next.quantity) }, reason: 'drill', code: String(20_000 + index), actor: 'risk' })
    case 'release': return Promise.all(service.killSwitch.status().engaged.map(({ scope }, at) => service.killSwitch.release({ scope, reason: 'over', code: String(10_000 + index * 10 + at) })))
    default: return undefined
  }
}

/** What a run leaves behind: the world with its journal, and the last service as it is in memory. */
export interface Left {
  readonly world: World
  readonly service: ExecutionService
  /** Every snapshot that was made of the account main. */
  readonly snapshots: readonly Snapshot[]
}

/** Lets a service, or several one after another, do whatever the steps say. */
export async function performRun({ seed, steps }: RandomRun): Promise<Left> {
  const world = createWorld({ seed: String(seed), latency: [0, 40], fillDelay: [0, 80], partialFills: 0.6, rejects: 0.1 })
  const snapshots: Snapshot[] = []
  const { saveSnapshot } = world.journal
  Object.assign(world.journal, { saveSnapshot: async (lease: Lease, snapshot: Snapshot) => {
    if (lease.account === 'main') snapshots.push(structuredClone(snapshot))
    await saveSnapshot(lease, snapshot)
  } })
  const wires = steps.map(({ wire }) => wire)
  const faulty = (inner: BrokerAdapter): BrokerAdapter => {
    const send = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
      const fault = wires.shift()
      if (fault === 'slow permit') await sleep(world.clock, 25)
      if (fault === 'request lost') { await sleep(world.clock, 30); throw new Error('reset') }
      const answer = await ask()
      if (fault === 'answer lost') throw new Error('timeout')
      return answer
    }
    return { ...inner, submit: (order) => send(() => inner.submit(order)), replace: (order) => send(() => inner.replace(order)) }
  }
  let round = 0
  const open = async (): Promise<ExecutionService> => {
    round += 1
    return (await world.start({ guards: limitsOf(round), limits: round % 2 === 0 ? 'code' : 'journal', wrap: faulty, submitTimeout: 500, snapshotEvery: 12 })).service
  }
  let service = await open()
  for (const [index, next] of steps.entries()) {
    if (next.action === 'price') world.setPrices(next.price, (Number(next.price) + 0.2).toFixed(1))
    else if (next.action === 'restart') {
      await world.until(service.close())
      service = await open()
    } else act(service, next, index).catch(() => undefined)
    await world.clock.advance(next.wait)
  }
  await world.clock.advance(20_000)
  return { world, service, snapshots }
}
