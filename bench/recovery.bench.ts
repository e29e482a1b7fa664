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

/** What one filled order leaves in the journal, with all that its guards read. */
async function story(side: 'buy' | 'sell'): Promise<string> {
  const journal = { ...memoryJournal(), close: async () => undefined }
  const service = await open(journal, true)
  const order = await service.placeOrder({ symbol: 'AAPL', side, type: 'limit', quantity: '1', limitPrice: '100.00', timeInForce: 'day', idempotencyKey: 'KEY' })
  await service.close()
  const events: StoredEvent[] = []
  for await (const event of journal.read('main', 1)) if (event.type.startsWith('order_') || event.type === 'position_changed') events.push(event)
  return JSON.stringify(events).replaceAll(order.id, 'ORDER').replaceAll(order.clientOrderId ?? '', 'CLIENT').replaceAll(/"executionId":"e\d+"/g, '"executionId":"EXECUTION"').replaceAll(`"${order.brokerOrderId ?? ''}"`, '"BROKER"')
}

/** Writes the log of a busy account, without the service, so that nothing but the log is there. */
async function writeLog(path: string, count: number): Promise<number> {
  const journal = sqliteJournal(path)
  const lease = await journal.claim('main')
  const stories = [await story('buy'), await story('sell')]
  let sequence = 0
  let events: StoredEvent[] = []
  let names: { name: string; orderId: string }[] = []
  let keys: { key: string; orderId: string; digest: string }[] = []
  for (let order = 0; sequence < count; order += 1) {
    const told = JSON.parse((stories[order % 2] as string).replaceAll('ORDER', `o${order}`).replaceAll('CLIENT', `c${order}`).replaceAll('BROKER', `b${order}`).replaceAll('KEY', `k${order}`).replaceAll('EXECUTION', `e${order}`)) as StoredEvent[]
    for (const event of told) {
      sequence += 1
      events.push({ ...event, sequence, id: `main:${sequence}` })
    }
    names.push({ name: `client\nc${order}`, orderId: `o${order}` }, { name: `broker\nmain\nb${order}`, orderId: `o${order}` })
    keys.push({ key: `k${order}`, orderId: `o${order}`, digest: 'd' })
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
