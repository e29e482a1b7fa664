import fc from 'fast-check'
import type { ApprovedOrder, ApprovedReplacement } from '../../src/broker/approved-order.ts'
import type { BrokerAdapter, BrokerExecution } from '../../src/broker/broker-adapter.ts'
import type { SimulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { formatDecimal, parseDecimal } from '../../src/order/decimal.ts'
import type { KillLevel, KillScope } from '../../src/order/event.ts'
import type { OrderTerms } from '../../src/order/request.ts'
import type { ExecutionService } from '../../src/service/execution-service.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { proxyBroker } from '../support/broker-proxy.ts'
import { plainCodes } from '../support/codes.ts'
import { slowJournal } from '../support/slow-journal.ts'
import { createWorld } from '../support/world.ts'

const step = fc.record({
  at: fc.integer({ min: 0, max: 300 }),
  action: fc.constantFrom('place', 'place', 'place', 'place', 'approve', 'replace'),
  symbol: fc.constantFrom('AAPL', 'MSFT'),
  strategy: fc.constantFrom('alpha', 'beta'),
  side: fc.constantFrom('buy', 'sell'),
  quantity: fc.integer({ min: 1, max: 20 }),
  limitPrice: fc.constantFrom('90', '100', '110'),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const run = fc.record({
  seed: fc.integer(),
  steps: fc.array(step, { minLength: 4, maxLength: 25 }),
  engageAt: fc.integer({ min: 0, max: 350 }),
  scope: fc.constantFrom<KillScope>('global', 'account:main', 'broker:main', 'strategy:alpha', 'symbol:AAPL'),
  level: fc.constantFrom<KillLevel>('reduce_only', 'no_new', 'cancel_all'),
  journalDelay: fc.constantFrom(0, 7, 60),
})
type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never

const covers = (scope: KillScope, { symbol, strategy }: Pick<OrderTerms, 'symbol' | 'strategy'>): boolean =>
  scope === 'global' || scope === 'account:main' || scope === 'broker:main' || scope === `strategy:${strategy}` || scope === `symbol:${symbol}`

const signed = ({ side, lastQuantity }: BrokerExecution): bigint => (side === 'buy' ? 1n : -1n) * parseDecimal(lastQuantity)

/** Whether an order can only bring the broker's own position nearer to zero. */
function reduces(broker: SimulatedBroker, { terms, ...order }: ApprovedOrder | ApprovedReplacement): boolean {
  const { symbol, side, quantity = '0' } = terms
  const position = broker.executions().filter((execution) => execution.symbol === symbol).reduce((sum, execution) => sum + signed(execution), 0n)
  const orders = broker.orders()
  const before = 'originalClientOrderId' in order ? orders.find((known) => known.clientOrderIds.includes(order.originalClientOrderId)) : undefined
  const others = orders.filter((known) => known !== before && known.symbol === symbol && known.side === side && isWorking(known.status))
  const waiting = others.reduce((sum, known) => sum + parseDecimal(known.quantity ?? '0') - parseDecimal(known.filledQuantity), 0n)
  const leaves = parseDecimal(quantity) - parseDecimal(before?.filledQuantity ?? '0')
  return leaves <= (side === 'buy' ? -position : position) - waiting
}

const isWorking = (status: string): boolean => status === 'new' || status === 'partially_filled'

async function act(service: ExecutionService, { action, quantity, symbol, strategy, side, limitPrice }: Step, code: number): Promise<void> {
  if (action === 'place') {
    await service.placeOrder(makeRequest({ symbol, strategy, side, quantity: String(quantity), limitPrice }))
    return
  }
  const [order] = await service.listOrders(action === 'approve' ? { status: 'pending_approval' } : { status: 'new' })
  if (order === undefined) return
  if (action === 'approve') await service.approveOrder(order.id, { code: `zqcanary-code-${code}` })
  else await service.replaceOrder(order.id, { quantity: formatDecimal(parseDecimal(order.quantity ?? '0') + parseDecimal('1')) })
}

interface Outcome { readonly violations: string[]; readonly writes: number; readonly left: number }

/** A planted bug: an adapter that asks for its permits on entry instead of in the tick of the write. */
export const asksTooEarly = (inner: BrokerAdapter): BrokerAdapter => ({
  ...inner,
  submit: (order) => (order.permit() ? inner.submit({ ...order, permit: () => true }) : Promise.resolve({ kind: 'not_sent', reason: 'no permit', retryable: true })),
})

/** Orders, approvals and replaces in virtual time, and an engage among them; counts what is written after it that must not be. */
async function interleave({ seed, steps, engageAt, scope, level, journalDelay }: Run, plant: (inner: BrokerAdapter) => BrokerAdapter = (inner) => inner): Promise<Outcome> {
  const world = createWorld({ seed: String(seed), latency: [0, 40], fillDelay: [0, 60], partialFills: 0.5 })
  const outcome = { violations: [] as string[], writes: 0, left: 0 }
  let engaged = false
  const { service, broker } = await world.start({
    journal: slowJournal(world.journal, world.clock, () => journalDelay),
    guards: [highValueApproval({ above: '1500', window: 1, approvals: plainCodes() })],
    wrap: (inner) => plant(proxyBroker(inner, {
      permit: (kind, order, given) => {
        if (!given) return
        outcome.writes += 1
        if (!engaged || !covers(scope, order.terms)) return
        if (level === 'reduce_only' && reduces(inner, order)) return
        outcome.violations.push(`${kind} ${order.terms.side} ${order.terms.quantity} ${order.terms.symbol} after ${level} of ${scope}`)
      },
    })),
  })
  steps.forEach((next, index) => {
    world.clock.setTimer(() => { act(service, next, index + 1).catch(() => undefined) }, next.at)
  })
  let engaging: Promise<unknown> = Promise.resolve()
  world.clock.setTimer(() => {
    engaging = service.killSwitch.engage({ scope, level, reason: 'test' })
    // From here on, in this very tick, nothing new may go out.
    engaged = true
  }, engageAt)
  await world.clock.advance(400)
  await world.until(engaging)
  await world.clock.advance(15_000)
  if (level === 'cancel_all') {
    const strategies = new Map((await service.listOrders()).map((order) => [order.brokerOrderId, order.strategy]))
    outcome.left = broker.orders().filter((order) => isWorking(order.status) && covers(scope, { symbol: order.symbol, strategy: strategies.get(order.brokerOrderId) ?? '' })).length
  }
  await world.until(service.close())
  return outcome
}

export interface InterleavingResult {
  readonly failed: boolean
  readonly writes: number
  /** What breaks it, where something does; with the seed it comes back. */
  readonly counterexample: readonly [Run] | null
}

/** Random interleavings, with real adapters' permits or a planted bug in them. */
export async function interleavings(count: number, seed: number, plant?: (inner: BrokerAdapter) => BrokerAdapter, progress?: (done: number) => void): Promise<InterleavingResult> {
  let done = 0
  let writes = 0
  const { failed, counterexample } = await fc.check(fc.asyncProperty(run, async (scenario) => {
    const outcome = await interleave(scenario, plant)
    writes += outcome.writes
    done += 1
    progress?.(done)
    return outcome.violations.length === 0 && outcome.left === 0
  }), { numRuns: count, seed, ...(plant !== undefined && { endOnFailure: true }) })
  return { failed, writes, counterexample }
}
