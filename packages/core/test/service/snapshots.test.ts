import { expect, it } from 'vitest'
import { makeRequest } from '../../src/testing/index.ts'
import { createWorld, type World } from '../support/world.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { ExecutionService } from '../../src/service/execution-service.ts'

/** The journal, and from where the histories of `main` were read. */
function watchedReads(journal: Journal): { readonly journal: Journal; readonly reads: number[]; readonly snapshots: number[] } {
  const reads: number[] = []
  const snapshots: number[] = []
  return {
    reads, snapshots,
    journal: {
      ...journal,
      read: (account, from) => { if (account === 'main') reads.push(from); return journal.read(account, from) },
      saveSnapshot: (lease, snapshot) => { snapshots.push(snapshot.sequence); return journal.saveSnapshot(lease, snapshot) },
    },
  }
}

async function trade(world: World, service: ExecutionService, count: number, name: string): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await world.until(service.placeOrder(makeRequest({ idempotencyKey: `${name}-${index}`, type: 'market', side: index % 2 === 0 ? 'buy' : 'sell' })))
  }
  await world.until(service.placeOrder(makeRequest({ idempotencyKey: `${name}-open`, limitPrice: '50' })))
  await world.clock.advance(2000)
}

it('C5: the state is kept every so many events and at close; a restart reads what came after, and shows what was shown', async () => {
  const world = createWorld()
  const first = watchedReads(world.journal)
  const { service } = await world.start({ journal: first.journal, snapshotEvery: 20 })
  await trade(world, service, 12, 'a')
  expect(first.snapshots.length).toBeGreaterThan(1)
  for (const [before, after] of first.snapshots.entries()) expect(after - (first.snapshots[before - 1] ?? 0)).toBeGreaterThanOrEqual(20)
  const orders = await service.listOrders()
  const held = async (shown: ExecutionService) => (await shown.positions()).map(({ symbol, quantity, workingBuy, averagePrice }) => ({ symbol, quantity, workingBuy, averagePrice }))
  const positions = await held(service)
  await world.until(service.close())
  const { length } = await world.history()
  expect(first.snapshots.at(-1)).toBe(length)

  const second = watchedReads(world.journal)
  const again = (await world.start({ journal: second.journal, snapshotEvery: 0 })).service
  expect(second.reads).toEqual([length + 1])
  expect(await again.listOrders()).toEqual(orders)
  expect(await held(again)).toEqual(positions)
  const replayed = await world.until(again.placeOrder(makeRequest({ idempotencyKey: 'a-0', type: 'market', side: 'buy' })))
  expect(replayed.id).toBe(orders.find(({ idempotencyKey }) => idempotencyKey === 'a-0')?.id)
  await trade(world, again, 3, 'b')
  expect(second.snapshots).toEqual([])
  await world.until(again.close())
  expect(second.snapshots).toEqual([(await world.history()).length])
})
