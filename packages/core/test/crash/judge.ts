import { setTimeout as sleep } from 'node:timers/promises'
import { verifyJournal } from '../../src/journal/sqlite/index.ts'
import { describeError } from '../../src/runtime/errors.ts'
import { differences } from '../support/broker-oracle.ts'
import { historyOf } from '../support/world.ts'
import { type Desk, journalPath, openDesk, type Plant } from './desk.ts'
import { requestFor } from './trading-day.ts'

/** What the callers of the dead processes know. */
export interface Memory {
  readonly answered: ReadonlyMap<string, string>
  readonly asked: ReadonlySet<string>
}

/** What is on its way has this long to arrive. */
const PATIENCE = 4_000

async function compare({ service, broker, journal }: Desk, { answered }: Memory): Promise<string[]> {
  const problems: string[] = []
  for (const [key, id] of answered) if (await service.getOrderStatus(id) === undefined) problems.push(`lost: ${key} was answered and is gone`)
  return [...problems, ...await differences({ service, broker, history: await historyOf(journal) })]
}

/** Compares until nothing differs, or patience ends. */
async function settle(desk: Desk, memory: Memory): Promise<string[]> {
  for (let waited = 0; ; waited += 25) {
    const problems = await compare(desk, memory)
    if (problems.length === 0 || waited >= PATIENCE) return problems
    await sleep(25)
  }
}

/** The callers who never got an answer ask again with the same keys. */
async function retry({ service }: Desk, { answered, asked }: Memory): Promise<string[]> {
  const problems: string[] = []
  for (const key of asked) {
    const order = await service.placeOrder(requestFor(key))
    const known = answered.get(key)
    if (known !== undefined && order.id !== known) problems.push(`doubled: ${key} is another order now`)
    if (order.status === 'denied' && order.denial.code === 'NOT_SENT') problems.push(`lost: ${key} cannot be sent any more`)
  }
  return problems
}

/**
 * Starts a service that lives on what the dead ones left, and says everything in which its books differ from the broker's and
 * from what was answered, before and after every caller has asked again; then whether the journal's chain is whole.
 */
export async function judge(folder: string, seed: string, memory: Memory, plant?: Plant): Promise<string[]> {
  const problems: string[] = []
  try {
    const desk = await openDesk({ folder, seed, thread: 'inline', plant: plant === 'no-lookup' ? plant : undefined })
    problems.push(...await settle(desk, memory))
    // What differs already is not made worse by asking again.
    if (problems.length === 0) problems.push(...await retry(desk, memory), ...await settle(desk, memory))
    await desk.service.close()
  } catch (error) {
    problems.push(`the last start failed: ${describeError(error)}`)
  }
  const { findings } = await verifyJournal(journalPath(folder))
  return [...problems, ...findings.map(({ code, message }) => `chain: ${code} ${message}`)]
}
