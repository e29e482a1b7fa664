import { describe, expect, it } from 'vitest'
import { eventSource, makeExecution, makeIntent, NO_EVALUATION, START } from '../../test/support/make-event.ts'
import type { EventDraft, Execution } from './event.ts'
import { isFinished, isVerdict, leavesOf, type OrderState, type OrderStatus, statusOf, toOrder } from './order.ts'
import { applyChanges, reduceOrder, reservationAfter } from './reduce.ts'
import { makeTerms } from '../testing/makers.ts'

const orderId = 'o1'
const intent = makeIntent()
const denial = { code: 'POSITION_LIMIT_EXCEEDED', message: 'too much' }
const notSent = { code: 'NOT_SENT', message: 'not sent' }
const challenge = { id: 'c1', reasons: [], digest: 'digest', expiresAt: '2026-01-05T14:32:00.000Z', method: 'totp' }

const fill = (quantity: string, price = '100', overrides: Partial<Execution> = {}): EventDraft => ({
  type: 'order_partially_filled', data: { orderId, execution: makeExecution({ lastQuantity: quantity, lastPrice: price, ...overrides }), filledQuantity: quantity, averagePrice: price },
})
const filled = (quantity: string, overrides: Partial<Execution> = {}): EventDraft => ({ ...fill(quantity, '100', overrides), type: 'order_filled' } as EventDraft)

/** One event of each kind that an order can meet. */
const does = {
  deny: { type: 'order_denied', data: { orderId, intent, denial } },
  notSent: { type: 'order_denied', data: { orderId, denial: notSent } },
  challenge: { type: 'order_pending_approval', data: { orderId, intent, challenge, evaluation: NO_EVALUATION } },
  send: { type: 'order_pending_new', data: { orderId, intent, clientOrderId: 'k0', submitBy: '2026-01-05T14:30:01.000Z', evaluation: NO_EVALUATION } },
  approve: { type: 'order_pending_new', data: { orderId, intent, clientOrderId: 'k0', submitBy: '', evaluation: NO_EVALUATION, approval: { challengeId: 'c1', digest: 'digest', actor: 'ada', method: 'totp' } } },
  accept: { type: 'order_accepted', data: { orderId, clientOrderId: 'k0', brokerOrderId: 'b0' } },
  reject: { type: 'order_rejected', data: { orderId, rejection: { code: 'NO', message: 'no' } } },
  cancel: { type: 'order_pending_cancel', data: { orderId, clientOrderId: 'x0', actor: 'ada' } },
  cancelRefused: { type: 'order_cancel_refused', data: { orderId, code: 'LATE', message: 'late' } },
  canceled: { type: 'order_canceled', data: { orderId, reason: 'requested' } },
  replace: { type: 'order_pending_replace', data: { orderId, clientOrderId: 'k1', revision: 1, changes: { quantity: '20' }, reservation: { quantity: '20', price: '190' }, submitBy: '', actor: 'ada', evaluation: NO_EVALUATION } },
  replaced: { type: 'order_replaced', data: { orderId, clientOrderId: 'k1', brokerOrderId: 'b1', changes: { quantity: '20' } } },
  replaceRefused: { type: 'order_replace_refused', data: { orderId, code: 'LATE', message: 'late' } },
  expired: { type: 'order_expired', data: { orderId } },
  suspended: { type: 'order_suspended', data: { orderId, phase: 'suspended' } },
  doneForDay: { type: 'order_suspended', data: { orderId, phase: 'done_for_day' } },
  unknownNew: { type: 'order_unknown', data: { orderId, command: 'new', reason: 'timeout' } },
  unknownCancel: { type: 'order_unknown', data: { orderId, command: 'cancel', reason: 'timeout' } },
  unknownReplace: { type: 'order_unknown', data: { orderId, command: 'replace', reason: 'timeout' } },
} satisfies Record<string, EventDraft>

type Step = keyof typeof does | EventDraft

