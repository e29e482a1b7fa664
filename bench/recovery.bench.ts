// How long a start takes: from the log of a million events, and from the snapshot the run before left (DESIGN §9).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createExecutionService, dailyLoss, type ExecutionService, type Journal, maxPosition, memoryJournal, messageRate, orderValue, type StoredEvent } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { atMost, type BenchResult } from './harness.ts'
import { nullBroker } from './null-broker.ts'

const EVENTS = 1_000_000
const BATCH = 500

const open = (journal: Journal, fills: boolean): Promise<ExecutionService> => createExecutionService({
  broker: nullBroker(() => undefined, { fills }), journal,
  guards: [maxPosition({ quantity: '100000000' }), orderValue({ reject: '100000' }), dailyLoss({ loss: '1000000' }), messageRate({ perSecond: 10_000_000 })],
})

/** An id as long as those of the service: short ones are read in another way. */
const idOf = (kind: string, order: number): string => `0198c2d4-5e6f-7a8b-${kind}-${order.toString(16).padStart(12, '0')}`

/** What one filled order leaves in the journal, with all that its guards read, and other orders' ids in its place. */
async function storyOf(side: 'buy' | 'sell'): Promise<(order: number) => StoredEvent[]> {
  const journal = { ...memoryJournal(), close: async () => undefined }
  const service = await open(journal, true)
  const { id, clientOrderId = '', brokerOrderId = '' } = await service.placeOrder({ symbol: 'AAPL', side, type: 'limit', quantity: '1', limitPrice: '100.00', timeInForce: 'day', idempotencyKey: 'KEY' })
  await service.close()
  const events: StoredEvent[] = []
  for await (const event of journal.read('main', 1)) if (event.type.startsWith('order_') || event.type === 'position_changed') events.push(event)
  const parts = JSON.stringify(events).replaceAll(id, '\tORDER\t').replaceAll(clientOrderId, '\tCLIENT\t').replaceAll('"KEY"', '"\tKEY\t"')
    .replaceAll(/"executionId":"e\d+"/g, '"executionId":"\tEXECUTION\t"').replaceAll(`"${brokerOrderId}"`, '"\tBROKER\t"').split('\t')
  const fill: Readonly<Record<string, (order: number) => string>> = {
    ORDER: (order) => idOf('9c1d', order), CLIENT: (order) => `${clientOrderId.slice(0, -8)}${order.toString(36).padStart(8, '0')}`,
    KEY: (order) => idOf('aaaa', order), EXECUTION: (order) => idOf('bbbb', order), BROKER: (order) => idOf('8e2f', order),
  }
  return (order) => JSON.parse(parts.map((part) => fill[part]?.(order) ?? part).join('')) as StoredEvent[]
}

/** Writes the log of a busy account, without the service, so that nothing but the log is there. */
async function writeLog(path: string, count: number): Promise<number> {
  const journal = sqliteJournal(path)
  const lease = await journal.claim('main')
  const stories = [await storyOf('buy'), await storyOf('sell')] as const
  let sequence = 0
  let events: StoredEvent[] = []
  let names: { name: string; orderId: string }[] = []
  let keys: { key: string; orderId: string; digest: string }[] = []
  for (let order = 0; sequence < count; order += 1) {
    for (const event of (order % 2 === 0 ? stories[0] : stories[1])(order)) {
      sequence += 1
      events.push({ ...event, sequence, id: `main:${sequence}` })
      if (event.type === 'order_pending_new') keys.push({ key: event.data.intent.idempotencyKey, orderId: event.data.orderId, digest: event.data.intent.digest })
      if (event.type === 'order_accepted') names.push({ name: `client\n${event.data.clientOrderId}`, orderId: event.data.orderId }, { name: `broker\nmain\n${event.data.brokerOrderId}`, orderId: event.data.orderId })
    }
    if (events.length < BATCH && sequence < count) continue
    await journal.append(lease, { events, names, keys })
    events = []
    names = []
    keys = []
  }
  await journal.close()
  return sequence
}

async function secondsToStart(path: string): Promise<number> {
  const journal = sqliteJournal(path)
  // The file and the thread it is read on are opened once for all accounts.
  await journal.accounts()
  const start = performance.now()
  const service = await open(journal, false)
  const seconds = (performance.now() - start) / 1000
  await service.close()
  return seconds
}

export async function run([size]: readonly string[] = []): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-recovery-'))
  try {
    const path = join(folder, 'orders.db')
    const events = await writeLog(path, Number(size ?? EVENTS))
    const fromLog = await secondsToStart(path)
    const fromSnapshot = await secondsToStart(path)
    return [
      atMost(`start from ${events} events`, fromLog, (5 * events) / EVENTS, 's'),
      atMost('start from a snapshot, one account', fromSnapshot * 1000, 100, 'ms'),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
