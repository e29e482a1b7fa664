// The broker of the demo: it runs in this process and keeps its books in a file of its own, so that it survives a kill -9.
import { join } from 'node:path'
import { simulatedBroker } from '@sluice/core'
import { sqliteStore } from '@sluice/core/sqlite'
import type { DeskBroker } from '../desk-broker.ts'

export const broker: DeskBroker = {
  title: 'Simulated broker',
  open: ({ dataFolder }) => simulatedBroker({
    store: sqliteStore(join(dataFolder, 'broker.db')),
    prices: { AAPL: '187.50', MSFT: '428.10', NVDA: '131.40', F: '11.40', NOK: '4.60', PFE: '25.30', T: '22.70' },
    volatility: 2,
    latency: [10, 40],
    fillDelay: [30, 250],
    partialFills: 0.15,
    fractional: false,
  }),
}
