import { describe, expect, it } from 'vitest'
import { eventSource, makeExecution, makeIntent, NO_EVALUATION } from '../../test/support/make-event.ts'
import { makeCandidate } from '../../test/support/make-view.ts'
import { formatDecimal, ONE } from '../order/decimal.ts'
import type { EventDraft, OrderIntent } from '../order/event.ts'
import type { OrderTerms } from '../order/request.ts'
import { countedOf, flowSide, followValue, type ValueFlow, valueLeft } from './value-flow.ts'

const source = eventSource()

/** A flow after some events, and the value each of them sent. */
function flowOf(...drafts: readonly EventDraft[]): { readonly flow: ValueFlow; readonly sent: (string | undefined)[]; left(): readonly [quantity: string, value: string] | undefined } {
  const flow: ValueFlow = new Map()
  const sent = drafts.map((draft) => {
    const value = followValue(flow, source.of(draft))?.value
    return value === undefined ? undefined : formatDecimal(value)
  })
  return { flow, sent, left: () => {
    const order = flow.get('a')
    if (order === undefined) return undefined
    const { quantity, value } = valueLeft(order)
    return [formatDecimal(quantity), formatDecimal(value)]
  } }
}

const send = (terms: Partial<OrderTerms> = {}, reservation: Partial<OrderIntent['reservation']> = {}, more: Partial<OrderIntent> = {}): EventDraft =>
  ({ type: 'order_pending_new', data: { orderId: 'a', intent: { ...makeIntent(terms, { price: '100', ...reservation }), ...more }, clientOrderId: 'k', submitBy: '', evaluation: NO_EVALUATION } })
const ask = (quantity: string, price = '100'): EventDraft =>
  ({ type: 'order_pending_replace', data: { orderId: 'a', clientOrderId: 'r', revision: 1, changes: {}, reservation: { quantity, price }, submitBy: '', actor: '', evaluation: NO_EVALUATION } })
const answer = (changes: { readonly quantity?: string; readonly limitPrice?: string }): EventDraft => ({ type: 'order_replaced', data: { orderId: 'a', clientOrderId: 'r', brokerOrderId: 'b', changes } })
const fill = (quantity: string, last = false): EventDraft =>
  ({ type: last ? 'order_filled' : 'order_partially_filled', data: { orderId: 'a', execution: makeExecution({ lastQuantity: quantity }), filledQuantity: quantity, averagePrice: '100' } })
const refused: EventDraft = { type: 'order_replace_refused', data: { orderId: 'a', code: '', message: '' } }
const byMoney = { type: 'market', notional: '500', quantity: undefined as unknown as string } as const