function after(...steps: readonly Step[]): OrderState {
  const source = eventSource()
  let state: OrderState | undefined
  for (const step of steps) {
    source.now += 1
    state = reduceOrder(state, source.of(typeof step === 'string' ? does[step] : step))
  }
  return state!
}

const working = ['send', 'accept'] as const

const label = (step: Step): string => (typeof step === 'string' ? step : `${step.type} ${'execution' in step.data ? step.data.execution.lastQuantity : ''}`)

describe('the status after', () => {
  const rows: readonly [readonly Step[], OrderStatus][] = [
    [['deny'], 'denied'],
    [['challenge'], 'pending_approval'],
    [['challenge', 'approve'], 'pending_new'],
    [['challenge', 'deny'], 'denied'],
    [['challenge', 'canceled'], 'canceled'],
    [['send'], 'pending_new'],
    [['send', 'accept'], 'new'],
    [['send', 'reject'], 'rejected'],
    [['send', 'notSent'], 'denied'],
    [['send', 'canceled'], 'canceled'],
    [['send', 'expired'], 'expired'],
    [['send', 'unknownNew'], 'unknown'],
    [['send', fill('4')], 'partially_filled'],
    [['send', filled('10')], 'filled'],
    [['send', 'cancel'], 'pending_new'],
    [['send', 'unknownNew', 'cancel'], 'unknown'],
    [['send', 'unknownNew', 'accept'], 'new'],
    [['send', 'unknownNew', fill('4')], 'partially_filled'],
    [['send', 'unknownNew', 'notSent'], 'denied'],
    [['send', 'unknownNew', 'reject'], 'rejected'],
    [['send', 'unknownNew', 'canceled'], 'canceled'],
    [['send', 'notSent', 'send'], 'pending_new'],
    [['send', 'notSent', 'send', 'accept'], 'new'],
    [['send', 'notSent', 'challenge'], 'pending_approval'],
    [['send', 'notSent', 'challenge', 'approve'], 'pending_new'],
    [[...working, fill('4')], 'partially_filled'],
    [[...working, fill('4'), filled('6')], 'filled'],
    [[...working, filled('12')], 'filled'],
    [[...working, 'canceled'], 'canceled'],
    [[...working, fill('4'), 'canceled'], 'canceled'],
    [[...working, 'expired'], 'expired'],
    [[...working, 'reject'], 'rejected'],
    [[...working, 'cancel'], 'pending_cancel'],
    [[...working, fill('4'), 'cancel'], 'pending_cancel'],
    [[...working, 'cancel', fill('4')], 'pending_cancel'],
    [[...working, 'cancel', 'cancelRefused'], 'new'],
    [[...working, fill('4'), 'cancel', 'cancelRefused'], 'partially_filled'],
    [[...working, 'cancel', 'unknownCancel'], 'unknown'],
    [[...working, 'cancel', 'unknownCancel', 'canceled'], 'canceled'],
    [[...working, 'cancel', 'unknownCancel', 'cancelRefused'], 'new'],
    [[...working, 'cancel', 'canceled'], 'canceled'],
    [[...working, 'cancel', filled('10')], 'filled'],
    [[...working, 'replace'], 'pending_replace'],
    [[...working, 'replace', 'replaced'], 'new'],
    [[...working, 'replace', 'replaceRefused'], 'new'],
    [[...working, 'replace', 'unknownReplace'], 'unknown'],
    [[...working, 'replace', 'unknownReplace', 'replaced'], 'new'],
    [[...working, 'replace', 'cancel'], 'pending_cancel'],
    [[...working, 'replace', 'cancel', 'cancelRefused'], 'pending_replace'],
    [[...working, 'replace', 'cancel', 'replaceRefused'], 'pending_cancel'],
    [[...working, 'replace', 'canceled'], 'canceled'],
    [[...working, 'suspended'], 'suspended'],
    [[...working, 'suspended', 'accept'], 'new'],
    [[...working, 'suspended', fill('4')], 'partially_filled'],
    [[...working, fill('4'), 'doneForDay'], 'done_for_day'],
    [[...working, fill('4'), 'doneForDay', 'accept'], 'partially_filled'],
    [[...working, 'doneForDay', 'cancel'], 'pending_cancel'],
    [[...working, 'doneForDay', 'expired'], 'expired'],
    // the broker may yet have taken the larger quantity: until it answers, nobody knows that the order is finished
    [[...working, 'replace', filled('10')], 'pending_replace'],
    [[...working, 'replace', 'unknownReplace', filled('10')], 'unknown'],
    [[...working, 'replace', filled('10'), 'replaceRefused'], 'filled'],
    [[...working, 'replace', filled('10'), 'replaced'], 'partially_filled'],
    [[...working, 'replace', filled('10'), 'replaced', filled('10')], 'filled'],
    [[...working, 'replace', filled('20')], 'filled'],
  ]
  it.each(rows.map(([steps, status]) => [steps.map(label).join(', '), status, steps] as const))('%s is %s', (_steps, status, steps) => {
    const state = after(...steps)
    expect(statusOf(state)).toBe(status)
    expect(state.version).toBe(steps.length)
    expect([state.createdAt, state.updatedAt].map(Date.parse)).toEqual([START + 1, START + steps.length])
  })
})

