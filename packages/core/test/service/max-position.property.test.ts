import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import type { SimulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { allow, defineGuard, type Guard, reject } from '../../src/guards/guard.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { formatDecimal, parseDecimal, type Units } from '../../src/order/decimal.ts'
import { sleep } from '../../src/runtime/clock.ts'
import type { ExecutionService } from '../../src/service/execution-service.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { openDesk } from '../support/open-service.ts'
import { differences } from '../support/broker-oracle.ts'
import { slowJournal } from '../support/slow-journal.ts'
import { createWorld } from '../support/world.ts'

const LIMIT = '20'

const step = fc.record({
  at: fc.integer({ min: 0, max: 600 }),
  action: fc.constantFrom('place', 'place', 'place', 'place', 'cancel', 'replace'),
  side: fc.constantFrom('buy', 'buy', 'sell'),
  type: fc.constantFrom('market', 'limit', 'ioc'),
  quantity: fc.integer({ min: 1, max: 15 }),
  limitPrice: fc.constantFrom('98', '100.1', '99.9', '102'),
  pick: fc.nat(20),
  /** What becomes of the order's request or answer on the wire. */
  wire: fc.constantFrom('good', 'good', 'good', 'request lost', 'answer lost', 'late answer'),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const run = fc.record({ seed: fc.integer(), steps: fc.array(step, { minLength: 5, maxLength: 30 }), journalDelay: fc.constantFrom(0, 5, 40) })
type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never

const units = (text: string | undefined): Units => parseDecimal(text ?? '0')

/** The worst position on either side that the broker's own books allow: what it has executed, and all that still works there. */
function worstAtBroker(broker: SimulatedBroker): { readonly long: Units; readonly short: Units } {
  const position = broker.executions().reduce((sum, { side, lastQuantity }) => sum + (side === 'buy' ? 1n : -1n) * units(lastQuantity), 0n)
  const leaves = (buying: boolean): Units => broker.orders()
    .filter(({ side, status }) => (side === 'buy') === buying && (status === 'new' || status === 'partially_filled'))
    .reduce((sum, order) => sum + units(order.quantity) - units(order.filledQuantity), 0n)
  return { long: position + leaves(true), short: leaves(false) - position }
}

async function act(service: ExecutionService, { action, side, type, quantity, limitPrice, pick, at }: Step, index: number): Promise<void> {
  if (action === 'place') {
    const terms = type === 'limit' ? { type, limitPrice } : { type: 'market' as const, timeInForce: type === 'ioc' ? 'ioc' as const : 'day' as const }
    await service.placeOrder(makeRequest({ ...terms, side, quantity: String(quantity), idempotencyKey: `${at}-${index}` }))
    return
  }
  const orders = await service.listOrders({ open: true })
  const order = orders[pick % Math.max(1, orders.length)]
  if (order === undefined) return
  if (action === 'cancel') await service.cancelOrder(order.id)
  else await service.replaceOrder(order.id, { quantity: formatDecimal(units(order.filledQuantity) + units(String(quantity))) })
}

interface Outcome { readonly breaches: string[]; readonly problems: readonly string[]; readonly executions: number; readonly denied: number }

async function simulate({ seed, steps, journalDelay }: Run, guard: Guard): Promise<Outcome> {
  const world = createWorld({ seed: String(seed), latency: [0, 40], fillDelay: [0, 80], partialFills: 0.6, rejects: 0.1 })
  const breaches: string[] = []
  const limit = parseDecimal(LIMIT)
  const inspect = (broker: SimulatedBroker): void => {
    const { long, short } = worstAtBroker(broker)
    if (long > limit || short > limit) breaches.push(`could reach ${formatDecimal(long)} long, ${formatDecimal(short)} short`)
  }
  const faults = steps.map(({ wire }) => wire)
  const faulty = (inner: BrokerAdapter): BrokerAdapter => {
    const send = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
      const fault = faults.shift()
      if (fault === 'request lost') { await sleep(world.clock, 30); throw new Error('reset') }
      const answer = await ask()
      if (fault === 'answer lost') throw new Error('timeout')
      if (fault === 'late answer') await sleep(world.clock, 3000)
      return answer
    }
    return { ...inner, submit: (order) => send(() => inner.submit(order)), replace: (order) => send(() => inner.replace(order)) }
  }
  const { service, broker } = await world.start({ journal: slowJournal(world.journal, world.clock, () => journalDelay), guards: [guard], wrap: faulty, submitTimeout: 500 })
  steps.forEach((next, index) => {
    world.clock.setTimer(() => { act(service, next, index).catch(() => undefined) }, next.at)
  })
  for (let time = 0; time < 1500; time += 5) {
    await world.clock.advance(5)
    inspect(broker)
  }
  await world.clock.advance(30_000)
  inspect(broker)
  const history = await world.history()
  const problems = await differences({ service, broker, history })
  const denied = history.filter(({ type, data }) => type === 'order_denied' && 'denial' in data && data.denial.code === 'POSITION_LIMIT_EXCEEDED').length
  await world.until(service.close())
  return { breaches, problems, executions: broker.executions().length, denied }
}

it('I4: no interleaving of orders, partial fills, cancels, replaces, rejects and lost messages can take a position over its limit', async () => {
  const total = { executions: 0, denied: 0 }
  await fc.assert(fc.asyncProperty(run, async (scenario) => {
    const { breaches, problems, executions, denied } = await simulate(scenario, maxPosition({ quantity: LIMIT }))
    total.executions += executions
    total.denied += denied
    expect(breaches).toEqual([])
    // And in the end both sides agree on every order, execution and position.
    expect(problems).toEqual([])
  }), { numRuns: 80 })
  expect(total.executions).toBeGreaterThan(100)
  expect(total.denied).toBeGreaterThan(20)
})

it('I4: the same property breaks a guard that checks first and records fills later', async () => {
  const naive = defineGuard<null, { held: Units }>({
    name: 'naive-position',
    options: null,
    initial: { held: 0n },
    apply: (state, event) => {
      if (event.type !== 'order_filled' && event.type !== 'order_partially_filled') return state
      const { side, lastQuantity } = event.data.execution
      return { held: state.held + (side === 'buy' ? 1n : -1n) * units(lastQuantity) }
    },
    check: (order, { state }) => {
      const after = state.held + (order.side === 'buy' ? order.quantity : -order.quantity)
      return (after < 0n ? -after : after) <= parseDecimal(LIMIT) ? allow : reject('POSITION_LIMIT_EXCEEDED', 'too much')
    },
  }) as Guard
  const outcome = await fc.check(fc.asyncProperty(run, async (scenario) => (await simulate(scenario, naive)).breaches.length === 0), { numRuns: 80, endOnFailure: true })
  expect(outcome.failed).toBe(true)
})

it('A4, I4: word of a replace that comes after its answer does not settle a later one', async () => {
  const desk = await openDesk()
  const { order, sent } = await desk.working({ quantity: '1' })
  const replace = async (quantity: string): Promise<string> => {
    const replacing = desk.service.replaceOrder(order.id, { quantity })
    await desk.settle()
    const { command, answer } = desk.broker.replaces.at(-1)!
    if (desk.broker.replaces.length === 1) {
      answer({ kind: 'accepted', brokerOrderId: `at-${sent.clientOrderId}` })
      await desk.settle()
      await replacing
    } else void replacing.catch(() => undefined)
    return command.clientOrderId
  }
  const first = await replace('20')
  await replace('1')
  await desk.broker.deliver({ kind: 'replaced', clientOrderId: first, originalClientOrderId: sent.clientOrderId, brokerOrderId: `at-${sent.clientOrderId}`, changes: { quantity: '20' } })
  expect(await desk.statusOf(order.id)).toMatchObject({ quantity: '20' })
  expect(await desk.service.positions()).toMatchObject([{ workingBuy: '20' }])
})