describe('the value of orders', () => {
  it('is sent with the order: quantity, worst price and multiplier, or its money', () => {
    expect(flowOf(send()).sent).toEqual(['1000'])
    expect(flowOf(send({}, { multiplier: '50' })).sent).toEqual(['50000'])
    expect(flowOf(send(byMoney, { quantity: '7' })).sent).toEqual(['500'])
    expect([flowSide('buy'), flowSide('sell'), flowSide('sell_short')]).toEqual(['buy', 'sell', 'sell'])
  })

  it('is exempt where a human approved it, or the kill switch sent it', () => {
    const exempt = (draft: EventDraft) => followValue(new Map(), source.of(draft))?.exempt
    const { data } = send() as Extract<EventDraft, { readonly type: 'order_pending_new' }>
    expect([exempt(send()), exempt(send({}, {}, { purpose: 'flatten' })), exempt({ type: 'order_pending_new', data: { ...data, approval: { challengeId: '', digest: '', actor: '', method: '' } } })]).toEqual([false, true, true])
    expect(followValue(flowOf(send()).flow, source.of(ask('20')))).toEqual({ symbol: 'AAPL', side: 'buy', value: 1000n * ONE, exempt: false })
  })

  it('of a replace is what it raises; what it lowers is not taken off before the answer', () => {
    expect(flowOf(send(), ask('12')).sent).toEqual(['1000', '200'])
    expect(flowOf(send(), ask('10', '110')).sent).toEqual(['1000', '100'])
    expect(flowOf(send(), ask('5')).sent).toEqual(['1000', '0'])
    expect(flowOf(send(), ask('5'), answer({ quantity: '5' }), ask('10')).sent).toEqual(['1000', '0', undefined, '500'])
    expect(flowOf(send(), ask('5'), refused, ask('10')).sent).toEqual(['1000', '0', undefined, '0'])
    expect(flowOf(ask('5')).sent).toEqual([undefined])
  })

  it('that is left is the worse of both while a replace is unanswered', () => {
    expect(flowOf(send()).left()).toEqual(['10', '1000'])
    expect(flowOf(send(), ask('12', '90')).left()).toEqual(['12', '1200'])
    expect(flowOf(send(), ask('5', '110')).left()).toEqual(['10', '1100'])
    expect(flowOf(send(), ask('12', '110'), refused).left()).toEqual(['10', '1000'])
    expect(flowOf(send(), ask('12', '110'), answer({})).left()).toEqual(['12', '1320'])
    expect(flowOf(send(), ask('12', '90'), answer({ quantity: '11', limitPrice: '90' })).left()).toEqual(['11', '990'])
    // Changed by somebody else: whatever is worse.
    expect(flowOf(send(), answer({ limitPrice: '120' })).left()).toEqual(['10', '1200'])
    expect(flowOf(send(), answer({ limitPrice: '80' })).left()).toEqual(['10', '1000'])
    expect(flowOf(send(), answer({})).left()).toEqual(['10', '1000'])
  })

  it('that is left shrinks with what has traded, and never below nothing', () => {
    const busted: EventDraft = { type: 'execution_busted', data: { orderId: 'a', execution: makeExecution({ lastQuantity: '3' }) } }
    const corrected: EventDraft = { type: 'execution_corrected', data: { orderId: 'a', previous: makeExecution({ lastQuantity: '1' }), execution: makeExecution({ lastQuantity: '3' }) } }
    expect(flowOf(send(), fill('4')).left()).toEqual(['6', '600'])
    expect(flowOf(send(), fill('4'), busted).left()).toEqual(['9', '900'])
    expect(flowOf(send(), fill('4'), corrected).left()).toEqual(['4', '400'])
    expect(flowOf(send(), fill('11')).left()).toEqual(['0', '0'])
    expect(flowOf(send(byMoney, { quantity: '7' }), fill('4')).left()).toEqual(['3', '500'])
    expect(flowOf(send(), fill('4'), ask('20')).sent).toEqual(['1000', undefined, '1000'])
  })

  it('is over with the last fill, unless a replace may leave more', () => {
    expect(flowOf(send(), fill('10', true)).left()).toBeUndefined()
    expect(flowOf(send(), ask('20'), fill('10', true)).left()).toEqual(['10', '1000'])
    expect(flowOf(send(), ask('10'), fill('10', true)).left()).toBeUndefined()
    expect(flowOf(send(), ask('5'), fill('10', true)).left()).toBeUndefined()
    expect(flowOf(send(byMoney, { quantity: '7' }), ask('20'), fill('4', true)).left()).toBeUndefined()
    expect(flowOf(fill('1'), fill('1', true), refused, answer({})).flow.size).toBe(0)
  })

  it.each(['order_denied', 'order_rejected', 'order_canceled', 'order_expired'] as const)('is over with %s', (type) => {
    expect(flowOf(send(), { type, data: { orderId: 'a' } } as EventDraft).flow.size).toBe(0)
  })

  it('that was counted before is what the order sent; before its write, what is about to go', () => {
    const { flow } = flowOf(send(), ask('12'))
    const counted = (overrides = {}) => formatDecimal(countedOf(flow, makeCandidate({}, { orderId: 'a', countedValue: 7n * ONE, ...overrides })))
    expect([counted(), counted({ recheck: true }), counted({ orderId: 'b' })]).toEqual(['1000', '1200', '7'])
  })
})
