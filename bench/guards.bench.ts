// Twenty guards, the reservation and the decision record in one synchronous step (DESIGN §9).
import { dailyLoss, type Guard, highValueApproval, maxPosition, messageRate, orderValue, parseOrderRequest } from '@sluice/core'
import { createGuardHarness } from '@sluice/core/testing'
import { atMost, type BenchResult, percentile } from './harness.ts'

const WARM_UP = 50_000
const DECISIONS = 200_000
/** Decisions between two prices: below the age at which a price counts as stale. */
const QUOTE_EVERY = 1000

const approvals = { name: 'none', verify: () => ({ valid: false }) as const }
const named = (guard: Guard, suffix: number): Guard => ({ ...guard, name: `${guard.name}-${suffix}` })

function twentyGuards(): Guard[] {
  return [0, 1, 2, 3].flatMap((copy) => [
    maxPosition({ quantity: '100000000' }), orderValue({ reject: '100000' }), dailyLoss({ loss: '100000000' }),
    messageRate({ perSecond: 1_000_000, burst: 1_000_000 }), highValueApproval({ above: '100000000000', approvals }),
  ].map((guard) => named(guard as Guard, copy)))
}

export function run(): Promise<BenchResult[]> {
  const harness = createGuardHarness({ guards: twentyGuards(), quotes: { AAPL: { bid: '99.99', ask: '100.01' } }, now: 1_767_366_000_000 })
  harness.apply({ type: 'session_rolled', data: { session: '2026-01-02@UTC', source: 'marks', marks: {} } })
  const { terms } = parseOrderRequest({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day' })
  const samples = new Float64Array(DECISIONS)
  for (let index = -WARM_UP; index < DECISIONS; index += 1) {
    harness.now += 1
    if (index % QUOTE_EVERY === 0) harness.quote('AAPL', '99.99', '100.01')
    const start = performance.now()
    const { orderId, verdict } = harness.decideTerms(terms)
    const elapsed = performance.now() - start
    if (verdict !== 'allow') return Promise.reject(new Error(`the bench measures allowed orders, decision ${index} was ${verdict}`))
    harness.apply({ type: 'order_canceled', data: { orderId, reason: 'broker' } })
    if (index >= 0) samples[index] = elapsed * 1000
  }
  return Promise.resolve([
    atMost('20 guards + reserve + record, p99', percentile(samples, 0.99), 10, 'us'),
    atMost('20 guards + reserve + record, p99.9', percentile(samples, 0.999), 50, 'us'),
    { name: '20 guards + reserve + record, p50', value: Number(percentile(samples, 0.5).toPrecision(4)), unit: 'us', target: 'shown', ok: true },
  ])
}
