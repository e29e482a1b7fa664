import { beforeAll, describe, expect, it } from 'vitest'
import { allow, defineGuard, type Guard, reject } from '../../src/guards/guard.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import type { DifferenceKind } from '../../src/replay/difference.ts'
import { replayJournal } from '../../src/replay/replay-journal.ts'
import { createWorld } from '../support/world.ts'
import { performRun, type Step } from './random-run.ts'
import { type Data, journalOf, plant, remark } from './support/plant.ts'

const base: Step = { wait: 400, action: 'place', symbol: 'AAPL', side: 'buy', type: 'market', quantity: 5, price: '99.9', level: 'no_new', pick: 0, wire: 'good' }
/** Fills, a warning, a replace, a denial, an approval, a cancel, a permit refused by an engage, a restart under other limits. */
const STEPS: readonly Step[] = [
  base, { ...base, type: 'limit', price: '98', wait: 20 }, { ...base, action: 'replace', type: 'limit', quantity: 7, price: '98' }, { ...base, action: 'replace', type: 'limit', quantity: 60, price: '98' }, { ...base, quantity: 9 }, { ...base, quantity: 15, symbol: 'MSFT' },
  { ...base, symbol: 'MSFT', quantity: 10 }, { ...base, symbol: 'MSFT', side: 'sell', quantity: 12 }, { ...base, quantity: 3, side: 'sell' }, { ...base, action: 'cancel' },
  { ...base, quantity: 2, wire: 'slow permit', wait: 3 }, { ...base, action: 'engage' }, { ...base, action: 'release' }, { ...base, action: 'restart' },
  { ...base, quantity: 4, side: 'sell' }, { ...base, side: 'buy', quantity: 11 }, { ...base, action: 'approve' },
  // The daily loss trips.
  { ...base, action: 'price', price: '60' },
]

const histories = new Map<string, StoredEvent[]>()

beforeAll(async () => {
  const { world, service } = await performRun({ seed: 5, steps: [...STEPS] })
  await world.until(service.close())
  for (const account of await world.journal.accounts()) histories.set(account, await world.history(account))
})

const planted = (type: StoredEvent['type'], change: (data: Data, event: Data) => boolean | void): ReturnType<typeof plant> => plant(histories, type, change)

const evaluationOf = (data: Data): { inputs: Record<string, never>; decisions: { guard: string; verdict: string; observed?: string }[]; killEpoch: number; limits: number; after?: number } => data['evaluation'] as never
const has = (data: Data, input: string): boolean => data['evaluation'] !== undefined && input in evaluationOf(data).inputs

it('the run it starts from has no differences, and has everything to plant in', async () => {
  expect((await replayJournal(journalOf(histories))).first).toEqual([])
  const types = new Set([...histories.values()].flat().map(({ type }) => type))
  for (const type of ['order_filled', 'order_denied', 'order_pending_replace', 'order_replace_denied', 'order_pending_approval', 'limit_warning', 'kill_switch_changed', 'limits_changed', 'position_changed'] as const) expect(types).toContain(type)
  expect([...histories.values()].flat().filter((event) => event.type === 'order_denied' && event.data.evaluation?.after !== undefined)).not.toEqual([])
})

