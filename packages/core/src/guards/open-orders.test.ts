import { describe, expect, it } from 'vitest'
import { eventSource, makeExecution, makeIntent, NO_EVALUATION } from '../../test/support/make-event.ts'
import { ONE } from '../order/decimal.ts'
import type { EventDraft } from '../order/event.ts'
import type { OrderTerms } from '../order/request.ts'
import { followOrders, type OpenOrders } from './open-orders.ts'

const source = eventSource()
const after = (...drafts: readonly EventDraft[]): OpenOrders => {
  const open: OpenOrders = new Map()
  for (const draft of drafts) followOrders(open, source.of(draft))
  return open
}
const sent = (terms: Partial<OrderTerms> = {}): EventDraft => ({ type: 'order_pending_new', data: { orderId: 'a', intent: makeIntent({ limitPrice: '100', ...terms }), clientOrderId: 'k', submitBy: '', evaluation: NO_EVALUATION } })
const fill = (quantity: string, last = false): EventDraft =>
  ({ type: last ? 'order_filled' : 'order_partially_filled', data: { orderId: 'a', execution: makeExecution({ lastQuantity: quantity }), filledQuantity: quantity, averagePrice: '100' } })
const asked = (changes: { readonly quantity?: string; readonly limitPrice?: string }): EventDraft =>
  ({ type: 'order_pending_replace', data: { orderId: 'a', clientOrderId: 'r', revision: 1, changes, reservation: { quantity: '1', price: '1' }, submitBy: '', actor: '', evaluation: NO_EVALUATION } })
const replaced = (changes: { readonly quantity?: string; readonly limitPrice?: string }): EventDraft => ({ type: 'order_replaced', data: { orderId: 'a', clientOrderId: 'r', brokerOrderId: 'b', changes } })

describe('unfinished orders', () => {
  it('begin with what was asked for', () => {
    expect(after(sent({ strategy: 'momentum' })).get('a')).toEqual({
      broker: 'main', symbol: 'AAPL', side: 'buy', type: 'limit', strategy: 'momentum', quantity: 10n * ONE, limit: 100n * ONE, filled: 0n, asked: undefined,
    })
    expect(after(sent({ type: 'market', notional: '5', quantity: undefined as unknown as string, limitPrice: undefined as unknown as string })).get('a')).toMatchObject({ quantity: undefined, limit: undefined })
  })

  it('are those placed elsewhere, too; exits stand for their entry, and an acceptance begins nothing anew', () => {
    const accepted = (intent?: ReturnType<typeof makeIntent>): EventDraft => ({ type: 'order_accepted', data: { orderId: 'a', clientOrderId: 'k', brokerOrderId: 'b', ...(intent !== undefined && { intent }) } })
    expect([...after(accepted(makeIntent())).keys()]).toEqual(['a'])
    expect([...after(accepted()).keys()]).toEqual([])
    expect([...after(accepted({ ...makeIntent(), leg: { parentOrderId: 'p', role: 'stop_loss' } })).keys()]).toEqual([])
    expect(after(sent(), fill('4'), accepted()).get('a')?.filled).toBe(4n * ONE)
  })

  it('end with the last of them, to the smallest unit', () => {
    expect(after(sent(), fill('9.999999999', true)).size).toBe(1)
    expect(after(sent(), fill('9.999999999'), fill('0.000000001', true)).size).toBe(0)
    expect(after(sent({ type: 'market', notional: '5', quantity: undefined as unknown as string }), fill('1', true)).size).toBe(0)
  })

  it('a replace without an answer may leave more to trade; the answer says how much', () => {
    expect(after(sent(), asked({ quantity: '20', limitPrice: '105' })).get('a')).toMatchObject({ quantity: 10n * ONE, limit: 100n * ONE, asked: { quantity: 20n * ONE, limit: 105n * ONE } })
    expect(after(sent(), asked({ quantity: '20' }), fill('10', true)).size).toBe(1)
    expect(after(sent(), asked({ limitPrice: '105' }), fill('10', true)).size).toBe(0)
    expect(after(sent(), asked({ quantity: '5' }), fill('5', true)).size).toBe(1)
    const answered = after(sent(), asked({ quantity: '20' }), replaced({ quantity: '12', limitPrice: '101' }))
    expect(answered.get('a')).toMatchObject({ quantity: 12n * ONE, limit: 101n * ONE, asked: undefined })
    expect(after(sent(), asked({ quantity: '20' }), replaced({ quantity: '12' }), fill('12', true)).size).toBe(0)
    expect(after(sent(), asked({ quantity: '20' }), { type: 'order_replace_refused', data: { orderId: 'a', code: '', message: '' } }).get('a')?.asked).toBeUndefined()
    expect(after(sent(), replaced({})).get('a')).toMatchObject({ quantity: 10n * ONE, limit: 100n * ONE })
  })

  it('have traded what stands: a bust takes away, a correction the difference', () => {
    const busted: EventDraft = { type: 'execution_busted', data: { orderId: 'a', execution: makeExecution({ lastQuantity: '3' }) } }
    const corrected: EventDraft = { type: 'execution_corrected', data: { orderId: 'a', previous: makeExecution({ lastQuantity: '1' }), execution: makeExecution({ lastQuantity: '3' }) } }
    expect([after(sent(), fill('4'), busted), after(sent(), fill('4'), corrected)].map((open) => open.get('a')?.filled)).toEqual([1n * ONE, 6n * ONE])
  })

  it('know nothing of orders they never saw, nor of events without one', () => {
    expect(after(fill('1'), fill('1', true), asked({}), replaced({}), { type: 'session_rolled', data: { session: 's', source: 'marks', marks: {} } }).size).toBe(0)
  })

  it.each(['order_denied', 'order_rejected', 'order_canceled', 'order_expired'] as const)('end with %s', (type) => {
    expect(after(sent(), { type, data: { orderId: 'a' } } as EventDraft).size).toBe(0)
  })
})
