import { setTimeout as sleep } from 'node:timers/promises'
import type { Order } from '../../src/order/order.ts'
import { describeError } from '../../src/runtime/errors.ts'
import { differences } from '../support/broker-oracle.ts'
import { historyOf } from '../support/world.ts'
import { type Desk, openDesk, type Plant } from './desk.ts'
import { type JournalName, placeOf } from './journal-place.ts'
import { requestFor } from './trading-day.ts'

/** What the callers of the dead processes know. */
export interface Memory {
  readonly answered: ReadonlyMap<string, string>
  readonly asked: ReadonlySet<string>
}

/** What is on its way has this long to arrive. */
const PATIENCE = 20_000
/** How often a caller comes again whose order was not sent because a lease was not confirmed in time. */
const ATTEMPTS = 20

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

const wasNotSent = (order: Order): boolean => order.status === 'denied' && order.denial.code === 'NOT_SENT'

/** The callers who never got an answer ask again with the same keys; a journal with leases may ask them to come once more. */
async function retry({ service }: Desk, { answered, asked }: Memory, attempts: number): Promise<string[]> {
  const problems: string[] = []
  for (const key of asked) {
    let order = await service.placeOrder(requestFor(key))
    for (let attempt = 1; attempt < attempts && wasNotSent(order); attempt += 1) {
      await sleep(100)
      order = await service.placeOrder(requestFor(key))
    }
    const known = answered.get(key)
    if (known !== undefined && order.id !== known) problems.push(`doubled: ${key} is another order now`)
    if (wasNotSent(order)) problems.push(`lost: ${key} cannot be sent any more`)
  }
  return problems
}

/**
 * Starts a service that lives on what the dead ones left, and says everything in which its books differ from the broker's and
 * from what was answered, before and after every caller has asked again; then whether the journal's chain is whole.
 */
export async function judge(folder: string, seed: string, memory: Memory, plant?: Plant, kept?: JournalName): Promise<string[]> {
  const problems: string[] = []
  try {
    const desk = await openDesk({ folder, seed, thread: 'inline', kept, plant: plant === 'no-lookup' ? plant : undefined })
    problems.push(...await settle(desk, memory))
    // What differs already is not made worse by asking again.
    if (problems.length === 0) problems.push(...await retry(desk, memory, kept === 'postgres' ? ATTEMPTS : 1), ...await settle(desk, memory))
    await desk.service.close()
  } catch (error) {
    problems.push(`the last start failed: ${describeError(error)}`)
  }
  return [...problems, ...await (await placeOf(kept)).findings(folder)]
}
