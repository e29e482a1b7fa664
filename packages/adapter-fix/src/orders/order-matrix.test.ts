// Order scenarios as a table, after groups A to L of the order state change matrices. A row says what happens, what the service is told, how
// each request was answered, and whether the order still works. `docs/fix.md` counts them.
import type { CommandOutcome, SubmitOutcome } from '@sluice/core'
import { makeApprovedOrder, makeApprovedReplacement, makeCancel } from '@sluice/core/testing'
import { describe, expect, it } from 'vitest'
import { brokerId, type Desk, fill, openDesk } from '../../test/support/scripted-desk.ts'

const order = makeApprovedOrder({ clientOrderId: 'C1' })

interface At extends Desk {
  readonly answers: (SubmitOutcome | CommandOutcome)[]
}
type Step = (at: At) => Promise<void> | void
type More = Readonly<Record<number, string | number>>

const keep = (at: At, answer: Promise<SubmitOutcome | CommandOutcome>): void => { void answer.then((outcome) => at.answers.push(outcome)) }
const submit: Step = (at) => { keep(at, at.desk.submit(order)) }
const cancel = (id = 'C1-c', original = 'C1'): Step => (at) => { keep(at, at.desk.cancel({ ...makeCancel(order, brokerId), clientOrderId: id, originalClientOrderId: original })) }
const replace = (changes: { readonly quantity?: string; readonly limitPrice?: string }, id = 'C1-r', original = 'C1'): Step => (at) => {
  keep(at, at.desk.replace({ ...makeApprovedReplacement(order, brokerId, changes, { clientOrderId: id }), originalClientOrderId: original }))
}
const says = (kind: string, status: string, cumulative = 0, more: More = {}): Step => (at) => at.report(kind, status, cumulative, more)
const trade = (status: string, cumulative: number, quantity: number, more: More = {}): Step => says('F', status, cumulative, { ...fill(quantity), ...more })
const refuses = (id: string, original: string, to: 1 | 2, reason: number, status = '0'): Step => (at) =>
  at.message('9', `37=${reason === 1 ? 'NONE' : 'B1'}|11=${id}|41=${original}|39=${status}|434=${to}|102=${reason}|`)
const rejects = (sequence: number): Step => (at) => at.message('3', `45=${sequence}|58=no|`)
const rejectsBusiness = (sequence: number, type: string): Step => (at) => at.message('j', `45=${sequence}|372=${type}|380=4|58=closed|`)
const accepted = says('0', '0')
const opened: readonly Step[] = [submit, accepted]

/** Name, steps, updates, answers, whether it still works. */
type Row = readonly [name: string, steps: readonly Step[], updates: string, answers: string, works: boolean]
const to = (id: string, original = 'C1'): More => ({ 11: id, 41: original })