describe('a planted difference is found and named', () => {
  const cases: readonly (readonly [what: string, kind: DifferenceKind, type: StoredEvent['type'], change: (data: Data, event: Data) => boolean | void])[] = [
    ['a verdict', 'verdict', 'order_pending_new', (data) => { evaluationOf(data).decisions[4]!.verdict = 'reject' }],
    ['an observed value', 'verdict', 'order_pending_new', (data) => { evaluationOf(data).decisions[4]!.observed = '1' }],
    ['a guard left out', 'verdict', 'order_pending_new', (data) => { evaluationOf(data).decisions.pop() }],
    ['a price that was read', 'verdict', 'order_pending_new', (data) => { Object.assign(evaluationOf(data).inputs, { 'mark:AAPL': { bid: '1', ask: '1', age: 0 } }) }],
    ['an exposure', 'input', 'order_pending_new', (data) => has(data, 'exposure:AAPL') && Object.assign(evaluationOf(data).inputs['exposure:AAPL']!, { position: '7' }) !== undefined],
    ['an input that nobody read', 'input', 'order_pending_new', (data) => { Object.assign(evaluationOf(data).inputs, { 'mark:TSLA': null }) }],
    ['an input left out', 'input', 'order_pending_new', (data) => { delete evaluationOf(data).inputs['kill'] }],
    ['the version of the limits', 'limits', 'order_pending_new', (data) => { evaluationOf(data).limits = 9 }],
    ['the epoch of the kill switch', 'kill_switch', 'order_pending_new', (data) => { evaluationOf(data).killEpoch = 9 }],
    ['a limit', 'verdict', 'limits_changed', (data) => { (data['guards'] as { name: string; options: { quantity: string } }[]).find(({ name }) => name === 'max-position')!.options.quantity = '6' }],
    ['options no guard can be made from', 'limits', 'limits_changed', (data) => { (data['guards'] as { name: string; options: unknown }[]).find(({ name }) => name === 'order-value')!.options = { reject: 'x' } }],
    ['the epoch of an engagement', 'kill_switch', 'kill_switch_changed', (data) => { Object.assign(data, { epoch: 40 }) }],
    ['the reason of a denial', 'outcome', 'order_denied', (data) => (data['denial'] as { code: string }).code === 'POSITION_LIMIT_EXCEEDED' && Object.assign(data['denial'] as object, { message: 'other' }) !== undefined],
    ['a permit refused for nothing', 'verdict', 'order_denied', (data) => data['evaluation'] !== undefined && evaluationOf(data).after !== undefined && Object.assign(evaluationOf(data).decisions[0]!, { verdict: 'allow' }) !== undefined],
    ['a reservation', 'reservation', 'order_pending_new', (data) => { Object.assign((data['intent'] as Data)['reservation'] as object, { price: '1' }) }],
    ['the terms of an order', 'identity', 'order_pending_new', (data) => { Object.assign((data['intent'] as Data)['terms'] as object, { quantity: '2.5' }) }],
    ['a client order id', 'identity', 'order_pending_new', (data) => { Object.assign(data, { clientOrderId: 'slc-other' }) }],
    ['a revision', 'identity', 'order_pending_replace', (data) => { Object.assign(data, { revision: 7 }) }],
    ['the changes of a replace', 'reservation', 'order_pending_replace', (data) => { Object.assign(data['changes'] as object, { quantity: '9' }) }],
    ['the changes of a denied replace', 'verdict', 'order_replace_denied', (data) => { Object.assign(data['changes'] as object, { quantity: '3' }) }],
    ['the reason of a denied replace', 'outcome', 'order_replace_denied', (data) => { Object.assign(data['denial'] as object, { message: 'other' }) }],
    ['the reason of a trip', 'outcome', 'kill_switch_changed', (data) => data['evidence'] !== undefined && Object.assign(data, { reason: 'other' }) !== undefined],
    ['what a trip stood on', 'input', 'kill_switch_changed', (data) => data['evidence'] !== undefined && Object.assign((data['evidence'] as { inputs: Data }).inputs, { session: 'another day' }) !== undefined],
    ['a trip for nothing', 'outcome', 'kill_switch_changed', (data) => data['evidence'] !== undefined && Object.assign(data['evidence'] as Data, { after: 1 }) !== undefined],
    ['a trip of a guard that is not in force', 'outcome', 'kill_switch_changed', (data) => data['evidence'] !== undefined && Object.assign(data, { trigger: 'nobody' }) !== undefined],
    ['a trip after what has not happened', 'kill_switch', 'kill_switch_changed', (data) => data['evidence'] !== undefined && Object.assign(data['evidence'] as Data, { after: 9000 }) !== undefined],
    ['the reasons of a challenge', 'outcome', 'order_pending_approval', (data) => { (data['challenge'] as { reasons: unknown[] }).reasons = [] }],
    ['a filled quantity', 'fill', 'order_filled', (data) => { Object.assign(data, { filledQuantity: '1' }) }],
    ['the end of an order', 'fill', 'order_filled', (_, event) => { Object.assign(event, { type: 'order_partially_filled' }) }],
    ['a position', 'position', 'position_changed', (data) => { Object.assign(data, { quantity: '1' }) }],
    ['a traded price', 'position', 'order_filled', (data) => { Object.assign(data['execution'] as object, { lastPrice: '1' }); Object.assign(data, { averagePrice: '1' }) }],
    ['a warning', 'warning', 'limit_warning', (data) => { Object.assign(data, { observed: '1' }) }],
    ['a trip that says not what it stood on', 'kill_switch', 'kill_switch_changed', (data) => data['evidence'] !== undefined && delete data['evidence']],
    ['a missing event', 'history', 'order_accepted', (_, event) => { Object.assign(event, { sequence: 9000 }) }],
    ['an order without its beginning', 'order_state', 'order_accepted', (data) => { Object.assign(data, { orderId: 'nobody' }) }],
  ]
  it.each(cases)('%s: %s', async (_, kind, type, change) => {
    const { journal, id } = planted(type, change)
    const { ok, first } = await replayJournal(journal)
    expect(ok).toBe(false)
    const found = first.filter((difference) => difference.kind === kind)
    expect(found, JSON.stringify(first.slice(0, 3))).not.toEqual([])
    if (!['a limit', 'a missing event', 'a traded price'].includes(_)) expect(found.map(({ event }) => event)).toContain(id)
  })

  it('a warning that a decision owes and that is not there', async () => {
    const { journal } = planted('limit_warning', (_, event) => { remark(event) })
    expect((await replayJournal(journal)).first).toMatchObject([{ kind: 'warning', message: expect.stringContaining('no warning follows') as string, recorded: null }])
  })

  it('a position that a trade owes and that is not there', async () => {
    const { journal } = planted('position_changed', (_, event) => { remark(event) })
    expect((await replayJournal(journal)).first).toContainEqual(expect.objectContaining({ kind: 'position', message: expect.stringContaining('is not followed') as string }))
  })

  it('a history without its beginning is no difference, and is said', async () => {
    const main = histories.get('main') ?? []
    const journal = journalOf(new Map([...histories, ['main', main.slice(3)]]))
    expect(await replayJournal(journal)).toMatchObject({ ok: true, differences: 0, pruned: [{ account: 'main', begins: 4 }], accounts: [] })
    expect(await replayJournal(journalOf(new Map([...histories, ['main', []]])))).toMatchObject({ ok: true, pruned: [{ account: 'main' }], accounts: [] })
  })

  it('a guard that is programmed otherwise now', async () => {
    const lenient = (options: Parameters<typeof maxPosition>[0]): Guard => ({ ...(maxPosition(options) as Guard), check: () => allow })
    const { first } = await replayJournal(journalOf(histories), { guards: { 'max-position': lenient } })
    expect(first).toContainEqual(expect.objectContaining({ kind: 'verdict', guard: 'max-position' }))
  })
})

it('a guard of the user: taken at its word without its code, derived with it, found out with other code', async () => {
  const world = createWorld()
  const odd = (options: { readonly most: number }): Guard => defineGuard({ name: 'odd', options, initial: { count: 0 }, apply: (state, event) => ({ count: state.count + (event.type === 'order_pending_new' ? 1 : 0) }), check: (_, { state }) => (state.count < options.most ? allow : reject('TOO_MANY', 'too many')) }) as Guard
  const { service } = await world.start({ guards: [odd({ most: 2 })] })
  for (let index = 0; index < 3; index += 1) await world.until(service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' }))
  await world.until(service.close())
  expect(await replayJournal(world.journal)).toMatchObject({ ok: true, unknownGuards: ['odd'] })
  expect(await replayJournal(world.journal, { guards: { odd } })).toMatchObject({ ok: true, unknownGuards: [] })
  const other = await replayJournal(world.journal, { guards: { odd: () => odd({ most: 9 }) } })
  expect(other.first).toMatchObject([{ kind: 'verdict', guard: 'odd', recorded: { verdict: 'reject', code: 'TOO_MANY' }, derived: { verdict: 'allow' } }, { kind: 'outcome' }])
})
