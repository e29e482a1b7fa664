import { beforeAll, describe, expect, it } from 'vitest'
import { automatedExecution } from '../../src/guards/automated-execution.ts'
import { dailyLoss } from '../../src/guards/daily-loss.ts'
import { drawdown } from '../../src/guards/drawdown.ts'
import type { Guard } from '../../src/guards/guard.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import type { DifferenceKind } from '../../src/replay/difference.ts'
import { replayJournal, type ReplayReport } from '../../src/replay/replay-journal.ts'
import { createWorld, type World } from '../support/world.ts'
import { type Data, type Histories, journalOf, plant, remark } from './support/plant.ts'

/** Half an hour after the world begins. */
const ZONE = { roll: '10:00', zone: 'America/New_York' }
const LIMITS: readonly Guard[] = [dailyLoss({ loss: '150', ...ZONE }), drawdown({ drawdown: '160' }), automatedExecution({ executions: 40 })] as never
const buy = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '10', timeInForce: 'day' } as const

async function historiesOf(world: World): Promise<Histories> {
  return new Map(await Promise.all((await world.journal.accounts()).map(async (account) => [account, await world.history(account)] as const)))
}

/** A position, a peak, a loss that trips, a release, the next session; with an order after each. */
async function run(guards: readonly Guard[]): Promise<Histories> {
  const world = createWorld()
  const { service } = await world.start({ guards })
  const order = (side: 'buy' | 'sell', quantity = '1'): Promise<unknown> => world.until(service.placeOrder({ ...buy, side, quantity }))
  await order('buy', '10')
  for (const [bid, ask] of [['103', '103.2'], ['101', '101.2'], ['80', '80.2']] as const) {
    world.setPrices(bid, ask)
    // Not in the tick in which a price arrives.
    await world.clock.advance(2033)
    await order('sell')
  }
  await service.killSwitch.release({ scope: 'account:main', reason: 'looked at' })
  world.setPrices('99', '99.2')
  await world.clock.advance(2033)
  await order('sell')
  await world.clock.advance(40 * 60_000)
  await order('sell')
  await world.clock.advance(2000)
  await world.until(service.close())
  return historiesOf(world)
}

let histories: Histories

beforeAll(async () => { histories = await run(LIMITS) })

const kindsOf = ({ first }: ReplayReport): string[] => [...new Set(first.map(({ kind }) => kind))]

it('the run it starts from has no differences, and has everything to plant in', async () => {
  expect((await replayJournal(journalOf(histories))).first).toEqual([])
  const events = [...histories.values()].flat()
  const notes = events.flatMap((event) => (event.type === 'guard_noted' ? [event.data] : []))
  expect(notes.map(({ guard, evidence }) => [guard, evidence !== undefined])).toEqual(expect.arrayContaining([['drawdown', true], ['automated-execution', false]]))
  expect(events.filter((event) => event.type === 'kill_switch_changed' && event.data.evidence !== undefined)).not.toEqual([])
  expect(events.flatMap((event) => (event.type === 'session_rolled' ? [event.data.session] : []))).toHaveLength(2)
})

describe('a planted difference is found and named', () => {
  const measured = (data: Data): boolean => data['evidence'] !== undefined
  const cases: readonly (readonly [what: string, kind: DifferenceKind, type: StoredEvent['type'], change: (data: Data, event: Data) => boolean | void])[] = [
    ['a note', 'note', 'guard_noted', (data) => measured(data) && Object.assign(data['note'] as object, { peak: '9000' }) !== undefined],
    ['what a note stood on', 'input', 'guard_noted', (data) => measured(data) && Object.assign((data['evidence'] as { inputs: Data }).inputs, { session: 'another day' }) !== undefined],
    ['the limits of a note', 'limits', 'guard_noted', (data) => measured(data) && Object.assign(data['evidence'] as object, { limits: 9 }) !== undefined],
    ['a note of a guard that is not in force', 'note', 'guard_noted', (data) => { Object.assign(data, { guard: 'nobody' }) }],
    ['a note of a release', 'note', 'guard_noted', (data) => !measured(data) && Object.assign(data, { note: { released: 'somebody' } }) !== undefined],
    ['a note of a release that nobody made', 'note', 'guard_noted', (data) => measured(data) && delete data['evidence']],
    ['a trip that says not what it stood on', 'kill_switch', 'kill_switch_changed', (data) => measured(data) && delete data['evidence']],
    ['a block for a fact that is not there', 'kill_switch', 'kill_switch_changed', (data) => measured(data) && delete data['evidence'] && Object.assign(data, { trigger: 'LATE_FILL' }) !== undefined],
    ['the day of a session', 'session', 'session_rolled', (data) => { Object.assign(data, { session: `2030-01-01@${ZONE.zone}` }) }],
    ['the zone of a session', 'session', 'session_rolled', (data) => { Object.assign(data, { session: String(data['session']).replace(ZONE.zone, 'UTC') }) }],
    ['a session that goes back', 'session', 'session_rolled', (data) => { Object.assign(data, { session: `2020-01-01@${ZONE.zone}` }) }],
    ['a session without a price of what is held', 'session', 'session_rolled', (data) => Object.keys(data['marks'] as object).length > 0 && Object.assign(data, { marks: {} }) !== undefined],
    ['a session with a price of what is not held', 'session', 'session_rolled', (data) => { Object.assign(data['marks'] as object, { other: { TSLA: '1' } }) }],
    ['where the equity of a session is from', 'session', 'session_rolled', (data) => { Object.assign(data, { source: 'hearsay' }) }],
    ['a fact that should have stopped the account', 'kill_switch', 'order_accepted', (_, event) => { remark(event, 'LATE_FILL') }],
  ]
  it.each(cases)('%s: %s', async (_, kind, type, change) => {
    const { journal, id } = plant(histories, type, change)
    const { ok, first } = await replayJournal(journal)
    expect(ok).toBe(false)
    expect(first.filter((difference) => difference.kind === kind).map(({ event }) => event), JSON.stringify(first.slice(0, 3))).toContain(id)
  })

  it('a session that should have begun and did not', async () => {
    const { journal } = plant(histories, 'session_rolled', (_, event) => { remark(event) })
    expect((await replayJournal(journal)).first).toContainEqual(expect.objectContaining({ kind: 'session', message: expect.stringContaining('was due') as string }))
  })
})

describe('what guards should have done and did not', () => {
  it('a trip', async () => {
    const silent = LIMITS.map((guard) => ({ ...guard, trip: () => undefined }))
    const report = await replayJournal(journalOf(await run(silent)))
    expect(kindsOf(report)).toEqual(['kill_switch'])
    expect(report.first).toContainEqual(expect.objectContaining({ guard: 'daily-loss', message: expect.stringContaining('should have tripped') as string, recorded: null }))
    expect(report.first).toContainEqual(expect.objectContaining({ guard: 'drawdown', derived: expect.objectContaining({ scope: 'account:main', level: 'reduce_only' }) as unknown }))
  })

  it('a note', async () => {
    const silent = LIMITS.map((guard) => ({ ...guard, note: () => undefined }))
    const { first } = await replayJournal(journalOf(await run(silent)))
    expect(first).toContainEqual(expect.objectContaining({ kind: 'note', guard: 'drawdown', recorded: null }))
  })
})