describe('facts never regress (I8)', () => {
  const ends: readonly [Step, OrderStatus][] = [['deny', 'denied'], ['reject', 'rejected'], ['canceled', 'canceled'], ['expired', 'expired'], [filled('10'), 'filled']]
  const others = Object.keys(does).filter((step) => step !== 'send' && step !== 'approve') as (keyof typeof does)[]

  it.each(ends.map(([end, status]) => [label(end), status, end] as const))('an order that has ended by %s stays %s, whatever comes', (_name, status, end) => {
    for (const step of others) {
      // Commands are not sent for what has ended; every answer and every fact may still come late.
      if (step === 'replace' || (step === 'challenge' && status === 'denied')) continue
      const state = after(...working, end, step)
      expect([step, statusOf(state)]).toEqual([step, status])
      expect(leavesOf(state)).toBe(0n)
    }
  })

  it('what ended by the broker\'s word is not reopened by another attempt', () => {
    expect(ends.map(([end]) => statusOf(after(...working, end, 'send')))).toEqual(['pending_new', 'rejected', 'canceled', 'expired', 'filled'])
  })

  it('the first reason stands, with its words', () => {
    expect(toOrder(after(...working, 'reject', 'deny'))).toMatchObject({ status: 'rejected', rejection: { code: 'NO' } })
    expect(after(...working, 'canceled', 'reject', 'deny')).toMatchObject({ terminal: 'canceled', rejection: undefined, denial: undefined })
  })

  it('new terms do not bring back what was filled', () => {
    expect(after(...working, filled('10'), 'replaced')).toMatchObject({ terms: { quantity: '10' }, clientOrderId: 'k1', brokerOrderId: 'b1' })
    // Terms that leave nothing to trade either are taken: a bust then brings back what the broker really has.
    expect(after(...working, 'replace', filled('20'), 'replaced')).toMatchObject({ terms: { quantity: '20' }, requests: [] })
  })
})

