// Every limit there is at once, the reservation and the decision record in one synchronous step (DESIGN §9).
import {
  authorisation, automatedExecution, buyingPower, concentration, dailyLoss, dailyNotional, drawdown, duplicateOrder, grossExposure, type Guard, highValueApproval,
  instrumentList, maxOpenOrders, maxPosition, messageRate, orderQuantity, orderValue, parseOrderRequest, priceCollar, rejectRate, selfMatch, sessionHours, shortSelling,
  valueWindow,
} from '@sluice/core'
import { createGuardHarness } from '@sluice/core/testing'
import { atMost, type BenchResult, machineRow, percentile } from './harness.ts'

/** Longer than every window of the guards: what leaves a window is compiled by then. */
const WARM_UP = 150_000
const DECISIONS = 200_000
/** Decisions between two prices: below the age at which a price counts as stale. */
const QUOTE_EVERY = 1000
const START = 1_767_366_000_000
const DAY = 86_400_000

const approvals = { name: 'none', verify: () => ({ valid: false }) as const }

const everyLimit = (): readonly Guard[] => [
  instrumentList({ allowed: ['AAPL', 'MSFT'] }), authorisation({ grants: [{ actor: 'local', accounts: ['main'] }] }), sessionHours({ afterOpen: 60 }),
  priceCollar({ percent: '5', passivePercent: '50' }), orderQuantity({ quantity: '1000' }), orderValue({ reject: '100000' }), duplicateOrder({ window: 0.0005 }),
  selfMatch(), maxPosition({ quantity: '100000000' }), shortSelling(), grossExposure({ gross: '100000000', net: '50000000' }), concentration({ percent: '90', leverage: '4' }),
  buyingPower({ keep: '1000' }), dailyNotional({ value: '100000000000' }), valueWindow({ value: '100000000000' }), messageRate({ perSecond: 1_000_000, burst: 1_000_000 }),
  maxOpenOrders({ orders: 100, perSymbol: 50 }), automatedExecution({ executions: 1000 }), rejectRate({ consecutive: 5, percent: 50 }), dailyLoss({ loss: '100000000' }),
  drawdown({ drawdown: '100000000' }), highValueApproval({ above: '100000000000', approvals }),
]

export function run(): Promise<BenchResult[]> {
  const guards = everyLimit()
  const harness = createGuardHarness({
    guards, quotes: { AAPL: { bid: '99.99', ask: '100.01' } }, now: START,
    accountValues: { equity: '1000000', cash: '1000000', buyingPower: '2000000', currency: 'USD', time: '' },
    session: { phase: 'open', since: START - DAY, until: START + DAY },
  })
  harness.apply({ type: 'session_rolled', data: { session: '2026-01-02@UTC', source: 'marks', marks: {} } })
  const { terms } = parseOrderRequest({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day' })
  const samples = new Float64Array(DECISIONS)
  for (let index = -WARM_UP; index < DECISIONS; index += 1) {
    harness.now += 1
    if (index % QUOTE_EVERY === 0) harness.quote('AAPL', '99.99', '100.01')
    const start = performance.now()
    const { orderId, verdict, denial } = harness.decideTerms(terms)
    const elapsed = performance.now() - start
    if (verdict !== 'allow') return Promise.reject(new Error(`the bench measures allowed orders, decision ${index} was ${verdict} ${denial?.code ?? ''}`))
    harness.apply({ type: 'order_canceled', data: { orderId, reason: 'broker' } })
    if (index >= 0) samples[index] = elapsed * 1000
  }
  const name = `${guards.length} guards + reserve + record`
  return Promise.resolve([
    atMost(`${name}, p99`, percentile(samples, 0.99), 10, 'us'),
    atMost(`${name}, p99.9`, percentile(samples, 0.999), 50, 'us'),
    machineRow(samples, 0.99, 'p99'),
    machineRow(samples, 0.999, 'p99.9'),
    { name: `${name}, p50`, value: Number(percentile(samples, 0.5).toPrecision(4)), unit: 'us', target: 'shown', ok: true },
  ])
}
