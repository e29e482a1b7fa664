import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore, simulatedBroker, type SimulatedStore } from '@sluice/core'
import { sqliteStore } from '@sluice/core/sqlite'
import { type BrokerHarness, testBrokerAdapter } from '@sluice/testkit'
import { describe } from 'vitest'

function harnessOn(store: SimulatedStore, close: () => Promise<void>): BrokerHarness {
  const adapter = simulatedBroker({ store, prices: { AAPL: '100' }, volatility: 0, latency: [5, 30], partialFills: 1, fractional: false })
  return {
    adapter,
    market: { partial: () => ({ type: 'market' }) },
    written: (id) => adapter.orders().some(({ clientOrderIds }) => clientOrderIds.includes(id)),
    close,
  }
}

describe('simulated broker in memory', () => {
  testBrokerAdapter({ create: async () => harnessOn(memoryStore(), async () => undefined) })
})

describe('simulated broker on SQLite', () => {
  testBrokerAdapter({
    create: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sluice-simulated-'))
      return harnessOn(sqliteStore(join(folder, 'broker.db')), async () => { rmSync(folder, { recursive: true, force: true }) })
    },
  })
})
