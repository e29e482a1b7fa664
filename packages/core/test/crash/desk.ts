import { join } from 'node:path'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import { type SimulatedBroker, simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { sqliteStore } from '../../src/journal/sqlite/index.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'
import type { ExecutionService } from '../../src/service/execution-service.ts'
import { plainCodes } from '../support/codes.ts'
import { type JournalName, placeOf } from './journal-place.ts'

/** Bugs that the suite must see. */
export const PLANTS = ['no-lookup', 'early-answer', 'no-pins'] as const
export type Plant = (typeof PLANTS)[number]

export interface DeskOptions {
  /** Holds the journal and the broker's books. */
  readonly folder: string
  readonly seed: string
  readonly thread: 'worker' | 'inline'
  /** Default: a file in the folder. */
  readonly kept?: JournalName | undefined
  readonly plant?: Plant | undefined
  readonly journal?: (inner: Journal) => Journal
  readonly broker?: (inner: BrokerAdapter) => BrokerAdapter
}

export interface Desk {
  readonly service: ExecutionService
  readonly broker: SimulatedBroker
  readonly journal: Journal
}

/** Recovery asks the broker for an order and is told that there is none. */
const blind = (inner: BrokerAdapter): BrokerAdapter => ({
  ...inner,
  lookup: async () => ({ kind: 'not_found', asOf: Number.MAX_SAFE_INTEGER }),
})

/** An append is answered, and published, before it is written. */
const early = (inner: Journal): Journal => ({
  ...inner,
  append: async (lease, batch) => {
    systemClock.setTimer(() => { inner.append(lease, batch).catch(() => undefined) }, 15, true)
    const last = batch.events.at(-1)?.sequence ?? 0
    return { first: last - batch.events.length + 1, last }
  },
})

const same = <Value>(value: Value): Value => value

/** A desk's service on a durable journal and a simulated broker whose books are a file of their own. */
export async function openDesk({ folder, seed, thread, kept, plant, journal: aroundJournal = same, broker: aroundBroker = same }: DeskOptions): Promise<Desk> {
  const broker = simulatedBroker({
    seed, store: sqliteStore(join(folder, 'broker', 'books.db')), latency: [1, 4], fillDelay: [1, 8], partialFills: 0.5, quotes: () => ({ bid: '99.9', ask: '100.1' }),
  })
  const file = (await placeOf(kept)).open(folder, thread)
  const journal = aroundJournal(plant === 'early-answer' ? early(file) : file)
  const service = await createExecutionService({
    broker: aroundBroker(plant === 'no-lookup' ? blind(broker) : broker), journal,
    guards: [maxPosition({ quantity: '60' }), highValueApproval({ above: '1100', window: 1, approvals: plainCodes() })],
  })
  return { service, broker, journal: file }
}