const ROWS: readonly Row[] = [
  ['A9 pending new, new, one fill', [submit, says('A', 'A'), accepted, trade('2', 10, 10)], 'accepted fill', 'accepted', false],
  ['A10 pending new, then rejected', [submit, says('A', 'A'), says('8', '8', 0, { 103: 0 })], 'rejected', 'refused', false],
  ['A11 taken, then rejected after all', [...opened, says('8', '8', 0, { 103: 0 })], 'accepted rejected', 'accepted', false],
  ['A12 three fills at three prices', [...opened, trade('1', 2, 2), trade('1', 5, 3), trade('2', 10, 5)], 'accepted fill fill fill', 'accepted', false],
  ['A13 a report that it is new after its fill says nothing new', [submit, trade('1', 4, 4), accepted], 'fill accepted', 'accepted', true],
  ['A14 a late report that it is new does not open again what is filled', [submit, trade('2', 10, 10), accepted], 'fill accepted', 'accepted', false],
  ['B6 cancelled before it was acknowledged', [submit, cancel(), accepted, says('6', '6', 0, to('C1-c')), says('4', '4', 0, to('C1-c'))], 'accepted canceled', 'accepted accepted', false],
  ['B7 cancelled with a part filled', [...opened, trade('1', 4, 4), cancel(), says('6', '6', 4, to('C1-c')), says('4', '4', 4, to('C1-c'))], 'accepted fill canceled', 'accepted accepted', false],
  ['B8 filled before the cancel came', [...opened, cancel(), trade('2', 10, 10), refuses('C1-c', 'C1', 1, 0, '2')], 'accepted fill', 'accepted refused', false],
  ['B9 pending cancel, then refused: it works on', [...opened, cancel(), says('6', '6', 0, to('C1-c')), refuses('C1-c', 'C1', 1, 2), trade('1', 4, 4)], 'accepted cancel_refused fill', 'accepted accepted', true],
  ['B10 a second cancel while the first is pending', [...opened, cancel('K1'), says('6', '6', 0, to('K1')), cancel('K2'), refuses('K2', 'C1', 1, 3, '6'), says('4', '4', 0, to('K1'))], 'accepted canceled', 'accepted accepted refused', false],
  ['B11 a cancel of an order that the broker does not know', [submit, cancel(), refuses('C1-c', 'C1', 1, 1, '8')], '', 'refused', true],
  ['B12 refused as too late, then cancelled unasked', [...opened, cancel(), refuses('C1-c', 'C1', 1, 0), says('4', '4')], 'accepted canceled', 'accepted refused', false],
  ['B13 a fill that comes after the cancel is still a fill', [...opened, cancel(), says('4', '4', 0, to('C1-c')), trade('4', 4, 4)], 'accepted canceled fill', 'accepted accepted', false],
  ['B14 every part filled while the cancel is pending', [...opened, cancel(), says('6', '6', 0, to('C1-c')), trade('6', 4, 4), trade('2', 10, 6)], 'accepted fill fill', 'accepted accepted', false],
  ['C6 more, with a part filled', [...opened, trade('1', 4, 4), replace({ quantity: '20' }), says('5', '1', 4, { ...to('C1-r'), 38: 20 }), trade('2', 20, 16, { 11: 'C1-r', 38: 20 })], 'accepted fill replaced fill', 'accepted accepted', false],
  ['C7 less, above what is filled', [...opened, trade('1', 4, 4), replace({ quantity: '6' }), says('5', '1', 4, { ...to('C1-r'), 38: 6 }), trade('2', 6, 2, { 11: 'C1-r', 38: 6 })], 'accepted fill replaced fill', 'accepted accepted', false],
  ['C8 pending replace, then replaced', [...opened, replace({ quantity: '12' }), says('E', 'E', 0, to('C1-r')), says('5', '0', 0, { ...to('C1-r'), 38: 12 })], 'accepted replaced', 'accepted accepted', true],
  ['C9 a fill while the replace is pending', [...opened, replace({ quantity: '12' }), says('E', 'E', 0, to('C1-r')), trade('E', 4, 4), says('5', '1', 4, { ...to('C1-r'), 38: 12 })], 'accepted fill replaced', 'accepted accepted', true],
  ['C10 pending replace, then refused', [...opened, replace({ quantity: '12' }), says('E', 'E', 0, to('C1-r')), refuses('C1-r', 'C1', 2, 2)], 'accepted', 'accepted refused', true],
  ['C11 filled before the replace came', [...opened, replace({ quantity: '12' }), trade('2', 10, 10), refuses('C1-r', 'C1', 2, 0, '2')], 'accepted fill', 'accepted refused', false],
  ['C12 another price only', [...opened, replace({ limitPrice: '99' }), says('5', '0', 0, { ...to('C1-r'), 44: 99 })], 'accepted replaced', 'accepted accepted', true],
  ['C13 a replace of an order that the broker does not know', [submit, replace({ quantity: '12' }), refuses('C1-r', 'C1', 2, 1, '8')], '', 'refused', true],
  ['C14 a fill under the new id before it is said to be replaced', [...opened, replace({ quantity: '12' }), trade('1', 4, 4, { ...to('C1-r'), 38: 12 }), says('5', '1', 4, { ...to('C1-r'), 38: 12 })], 'accepted fill replaced', 'accepted accepted', true],
  ['D6 replaced twice, one after the other', [...opened, replace({ quantity: '12' }, 'R1'), says('5', '0', 0, { ...to('R1'), 38: 12 }), replace({ quantity: '14' }, 'R2', 'R1'), says('5', '0', 0, { ...to('R2', 'R1'), 38: 14 })], 'accepted replaced replaced', 'accepted accepted accepted', true],
  ['D7 two replaces at once, the first refused', [...opened, replace({ quantity: '12' }, 'R1'), replace({ quantity: '14' }, 'R2'), refuses('R1', 'C1', 2, 3), says('5', '0', 0, { ...to('R2'), 38: 14 })], 'accepted replaced', 'accepted refused accepted', true],
  ['D8 a cancel overtakes the replace', [...opened, replace({ quantity: '12' }), cancel(), says('4', '4', 0, to('C1-c')), refuses('C1-r', 'C1', 2, 0, '4')], 'accepted canceled', 'accepted accepted refused', false],
  ['D9 a bust under the old id of a chain', [...opened, trade('1', 4, 4, { 17: 'T1' }), replace({ quantity: '12' }), says('5', '1', 4, { ...to('C1-r'), 38: 12 }), says('H', '0', 0, { 19: 'T1', 38: 12 })], 'accepted fill replaced busted', 'accepted accepted', true],
  ['D10 replaced, then cancelled by the new id', [...opened, replace({ quantity: '12' }), says('5', '0', 0, { ...to('C1-r'), 38: 12 }), cancel('K1', 'C1-r'), says('4', '4', 0, { ...to('K1', 'C1-r'), 38: 12 })], 'accepted replaced canceled', 'accepted accepted accepted', false],
  ['D11 replaced, a second replace refused: the first still counts', [...opened, replace({ quantity: '12' }, 'R1'), says('5', '0', 0, { ...to('R1'), 38: 12 }), replace({ quantity: '14' }, 'R2', 'R1'), refuses('R2', 'R1', 2, 2), trade('2', 12, 12, { 11: 'R1', 38: 12 })], 'accepted replaced fill', 'accepted accepted refused', false],
  ['E4 an order that the exchange rejects with no known reason', [submit, says('8', '8')], 'rejected', 'refused', false],
  ['E5 cancelled unasked with a part filled', [...opened, trade('1', 4, 4), says('4', '4', 4)], 'accepted fill canceled', 'accepted', false],
  ['E6 expired with a part filled', [...opened, trade('1', 4, 4), says('C', 'C', 4)], 'accepted fill expired', 'accepted', false],
  ['F3 a session Reject of a cancel: the order works on', [...opened, cancel(), rejects(3)], 'accepted', 'accepted refused', true],
  ['F4 a session Reject of a replace: the order works on', [...opened, replace({ quantity: '12' }), rejects(3)], 'accepted', 'accepted refused', true],
  ['F5 a Reject of a number that nobody knows', [...opened, rejects(77)], 'accepted', 'accepted', true],
  ['F6 a BusinessMessageReject of the order', [submit, rejectsBusiness(2, 'D')], '', 'refused', false],
  ['F7 a BusinessMessageReject of a replace', [...opened, replace({ quantity: '12' }), rejectsBusiness(3, 'G')], 'accepted', 'accepted refused', true],
  ['H1 immediate or cancel, nothing to be had', [submit, says('4', '4')], 'canceled', 'accepted', false],
  ['H2 immediate or cancel, a part of it', [...opened, trade('1', 4, 4), says('4', '4', 4)], 'accepted fill canceled', 'accepted', false],
  ['H3 fill or kill, killed', [...opened, says('C', 'C')], 'accepted expired', 'accepted', false],
  ['H4 good till cancelled: done for the day, and restated next morning', [...opened, says('3', '3'), says('D', '0', 0, { 378: 1, 60: '20260106-09:00:00' })], 'accepted done_for_day gap ready', 'accepted', true],
  ['H5 good till cancelled: a fill on the next day', [...opened, trade('1', 4, 4, { 17: 'T1' }), says('3', '3', 4), trade('2', 10, 6, { 17: 'T1', 60: '20260106-09:00:00' })], 'accepted fill done_for_day fill', 'accepted', false],
  ['I1 a status nobody asked for says nothing new', [...opened, says('I', '0')], 'accepted', 'accepted', true],
  ['J1 busted, and traded again', [...opened, trade('1', 4, 4, { 17: 'T1' }), says('H', '0', 0, { 19: 'T1' }), trade('2', 10, 10)], 'accepted fill busted fill', 'accepted', false],
  ['J2 busted after the cancel', [...opened, trade('1', 4, 4, { 17: 'T1' }), says('4', '4', 4), says('H', '4', 0, { 19: 'T1' })], 'accepted fill canceled busted', 'accepted', false],
  ['J3 corrected in price only', [...opened, trade('1', 4, 4, { 17: 'T1' }), says('G', '1', 4, { 19: 'T1', 32: 4, 31: 99 })], 'accepted fill corrected', 'accepted', true],
  ['J4 corrected, then busted', [...opened, trade('1', 4, 4, { 17: 'T1' }), says('G', '1', 3, { 19: 'T1', 32: 3, 31: 99 }), says('H', '0', 0, { 19: 'T1' })], 'accepted fill corrected busted', 'accepted', true],
  ['J5 a bust that names no execution asks for everything', [...opened, says('H', '0')], 'accepted gap ready', 'accepted', true],
  ['J6 a correction that names no execution asks for everything', [...opened, says('G', '0', 0, { 32: 1, 31: 1 })], 'accepted gap ready', 'accepted', true],
  ['J7 the same execution under another number, as PossResend', [...opened, trade('1', 4, 4, { 17: 'T1' }), trade('1', 4, 4, { 17: 'T1' })], 'accepted fill', 'accepted', true],
  ['J8 a bust of a trade of before the start', [submit, says('H', '0', 0, { 19: 'T0' })], 'busted', 'accepted', true],
  ['K1 suspended, then cancelled', [...opened, says('9', '9'), says('4', '4')], 'accepted suspended canceled', 'accepted', false],
  ['K2 a fill while suspended', [...opened, says('9', '9'), trade('1', 4, 4)], 'accepted suspended fill', 'accepted', true],
  ['K3 stopped at a price, then filled', [...opened, says('7', '7'), trade('2', 10, 10)], 'accepted fill', 'accepted', false],
  ['K4 calculated after the fill', [...opened, trade('2', 10, 10), says('B', 'B', 10, { 151: 0 })], 'accepted fill', 'accepted', false],
  ['L1 news and a trading status mean nothing to an order', [...opened, (at) => at.message('h', '336=DAY|340=2|'), (at) => at.message('B', '148=closed|33=1|58=early|')], 'accepted', 'accepted', true],
]

