import { describe, expect, it } from 'vitest'
import { guardDesk, units } from '../../test/support/guard-desk.ts'
import { orderQuantity } from './order-quantity.ts'

describe('orderQuantity', () => {
  const desk = () => guardDesk(orderQuantity({ quantity: '100', symbols: { MSFT: { quantity: '5' } } }))

  it('allows up to its limit, warns near it, and refuses the smallest unit more', () => {
    expect(desk().ask({ quantity: '100' })).toEqual({ verdict: 'allow', limit: '100', observed: '100', warning: 90 })
    expect(desk().ask({ quantity: '100.000000001' })).toMatchObject({ verdict: 'reject', code: 'ORDER_QUANTITY_EXCEEDED', limit: '100', observed: '100.000000001' })
  })

  it('has other limits for single symbols', () => {
    expect([desk().code({ symbol: 'MSFT', quantity: '5' }), desk().code({ symbol: 'MSFT', quantity: '6' }), desk().code({ symbol: 'constructor', quantity: '100' })]).toEqual(['allow', 'ORDER_QUANTITY_EXCEEDED', 'allow'])
  })

  it('holds reducing orders to it too: a slipped digit is one on the way out as well', () => {
    const it = desk()
    it.sources.hold('AAPL', '500')
    expect(it.code({ side: 'sell', quantity: '101' })).toBe('ORDER_QUANTITY_EXCEEDED')
  })

  it('measures a replace by its new total, whatever of it is left', () => {
    expect(desk().code({ quantity: '101' }, { kind: 'replace', quantity: units('1') })).toBe('ORDER_QUANTITY_EXCEEDED')
    expect(desk().code({ quantity: '50' }, { kind: 'replace', quantity: units('101') })).toBe('ORDER_QUANTITY_EXCEEDED')
  })

  it('measures an order by money by the most it may become, on a fresh price only', () => {
    const it = desk()
    const money = { type: 'market', notional: '1000' } as const
    expect([it.code(money, { quantity: units('100') }), it.code(money, { quantity: units('101') })]).toEqual(['allow', 'ORDER_QUANTITY_EXCEEDED'])
    it.sources.monotonic += 5001
    expect(it.code(money, { quantity: units('1') })).toBe('missing mark:AAPL')
    expect(it.code({ quantity: '1' })).toBe('allow')
  })

  it.each(['', '-1', '1e2', 'NaN', 5 as unknown as string])('refuses a limit of %j', (quantity) => {
    expect(() => orderQuantity({ quantity })).toThrow('orderQuantity: quantity must be a decimal string')
    expect(() => orderQuantity({ quantity: '1', symbols: { AAPL: { quantity } } })).toThrow('orderQuantity: symbols.AAPL.quantity')
  })
})
