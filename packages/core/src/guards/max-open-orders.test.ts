import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { makeExecution, makeIntent, NO_EVALUATION } from '../../test/support/make-event.ts'
import { maxOpenOrders } from './max-open-orders.ts'

describe('maxOpenOrders', () => {
  it('allows exactly its limit, counting those that wait for a code and those nobody knows of', () => {
    const desk = guardDesk(maxOpenOrders({ orders: 3 }))
    desk.send('a')
    desk.tell({ type: 'order_unknown', data: { orderId: 'a', command: 'new', reason: '' } })
    expect(desk.ask()).toMatchObject({ verdict: 'allow', limit: '3', observed: '2' })
    desk.tell({ type: 'order_pending_approval', data: { orderId: 'b', intent: makeIntent(), challenge: { id: 'c', reasons: [], digest: '', expiresAt: '', method: '' }, evaluation: NO_EVALUATION } })
    expect(desk.ask()).toMatchObject({ verdict: 'allow', observed: '3', warning: 90 })
    desk.send('c', { type: 'market', notional: '50' })
    expect(desk.ask()).toMatchObject({ verdict: 'reject', code: 'OPEN_ORDERS_EXCEEDED', limit: '3', observed: '4' })
    expect(desk.code({ type: 'market', notional: '5' })).toBe('OPEN_ORDERS_EXCEEDED')
  })

  it('a replace, and an order judged again, open none', () => {
    const desk = guardDesk(maxOpenOrders({ orders: 1 }))
    desk.send('a')
    expect([desk.code({}, { orderId: 'a', kind: 'replace' }), desk.code({}, { orderId: 'a' }), desk.code()]).toEqual(['allow', 'allow', 'OPEN_ORDERS_EXCEEDED'])
  })

  it('what has ended counts no more, what is filled in part does', () => {
    const desk = guardDesk(maxOpenOrders({ orders: 1 }))
    desk.send('a')
    desk.fill('a', '4')
    expect(desk.code()).toBe('OPEN_ORDERS_EXCEEDED')
    desk.tell({ type: 'execution_busted', data: { orderId: 'a', execution: makeExecution({ lastQuantity: '4' }) } })
    desk.fill('a', '6', '100', { last: true })
    expect(desk.code()).toBe('OPEN_ORDERS_EXCEEDED')
    desk.fill('a', '4', '100', { last: true })
    expect(desk.code()).toBe('allow')
    desk.send('b', { type: 'market', notional: '50' })
    desk.fill('b', '1', '50', { last: true })
    expect(desk.code()).toBe('allow')
    desk.send('c')
    desk.tell({ type: 'execution_corrected', data: { orderId: 'c', previous: makeExecution({ lastQuantity: '1' }), execution: makeExecution({ lastQuantity: '3' }) } })
    desk.cancel('c')
    expect(desk.code()).toBe('allow')
  })

  it('counts by symbol and by strategy beside', () => {
    const desk = guardDesk(maxOpenOrders({ perSymbol: 1, perStrategy: 2 }))
    desk.send('a', { strategy: 'x' })
    expect([desk.code({ strategy: 'y' }), desk.code({ symbol: 'MSFT', strategy: 'x' })]).toEqual(['OPEN_ORDERS_EXCEEDED', 'allow'])
    // The nearer limit is the one to warn of.
    expect(desk.ask({ symbol: 'MSFT', strategy: 'x' })).toEqual({ verdict: 'allow', limit: '1', observed: '1', warning: 90 })
    expect(guardDesk(maxOpenOrders({ perSymbol: 5, perStrategy: 1 })).ask()).toEqual({ verdict: 'allow', limit: '1', observed: '1', warning: 90 })
    desk.send('b', { symbol: 'TSLA', strategy: 'x' })
    expect([desk.code({ symbol: 'MSFT', strategy: 'x' }), desk.code({ symbol: 'MSFT' }), desk.code({ symbol: 'MSFT', strategy: 'y' })]).toEqual(['OPEN_ORDERS_EXCEEDED', 'allow', 'allow'])
  })

  it('lets pass what reduces, and remembers over a restart', () => {
    const desk = guardDesk(maxOpenOrders({ orders: 1 }))
    desk.sources.hold('AAPL', '10')
    desk.send('a', { symbol: 'MSFT' })
    expect([desk.code({ side: 'sell' }), desk.code({ side: 'sell', quantity: '11' }), desk.restart().code()]).toEqual(['allow', 'OPEN_ORDERS_EXCEEDED', 'OPEN_ORDERS_EXCEEDED'])
  })

  it.each([0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a limit of %s', (orders) => { expect(() => maxOpenOrders({ orders })).toThrow('maxOpenOrders: orders must be a whole number from 1 on') })
  it('refuses to be nothing', () => { expect(() => maxOpenOrders({})).toThrow('must be given') })
})
