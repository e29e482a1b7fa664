import { beforeAll, describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/journal/journal.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import type { DifferenceKind } from '../../src/replay/difference.ts'
import { type ReplayReport, replayJournal } from '../../src/replay/replay-journal.ts'
import { performRun, type Step } from './random-run.ts'
import { type Data, type Histories, prunedAt } from './support/plant.ts'

const base: Step = { wait: 400, action: 'place', symbol: 'AAPL', side: 'buy', type: 'market', quantity: 5, price: '99.9', level: 'no_new', pick: 0, wire: 'good' }
/** Orders before and after a snapshot, one that was open at it and is replaced behind it, a denial. */
const STEPS: readonly Step[] = [
  base, { ...base, symbol: 'MSFT', type: 'limit', price: '60' }, { ...base, quantity: 4 }, { ...base, side: 'sell', quantity: 2 }, { ...base, side: 'sell', quantity: 1 },
  { ...base, quantity: 2 }, { ...base, action: 'replace', symbol: 'MSFT', type: 'limit', quantity: 7, price: '60' }, { ...base, quantity: 3 }, { ...base, symbol: 'MSFT', quantity: 15 },
  { ...base, side: 'sell', quantity: 3 },
]

let histories: Histories
let snapshot: Snapshot

beforeAll(async () => {
  const { world, service, snapshots } = await performRun({ seed: 5, steps: [...STEPS] })
  await world.until(service.close())
  histories = new Map(await Promise.all(['*', 'main'].map(async (account) => [account, await world.history(account)] as const)))
  snapshot = snapshots[0] as Snapshot
})

const after = (copy: Histories): StoredEvent[] => (copy.get('main') ?? []).filter(({ sequence }) => sequence > snapshot.sequence)

it('the run it starts from has no differences behind its snapshot, and orders on both sides of it', async () => {
  const report = await replayJournal(prunedAt(histories, snapshot))
  expect(report).toMatchObject({ ok: true, first: [], pruned: [], accounts: [{ account: 'main', from: snapshot.sequence }] })
  expect(report.accounts[0]).not.toHaveProperty('underived')
  expect(snapshot.sequence).toBeGreaterThan(8)
  for (const type of ['order_pending_new', 'order_filled', 'order_denied', 'order_pending_replace', 'position_changed'] as const) expect(after(histories).map((event) => event.type)).toContain(type)
})

const evaluationOf = (data: Data): { decisions: { verdict: string }[]; inputs: Record<string, unknown> } => data['evaluation'] as never

const CASES: readonly (readonly [what: string, kind: DifferenceKind, type: StoredEvent['type'], change: (data: Data) => void])[] = [
  ['a verdict', 'verdict', 'order_pending_new', (data) => { (evaluationOf(data).decisions[4] as Data)['verdict'] = 'reject' }],
  ['an exposure that the snapshot knows', 'input', 'order_pending_new', (data) => { for (const [name, value] of Object.entries(evaluationOf(data).inputs)) if (name.startsWith('exposure:')) Object.assign(value as object, { position: '77' }) }],
  ['the reason of a denial', 'outcome', 'order_denied', (data) => { Object.assign(data['denial'] as object, { message: 'other' }) }],
  ['a filled quantity', 'fill', 'order_filled', (data) => { Object.assign(data, { filledQuantity: '1000' }) }],
  ['a position', 'position', 'position_changed', (data) => { Object.assign(data, { quantity: '1' }) }],
  ['the changes of an order that was open at the snapshot', 'reservation', 'order_pending_replace', (data) => { Object.assign(data['changes'] as object, { quantity: '9' }) }],
]

describe('a difference planted after the pruning', () => {
  it.each(CASES)('%s is found and named', async (_, kind, type, change) => {
    const copy = structuredClone(histories)
    const event = after(copy).findLast((found) => found.type === type) as StoredEvent
    change(event.data as never)
    const { ok, first } = await replayJournal(prunedAt(copy, snapshot))
    expect(ok).toBe(false)
    expect(first.filter((difference) => difference.kind === kind).map((difference) => difference.event), JSON.stringify(first.slice(0, 2))).toContain(event.id)
  })

  it('a missing event is found, also right after the snapshot', async () => {
    const copy = new Map([...histories, ['main', (histories.get('main') ?? []).filter(({ sequence }) => sequence !== snapshot.sequence + 1)]])
    expect((await replayJournal(prunedAt(copy, snapshot))).first).toMatchObject([{ kind: 'history' }])
  })
})

/** A replay behind a changed snapshot. */
const behind = (change: (state: Data) => void): Promise<ReplayReport> => {
  const copy = structuredClone(snapshot)
  change(copy.state as never)
  return replayJournal(prunedAt(histories, copy))
}

it('a snapshot of another moment is a difference: what follows does not follow from it', async () => {
  expect((await replayJournal(prunedAt(histories, { ...snapshot, sequence: snapshot.sequence - 4 }))).ok).toBe(false)
})

it('a guard whose memory the snapshot does not have is taken at its word, and named', async () => {
  const report = await behind((state) => { delete (state['guards'] as Data)['message-rate'] })
  expect(report).toMatchObject({ ok: true, accounts: [{ underived: { guards: ['message-rate'], events: 0, decisions: 0 } }] })
})

it('a snapshot of another version is none: nothing is derived, and that is said', async () => {
  expect(await behind((state) => { state['version'] = 1 })).toMatchObject({ ok: true, accounts: [], pruned: [{ account: 'main', begins: snapshot.sequence + 1 }] })
})