describe('a fill', () => {
  it.each(['deny', 'challenge', 'send', 'accept', 'reject', 'cancel', 'canceled', 'replace', 'expired', 'suspended', 'unknownNew', 'unknownReplace'] as const)('applies after %s (I7)', (step) => {
    const state = after('send', step, fill('4', '101'))
    expect([state.filled, state.executions.length]).toEqual([4_000_000_000n, 1])
    expect(toOrder(state)).toMatchObject({ filledQuantity: '4', averagePrice: '101' })
  })

  it('counts once, whatever brought it twice (I7)', () => {
    const once = fill('4')
    const state = after(...working, once, once, { ...once, type: 'order_filled' } as EventDraft)
    expect(toOrder(state)).toMatchObject({ status: 'partially_filled', filledQuantity: '4', leavesQuantity: '6' })
  })

  it('on an order that was cancelled leaves it cancelled until all of it is filled', () => {
    expect(statusOf(after(...working, 'canceled', fill('4')))).toBe('canceled')
    expect(statusOf(after(...working, 'canceled', filled('10')))).toBe('filled')
  })

  it('proves that the broker has the order', () => {
    expect(after('send', 'unknownNew', fill('4'))).toMatchObject({ requests: [], brokerOrderId: 'broker-1' })
    expect(after(...working, fill('4')).brokerOrderId).toBe('b0')
  })

  it('may be larger than what users may write', () => {
    expect(toOrder(after(...working, fill('123456789012345.5', '0.000000001')))).toMatchObject({ filledQuantity: '123456789012345.5', averagePrice: '0.000000001' })
    expect(toOrder(after(...working, fill('1', '-37.63')))).toMatchObject({ averagePrice: '-37.63' })
  })

  it('is reversed by a bust, and the order works again', () => {
    const trade = filled('10')
    const { execution } = (trade as { data: { execution: Execution } }).data
    const bust: EventDraft = { type: 'execution_busted', data: { orderId, execution } }
    expect(toOrder(after(...working, trade, bust))).toMatchObject({ status: 'new', filledQuantity: '0', leavesQuantity: '10' })
    expect(toOrder(after(...working, fill('2', '50'), { ...trade, type: 'order_partially_filled' } as EventDraft, bust))).toMatchObject({ status: 'partially_filled', filledQuantity: '2', averagePrice: '50' })
    expect(toOrder(after(...working, trade, 'canceled', bust))).toMatchObject({ status: 'canceled', leavesQuantity: '0' })
    expect(toOrder(after(...working, trade, bust, bust))).toMatchObject({ filledQuantity: '0' })
  })

  it('is corrected in place', () => {
    const trade = fill('4', '100')
    const { execution: previous } = (trade as { data: { execution: Execution } }).data
    const correct = (lastQuantity: string): EventDraft => ({ type: 'execution_corrected', data: { orderId, previous, execution: { ...previous, lastQuantity, lastPrice: '90' } } })
    expect(toOrder(after(...working, trade, correct('5')))).toMatchObject({ status: 'partially_filled', filledQuantity: '5', leavesQuantity: '5', averagePrice: '90' })
    expect(statusOf(after(...working, trade, correct('10')))).toBe('filled')
    expect(after(...working, trade, correct('5')).executions).toHaveLength(1)
  })
})

describe('numbers', () => {
  it('average price is rounded towards zero and absent before the first fill', () => {
    expect(toOrder(after(...working, fill('1', '1'), fill('2', '2')))).toMatchObject({ averagePrice: '1.666666666' })
    expect(toOrder(after(...working))).not.toHaveProperty('averagePrice')
  })

  it('leaves are never negative', () => {
    expect(toOrder(after(...working, fill('4')))).toMatchObject({ leavesQuantity: '6' })
    expect(toOrder(after(...working, 'replace', filled('12')))).toMatchObject({ leavesQuantity: '0', status: 'pending_replace' })
  })

  it('an order by money has no leaves until it ends, and ends as filled by the broker\'s word alone', () => {
    const send: EventDraft = { ...does.send, data: { ...does.send.data, intent: makeIntent({ type: 'market', notional: '1000' }, { quantity: '12', price: '100' }) } }
    expect(toOrder(after(send, 'accept', fill('10')))).not.toHaveProperty('leavesQuantity')
    expect(toOrder(after(send, 'accept', fill('12')))).toMatchObject({ status: 'partially_filled' })
    expect(toOrder(after(send, 'accept', fill('6'), filled('4')))).toMatchObject({ status: 'filled', filledQuantity: '10', leavesQuantity: '0' })
    expect(toOrder(after(send, 'accept', filled('4'), 'canceled'))).toMatchObject({ status: 'filled' })
  })
})

