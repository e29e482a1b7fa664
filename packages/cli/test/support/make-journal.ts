import { createExecutionService, type ExecutionService, type Journal, maxPosition, messageRate, orderValue, simulatedBroker } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestFolder {
  readonly folder: string
  readonly at: (name: string) => string
  readonly remove: () => void
}

export function testFolder(): TestFolder {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'))
  return { folder, at: (name) => join(folder, name), remove: () => { rmSync(folder, { recursive: true, force: true }) } }
}

/** What a real service leaves behind after some orders: accepted, filled, denied and cancelled ones. */
export const makeJournal = (path: string, orders?: number, use?: (service: ExecutionService) => Promise<void>): Promise<readonly string[]> => writeOrders(sqliteJournal(path, { thread: 'inline' }), orders, use)

/** The same in a journal of any kind; `use` is called before the service is closed. */
export async function writeOrders(journal: Journal, orders = 12, use: (service: ExecutionService) => Promise<void> = async () => undefined): Promise<readonly string[]> {
  const service = await createExecutionService({
    broker: simulatedBroker(), journal,
    guards: [maxPosition({ quantity: '40' }), orderValue({ reject: '100000' }), messageRate({ perSecond: 1000 })],
  })
  const ids: string[] = []
  for (let index = 0; index < orders; index += 1) {
    const isLimit = index % 3 === 1
    const order = await service.placeOrder({
      symbol: index % 2 === 0 ? 'AAPL' : 'MSFT', side: 'buy', quantity: index % 5 === 4 ? '500' : '2', timeInForce: 'day', idempotencyKey: `key-${index}`,
      ...(isLimit ? { type: 'limit', limitPrice: '1' } : { type: 'market' }),
    })
    ids.push(order.id)
    if (isLimit && order.status === 'new') await service.cancelOrder(order.id)
  }
  await use(service)
  await service.close()
  return ids
}

/** A journal of so many plain events: large files without a service. */
export async function makeLargeJournal(path: string, events: number): Promise<void> {
  const journal: Journal = sqliteJournal(path, { thread: 'inline' })
  const lease = await journal.claim('main')
  const batch = 1000
  for (let done = 0; done < events; done += batch) {
    await journal.append(lease, {
      events: Array.from({ length: Math.min(batch, events - done) }, (_, index) => {
        const sequence = done + index + 1
        return { id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T10:00:00.000Z', type: 'order_expired', data: { orderId: `order-${sequence}` } } as const
      }),
    })
  }
  await journal.close()
}

