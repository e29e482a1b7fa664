import { describe, expect, it } from 'vitest'
import { guardDesk, units } from '../../test/support/guard-desk.ts'
import { shortSelling } from './short-selling.ts'

describe('shortSelling', () => {
  const desk = (located?: Record<string, string>) => {
    const made = guardDesk(shortSelling({ ...(located !== undefined && { located }) }))
    made.sources.hold('AAPL', '10')
    return made
  }

  it('lets what is held be sold, and not a unit more', () => {
    expect([desk().code({ side: 'sell', quantity: '10' }), desk().code({ side: 'sell', quantity: '10.000000001' }), desk().code({ side: 'buy', quantity: '1000' })])
      .toEqual(['allow', 'SHORT_NOT_LOCATED', 'allow'])
    expect(desk().ask({ side: 'sell', quantity: '11' })).toMatchObject({ limit: '0', observed: '1' })
  })

  it('a sale that is called short takes what is held first', () => {
    expect(desk().ask({ side: 'sell_short', quantity: '4' })).toEqual({ verdict: 'allow', limit: '0', observed: '0' })
    expect(desk().ask({ side: 'sell_short', quantity: '11' })).toMatchObject({ code: 'SHORT_NOT_LOCATED', observed: '1' })
  })

  it('counts what is on sale already, but not the order itself', () => {
    const it = desk()
    it.send('a', { side: 'sell', quantity: '8' })
    expect([it.code({ side: 'sell', quantity: '2' }), it.code({ side: 'sell', quantity: '3' }), it.code({ side: 'sell', quantity: '10' }, { kind: 'replace', orderId: 'a' })])
      .toEqual(['allow', 'SHORT_NOT_LOCATED', 'allow'])
  })

  it('lets be sold short what was located', () => {
    const it = desk({ AAPL: '5' })
    expect([it.code({ side: 'sell', quantity: '15' }), it.code({ side: 'sell', quantity: '15.1' }), it.code({ side: 'sell_short', quantity: '15' }), it.code({ side: 'sell', symbol: 'MSFT', quantity: '1' })])
      .toEqual(['allow', 'SHORT_NOT_LOCATED', 'allow', 'SHORT_NOT_LOCATED'])
  })

  it('is judged at the order\'s own broker, and by the bound of an order by money', () => {
    const it = desk()
    it.sources.brokerNames = ['main', 'other']
    it.sources.hold('AAPL', '50', '100', 'other')
    expect(it.code({ side: 'sell', quantity: '11' })).toBe('SHORT_NOT_LOCATED')
    expect(it.code({ side: 'sell', type: 'market', notional: '100' }, { quantity: units('11') })).toBe('SHORT_NOT_LOCATED')
  })

  it('misses what is held while the books are not compared', () => {
    const it = desk()
    it.sources.reconciled = false
    expect([it.code({ side: 'sell', quantity: '1' }), it.code({ side: 'buy' })]).toEqual(['missing position:AAPL', 'allow'])
  })

  it('refuses a location it cannot read', () => { expect(() => shortSelling({ located: { AAPL: 'all' } })).toThrow('shortSelling: located.AAPL') })
})
