import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { makeExecution } from '../../test/support/make-event.ts'
import { valueWindow } from './value-window.ts'

// Ten units at 100 are worth 1000; a buy counts at the ask, 101.
describe('valueWindow', () => {
  const desk = (value = '3000') => guardDesk(valueWindow({ value }))

  it('adds up what was sent on a symbol and side, and allows exactly its limit', () => {
    const it = desk('3010')
    it.send('a')
    it.send('b')
    expect(it.ask()).toMatchObject({ verdict: 'allow', observed: '3010', limit: '3010', warning: 90 })
    expect(it.ask({ quantity: '10.000000001' })).toMatchObject({ verdict: 'reject', code: 'VALUE_WINDOW_EXCEEDED', observed: '3010.000000101' })
    expect([it.code({ symbol: 'MSFT', quantity: '29' }), it.code({ side: 'sell', quantity: '29' })]).toEqual(['allow', 'allow'])
  })

  it('forgets after its window, never before', () => {
    const it = desk()
    it.send('a', { quantity: '30' })
    it.pass(59_999)
    expect(it.code()).toBe('VALUE_WINDOW_EXCEEDED')
    it.pass(1001)
    expect(it.code()).toBe('allow')
  })

  it('keeps what was cancelled, filled, or approved; counts short sales with sells', () => {
    const it = desk()
    it.send('a', { quantity: '10' }, { approved: true })
    it.cancel('a')
    it.send('b', { quantity: '10' })
    it.fill('b', '10', '100', { last: true })
    expect(it.code()).toBe('VALUE_WINDOW_EXCEEDED')
    const sold = desk()
    sold.send('a', { side: 'sell_short', quantity: '25' })
    expect(sold.code({ side: 'sell' })).toBe('VALUE_WINDOW_EXCEEDED')
  })

  it('counts of a replace what it raises', () => {
    const it = desk()
    it.send('a', { quantity: '20' })
    // 30 at 101 beside 20 at 100 that were counted.
    expect(it.ask({ quantity: '29' }, { kind: 'replace', orderId: 'a' })).toMatchObject({ verdict: 'allow', observed: '2929' })
    expect(it.code({ quantity: '30' }, { kind: 'replace', orderId: 'a' })).toBe('VALUE_WINDOW_EXCEEDED')
    // What it lowers neither adds nor gives back.
    const sent = it.ask({ quantity: '0.000000001' }, { kind: 'replace', orderId: 'a' }).observed
    expect(it.ask({ quantity: '1' }, { kind: 'replace', orderId: 'a' }).observed).toBe(sent)
    expect(sent).toMatch(/^\d+$/)
    it.replace('a', { quantity: '25' })
    expect(it.ask({ quantity: '1' }).observed).toBe('2601')
    it.tell({ type: 'order_replaced', data: { orderId: 'a', clientOrderId: 'r', brokerOrderId: 'b', changes: { quantity: '25' } } })
    it.tell({ type: 'order_replace_refused', data: { orderId: 'a', code: '', message: '' } })
    expect(it.ask({ quantity: '1' }).observed).toBe('2601')
  })

  it('takes money as money, and multiplies contracts', () => {
    const it = desk()
    it.send('a', { type: 'market', notional: '2500' })
    expect(it.ask({ type: 'market', notional: '500' })).toMatchObject({ verdict: 'allow', observed: '3000' })
    const contracts = desk('150000')
    contracts.sources.instrument = { ...contracts.sources.instrument!, multiplier: '100' }
    contracts.send('a', { quantity: '10' }, { multiplier: '100' })
    expect(contracts.ask({ quantity: '4' })).toMatchObject({ verdict: 'allow', observed: '140400' })
    expect(contracts.code({ quantity: '5' })).toBe('VALUE_WINDOW_EXCEEDED')
  })

  it('lets pass what reduces', () => {
    const it = desk()
    it.sources.hold('AAPL', '100')
    it.send('a', { side: 'sell', quantity: '29' })
    expect([it.code({ side: 'sell', quantity: '71' }), it.code({ side: 'sell', quantity: '72' })]).toEqual(['allow', 'VALUE_WINDOW_EXCEEDED'])
  })

  it('remembers over a restart', () => {
    const it = desk()
    it.send('a', { quantity: '25' })
    it.tell({ type: 'execution_corrected', data: { orderId: 'a', previous: makeExecution({ lastQuantity: '1' }), execution: makeExecution({ lastQuantity: '2' }) } })
    it.tell({ type: 'execution_busted', data: { orderId: 'a', execution: makeExecution({ lastQuantity: '2' }) } })
    expect(it.restart().ask()).toEqual(it.ask())
    expect(it.restart().code()).toBe('VALUE_WINDOW_EXCEEDED')
  })

  it('needs a fresh price, and options it can read', () => {
    const it = desk()
    it.sources.monotonic += 5001
    expect(it.code()).toBe('missing mark:AAPL')
    expect(() => valueWindow({ value: '-1' })).toThrow('valueWindow: value')
    expect(() => valueWindow({ value: '1', seconds: 0 })).toThrow('valueWindow: seconds')
  })
})
