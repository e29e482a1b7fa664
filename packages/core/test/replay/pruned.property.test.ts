import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Snapshot } from '../../src/journal/journal.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import type { OrderState } from '../../src/order/order.ts'
import { toOrder } from '../../src/order/order.ts'
import { replayJournal, type ReplayReport } from '../../src/replay/replay-journal.ts'
import { performRun, randomRun } from './random-run.ts'
import { type Histories, prunedAt } from './support/plant.ts'

const RUNS = Number(process.env['SLUICE_REPLAY_RUNS'] ?? 60)
const SEED = Number(process.env['SLUICE_REPLAY_SEED'] ?? 20_261_123)

it('whatever happened, a pruned account replays from its snapshot without a difference, to the orders that are', { timeout: 600_000 }, async () => {
  const seen = { snapshots: 0, whole: 0, decisions: 0, caught: 0 }
  await fc.assert(fc.asyncProperty(randomRun, fc.double({ min: 0, max: 0.999, noNaN: true }), async (run, where) => {
    const { world, service, snapshots } = await performRun(run)
    const snapshot = snapshots[Math.floor(where * snapshots.length)]
    if (snapshot === undefined) return world.until(service.close())
    const histories = new Map(await Promise.all(['*', 'main'].map(async (account) => [account, await world.history(account)] as const)))
    const orders = new Map<string, OrderState>()
    const report: ReplayReport = await replayJournal(prunedAt(histories, snapshot), { onAccount: (account) => { for (const [id, state] of account.orders) orders.set(id, state) } })
    expect(report.first).toEqual([])
    expect(report).toMatchObject({ ok: true, pruned: [], accounts: [{ account: 'main', from: snapshot.sequence }] })
    for (const order of await service.listOrders({ limit: Number.POSITIVE_INFINITY })) {
      const state = orders.get(order.id)
      if (state !== undefined) expect(toOrder(state)).toEqual(order)
    }
    seen.snapshots += 1
    if (report.accounts[0]?.underived === undefined) seen.whole += 1
    seen.decisions += report.decisions
    seen.caught += await differences(histories, snapshot)
    return world.until(service.close())
  }), { numRuns: RUNS, seed: SEED })
  // A property that meets nothing proves nothing.
  expect(seen.snapshots).toBeGreaterThan(RUNS / 2)
  // Most of these runs start anew under other options, which takes the memories of some guards.
  expect(seen.whole).toBeGreaterThan(RUNS / 10)
  expect(seen.decisions).toBeGreaterThan(RUNS)
  expect(seen.caught).toBeGreaterThan(RUNS / 4)
})

/** Plants a difference after the snapshot, where there is a fill to plant it in; answers whether it was found, and fails when it was not. */
async function differences(histories: Histories, snapshot: Snapshot): Promise<number> {
  const copy = structuredClone(histories)
  const position = (copy.get('main') as StoredEvent[]).findLast(({ type, sequence, data }) => type === 'position_changed' && sequence > snapshot.sequence && 'source' in data && data.source === 'fill')
  if (position === undefined) return 0
  Object.assign(position.data, { quantity: '4321' })
  const report = await replayJournal(prunedAt(copy, snapshot))
  expect(report.first.map(({ kind, event }) => [kind, event])).toContainEqual(['position', position.id])
  return 1
}

