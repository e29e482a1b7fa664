import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { makeIntent, NO_EVALUATION } from '../../test/support/make-event.ts'
import type { StoredEvent } from '../order/event.ts'
import type { OrderTerms } from '../order/request.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import { duplicateOrder } from './duplicate-order.ts'

describe('duplicateOrder', () => {
  const sent = (options = {}) => {
    const desk = guardDesk(duplicateOrder({ window: 5, ...options }))
    desk.send('a')
    return desk
  }

  it('refuses the same order under another key within the window, and says when it may pass', () => {
    const desk = sent()
    desk.pass(2000)
    expect(desk.ask()).toMatchObject({ verdict: 'reject', code: 'ORDER_DUPLICATE', limit: '5', observed: '2', retryAfter: 3000 })
    desk.pass(2999)
    expect(desk.code()).toBe('ORDER_DUPLICATE')
    desk.pass(1)
    expect(desk.code()).toBe('allow')
  })

  it.each<Partial<OrderTerms>>([{ symbol: 'MSFT' }, { side: 'sell' }, { quantity: '11' }, { limitPrice: '100.01' }, { type: 'market' }, { strategy: 'other' }, { type: 'stop_limit', stopPrice: '101' }])(
    'an order that differs in %j is another order', (terms) => { expect(sent().code(terms)).toBe('allow') })

  it('knows orders by money, by their money', () => {
    const desk = guardDesk(duplicateOrder({ window: 5 }))
    desk.send('a', { type: 'market', notional: '500' })
    expect([desk.code({ type: 'market', notional: '500' }), desk.code({ type: 'market', notional: '501' })]).toEqual(['ORDER_DUPLICATE', 'allow'])
  })

  it('the same order judged again is none, nor is a replace; one that waits for its code is', () => {
    const desk = sent()
    expect([desk.code({}, { orderId: 'a' }), desk.code({}, { kind: 'replace', orderId: 'b' })]).toEqual(['allow', 'allow'])
    const waiting = guardDesk(duplicateOrder({ window: 5 }))
    waiting.tell({ type: 'order_pending_approval', data: { orderId: 'w', intent: makeIntent({ limitPrice: '100' }), challenge: { id: 'c', reasons: [], digest: '', expiresAt: '', method: '' }, evaluation: NO_EVALUATION } })
    expect(waiting.code()).toBe('ORDER_DUPLICATE')
    waiting.pass(4000)
    waiting.send('w')
    // The second decision on it did not place it anew.
    waiting.pass(1000)
    expect(waiting.code()).toBe('allow')
  })

  it('holds reducing orders too: closing twice opens the other way', () => {
    const desk = guardDesk(duplicateOrder({ window: 5 }))
    desk.sources.hold('AAPL', '100')
    desk.send('a', { side: 'sell' })
    expect(desk.code({ side: 'sell' })).toBe('ORDER_DUPLICATE')
  })

  it('asks instead where it is told to', () => { expect(sent({ answer: 'challenge' }).ask()).toMatchObject({ verdict: 'challenge', code: 'ORDER_DUPLICATE', observed: 'a' }) })

  it('remembers over a restart, and does not forget when the clock was set back', () => {
    const desk = sent()
    desk.pass(1000)
    expect(desk.restart().code()).toBe('ORDER_DUPLICATE')
    desk.sources.now -= 3_600_000
    expect(desk.ask()).toMatchObject({ code: 'ORDER_DUPLICATE', observed: '0', retryAfter: 5000 })
  })

  it('forgets what is older than the window, so that its memory stays small', () => {
    const guard = duplicateOrder({ window: 1 })
    const memory = guard.initial!
    const desk = guardDesk({ ...guard, apply: (_state: unknown, event: StoredEvent) => guard.apply!(memory, event), check: (order: OrderCandidate, input: object) => guard.check(order, { ...input, state: memory } as never) })
    for (let count = 0; count < 50; count += 1) {
      desk.send(`o${count}`, { quantity: String(count + 1) })
      desk.pass(500)
    }
    expect(memory.size).toBeLessThan(4)
    expect([desk.code({ quantity: '50' }), desk.code({ quantity: '48' })]).toEqual(['ORDER_DUPLICATE', 'allow'])
  })

  it('keeps the memory in the order of the last time, and drops what is exactly as old as the window', () => {
    const desk = guardDesk(duplicateOrder({ window: 1 }))
    const sizes: number[] = []
    for (const [orderId, quantity] of [['a', '1'], ['b', '2'], ['c', '1'], ['d', '3']] as const) {
      desk.send(orderId, { quantity })
      sizes.push((desk.memory() as ReadonlyMap<string, unknown>).size)
      desk.pass(500)
    }
    // The first is placed anew, so that the second is the oldest: a second old when the fourth comes.
    expect(sizes).toEqual([1, 2, 2, 2])
    expect([desk.code({ quantity: '1' }), desk.code({ quantity: '2' })]).toEqual(['allow', 'allow'])
  })

  it('what happens to an order later is no other order', () => {
    const desk = sent()
    desk.fill('a', '1')
    desk.replace('a', { quantity: '12' })
    desk.cancel('a')
    expect([desk.code({ quantity: '12' }), desk.code()]).toEqual(['allow', 'ORDER_DUPLICATE'])
  })

  it.each([0, -1, Number.NaN])('refuses a window of %s', (window) => { expect(() => duplicateOrder({ window })).toThrow('duplicateOrder: window must be a positive number') })
  it('refuses another answer', () => { expect(() => duplicateOrder({ window: 1, answer: 'shrug' as 'reject' })).toThrow('must be one of reject, challenge') })
})
