import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { type SimulatedBroker, simulatedBroker } from '@sluice/core'
import { sqliteStore } from '@sluice/core/sqlite'
import { makeContext } from '@sluice/core/testing'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** What the broker itself knows. */
export interface BrokerBooks {
  readonly orders: ReturnType<SimulatedBroker['orders']>
  readonly executions: ReturnType<SimulatedBroker['executions']>
}

/** Reads a copy of the books of a desk that is not running. Without prices nothing trades while they are read. */
export async function readBooks(dataFolder: string): Promise<BrokerBooks> {
  const copy = temporaryFolder()
  for (const file of ['broker.db', 'broker.db-wal']) {
    if (existsSync(join(dataFolder, file))) copyFileSync(join(dataFolder, file), join(copy, file))
  }
  const broker = simulatedBroker({ store: sqliteStore(join(copy, 'broker.db')), quotes: () => undefined })
  await broker.connect(makeContext())
  const books = { orders: broker.orders(), executions: broker.executions() }
  await broker.close()
  return books
}