/** Trades that are passed on, and questioned. DKReason 127 of what goes out. */
const UNKNOWN: readonly (readonly [name: string, more: More, reason: string])[] = [
  ['L2 of another symbol', { 55: 'MSFT' }, 'A'], ['L3 of the other side', { 54: 2 }, 'B'], ['L4 beyond the quantity', { 14: 12, 32: 12, 38: 10, 151: 0 }, 'C'],
  ['L5 of no order of ours', { 11: 'THEIRS' }, 'D'], ['L6 under another OrderID', { 37: 'B7' }, 'D'],
]

describe.each(['4.2', '4.4', '5.0SP2'] as const)('order matrix of %s', (version) => {
  it.each(ROWS)('%s', async (_, steps, updates, answers, works) => {
    const at: At = Object.assign(openDesk(version), { answers: [] })
    for (const step of steps) await step(at)
    await Promise.resolve()
    expect(at.kinds()).toBe(updates)
    expect(at.answers.map(({ kind }) => kind).toSorted().join(' ')).toBe(answers.split(' ').toSorted().join(' '))
    expect(at.desk.working).toBe(works ? 1 : 0)
    expect(at.sent.filter(({ type }) => type === 'Q')).toEqual([])
  })
  it.each(UNKNOWN)('a trade %s counts, and is answered with DontKnowTrade', async (_, more, reason) => {
    const at: At = Object.assign(openDesk(version), { answers: [] })
    for (const step of [...opened, trade('1', 4, 4, { 17: 'T9', ...more })]) await step(at)
    expect(at.kinds()).toBe('accepted fill')
    const refusals = at.sent.filter(({ type }) => type === 'Q').map(({ fields }) => new Map(fields))
    expect(refusals.map((fields) => [fields.get(127), fields.get(17)])).toEqual([[reason, 'T9']])
  })
})
