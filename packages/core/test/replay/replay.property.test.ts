import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Order, toOrder } from '../../src/order/order.ts'
import { replayJournal, type ReplayReport } from '../../src/replay/replay-journal.ts'
import { performRun, randomRun } from './random-run.ts'

const RUNS = Number(process.env['SLUICE_REPLAY_RUNS'] ?? 150)
/** The same runs every time; other ones by the variable. */
const SEED = Number(process.env['SLUICE_REPLAY_SEED'] ?? 20_261_122)

it('E2: whatever happened, a replay comes to the same verdicts, the same states and the same bits', { timeout: 600_000 }, async () => {
  const seen = { events: 0, decisions: 0, kinds: new Set<string>() }
  await fc.assert(fc.asyncProperty(randomRun, async (run) => {
    const { world, service } = await performRun(run)
    const replayed = new Map<string, Order>()
    const replay = (): Promise<ReplayReport> => replayJournal(world.journal, { onAccount: ({ orders }) => { for (const [id, state] of orders) replayed.set(id, toOrder(state)) } })
    const report = await replay()
    expect(report.first).toEqual([])
    expect(report).toMatchObject({ ok: true, differences: 0, unknownGuards: [] })
    const live = await service.listOrders({ limit: Number.POSITIVE_INFINITY })
    for (const order of live) expect(replayed.get(order.id)).toEqual(order)
    expect(await replay()).toEqual(report)
    seen.events += report.events
    seen.decisions += report.decisions
    for (const { type, data } of await world.history()) seen.kinds.add(type === 'order_denied' ? data.denial.code : type)
    await world.until(service.close())
  }), { numRuns: RUNS, seed: SEED })
  // A property that meets nothing proves nothing.
  expect(seen.decisions).toBeGreaterThan(RUNS * 4)
  expect([...seen.kinds]).toEqual(expect.arrayContaining(['order_pending_new', 'order_pending_replace', 'order_replace_denied', 'order_pending_approval', 'order_unknown', 'POSITION_LIMIT_EXCEEDED', 'KILL_SWITCH_ENGAGED', 'limit_warning']))
})