describe('commands', () => {
  it('keep the chain of ids: the last accepted one names the order', () => {
    expect(after(...working, 'replace').chain).toEqual([{ clientOrderId: 'k0', brokerOrderId: 'b0', state: 'live' }, { clientOrderId: 'k1', state: 'pending' }])
    expect(after(...working, 'replace', 'replaced')).toMatchObject({
      clientOrderId: 'k1', brokerOrderId: 'b1', terms: { quantity: '20' }, reservation: { quantity: '20', price: '190' },
      chain: [{ clientOrderId: 'k0', state: 'replaced' }, { clientOrderId: 'k1', brokerOrderId: 'b1', state: 'live' }],
    })
    expect(after(...working, 'replace', 'replaceRefused')).toMatchObject({
      clientOrderId: 'k0', brokerOrderId: 'b0', terms: { quantity: '10' }, reservation: { quantity: '10' }, chain: [{ state: 'live' }, { clientOrderId: 'k1', state: 'refused' }],
    })
  })

  it('a late refusal without its request changes nothing', () => {
    expect(after(...working, 'replaceRefused').chain).toEqual(after(...working).chain)
    expect(after(...working, 'replace', 'replaced', 'replaceRefused').chain).toEqual(after(...working, 'replace', 'replaced').chain)
  })

  it('another attempt keeps the order, its id and its key, and forgets the denial', () => {
    expect(after('send', 'notSent', 'send')).toMatchObject({ id: orderId, clientOrderId: 'k0', terminal: undefined, denial: undefined, chain: [{ clientOrderId: 'k0' }], requests: [{ command: 'new', certainty: 'pending' }] })
  })

  it('remembers that a human approved', () => {
    expect([after('challenge').approved, after('challenge', 'approve').approved, after('send').approved]).toEqual([false, true, false])
    expect(after('challenge', 'approve').challenge).toBeUndefined()
    // An approval is spent with the attempt it was given for.
    expect([after('challenge', 'approve', 'notSent', 'challenge').approved, after('challenge', 'approve', 'notSent', 'send').approved]).toEqual([false, false])
  })

  it('a replace nobody asked for holds the worse price', () => {
    const held = { quantity: '10', price: '100' }
    expect(reservationAfter(held, undefined, { limitPrice: '120', quantity: '5' })).toEqual({ quantity: '5', price: '120' })
    expect(reservationAfter(held, undefined, { limitPrice: '80' })).toEqual(held)
    expect(reservationAfter(held, { quantity: '20', price: '80' }, { limitPrice: '80' })).toEqual({ quantity: '20', price: '80' })
  })

  it('changes that are absent keep their field', () => {
    expect(applyChanges(makeTerms(), { quantity: '3', limitPrice: undefined } as never)).toEqual(makeTerms({ quantity: '3' }))
  })
})

describe('a damaged history', () => {
  it('is said to be damaged', () => {
    const source = eventSource()
    expect(() => reduceOrder(undefined, source.of(does.accept))).toThrow('main:1 (order_accepted) is the first of order o1 and carries no intent')
    expect(() => reduceOrder(undefined, source.make('session_rolled', { session: 's', source: 'x', marks: {} }))).toThrow('is about no order')
  })
})

it('isFinished and isVerdict split the statuses', () => {
  const all: OrderStatus[] = ['pending_approval', 'pending_new', 'new', 'partially_filled', 'filled', 'pending_cancel', 'pending_replace', 'canceled', 'denied', 'rejected', 'expired', 'done_for_day', 'suspended', 'unknown']
  expect(all.filter(isFinished)).toEqual(['filled', 'canceled', 'denied', 'rejected', 'expired'])
  expect(all.filter((status) => !isVerdict(status))).toEqual(['pending_new'])
})
