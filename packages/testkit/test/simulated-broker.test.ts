import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore, simulatedBroker, type SimulatedStore } from '@sluice/core'
import { sqliteStore } from '@sluice/core/sqlite'
import { makeApprovedOrder } from '@sluice/core/testing'
import { type BrokerHarness, type BrokerHarnessContext, testBrokerAdapter } from '@sluice/testkit'
import { faultyBroker } from '@sluice/testkit/simulation'
import { describe } from 'vitest'

/** The line between a service and the simulated broker, which is an adapter too, and can be broken in every way. */
async function harnessOnLine({ clock }: BrokerHarnessContext): Promise<BrokerHarness> {
  const inner = simulatedBroker({ prices: { AAPL: '100' }, volatility: 0, latency: [0, 0], fillDelay: [5, 30], partialFills: 1 })
  const broker = faultyBroker(inner, { clock })
  await broker.open()
  let isFailing = false
  const fail = (): void => {
    if (!isFailing) return
    broker.inject('fail_queries')
    clock.setTimer(fail, 50)
  }
  return {
    adapter: broker.line(),
    reopen: () => Promise.resolve(broker.line()),
    market: {
      partial: () => ({ type: 'market' }), refused: () => ({ type: 'limit', limitPrice: '1.001' }), exitAt: '50', bust: () => { broker.inject('bust') },
      external: async () => {
        const { terms } = makeApprovedOrder({ terms: { type: 'limit', limitPrice: '1' } })
        await broker.byHand('by-hand', terms)
        return inner.orders().at(-1)?.brokerOrderId ?? ''
      },
    },
    fault: {
      loseAnswer: () => { broker.inject('lose_answer') }, lateAnswer: () => { broker.inject('lose_answer') }, loseRequest: () => { broker.inject('lose_request') },
      disconnect: () => { broker.inject('disconnect') }, failQueries: (failing) => { isFailing = failing; if (failing) fail(); else broker.heal() },
    },
    close: () => inner.close(),
  }
}

function harnessOn(open: () => SimulatedStore, close: () => Promise<void>): BrokerHarness {
  const broker = () => simulatedBroker({ store: open(), prices: { AAPL: '100' }, volatility: 0, latency: [5, 30], partialFills: 1 })
  const adapter = broker()
  return {
    adapter,
    market: {
      partial: () => ({ type: 'market' }), refused: () => ({ type: 'limit', limitPrice: '1.001' }), exitAt: '50',
      // The broker is in the process: whoever places an order past it asks it directly.
      external: async () => {
        const outcome = await adapter.submit(makeApprovedOrder({ clientOrderId: 'by-hand', terms: { type: 'limit', limitPrice: '1' } }))
        return outcome.kind === 'accepted' ? outcome.brokerOrderId : ''
      },
    },
    reopen: () => Promise.resolve(broker()),
    written: (id) => adapter.orders().some(({ clientOrderIds }) => clientOrderIds.includes(id)),
    close,
  }
}

describe('simulated broker in memory', () => {
  testBrokerAdapter({ create: async () => { const store = memoryStore(); return harnessOn(() => store, async () => undefined) } })
})

describe('simulated broker on SQLite', () => {
  testBrokerAdapter({
    create: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sluice-simulated-'))
      return harnessOn(() => sqliteStore(join(folder, 'broker.db')), async () => { rmSync(folder, { recursive: true, force: true }) })
    },
  })
})

describe('simulated broker behind a line that fails', () => {
  testBrokerAdapter({ create: harnessOnLine })
})
