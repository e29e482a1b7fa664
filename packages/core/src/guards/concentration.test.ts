import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { concentration, type ConcentrationOptions } from './concentration.ts'

describe('concentration', () => {
  const desk = (options: ConcentrationOptions, equity = '10100') => {
    const made = guardDesk(concentration(options))
    made.sources.accountValues = { equity, cash: '0', buyingPower: '0', currency: 'USD', time: '' }
    return made
  }

  it('limits one symbol to its share of the equity, exactly', () => {
    const it = desk({ percent: '20' })
    it.sources.hold('AAPL', '10')
    it.sources.hold('MSFT', '90')
    expect(it.ask()).toMatchObject({ verdict: 'allow', limit: '20', observed: '20', warning: 90 })
    expect(it.ask({ quantity: '10.01' })).toMatchObject({ code: 'CONCENTRATION_EXCEEDED', limit: '20', observed: '20.01' })
  })

  it('limits all symbols to a multiple of the equity', () => {
    const it = desk({ leverage: '2' })
    it.sources.hold('MSFT', '-150')
    expect(it.ask({ quantity: '50' })).toMatchObject({ verdict: 'allow', observed: '2' })
    expect(it.ask({ quantity: '50.1' })).toMatchObject({ code: 'LEVERAGE_EXCEEDED', limit: '2', observed: '2.001' })
    expect(desk({ leverage: '2', percent: '150' }).code({ quantity: '151' })).toBe('CONCENTRATION_EXCEEDED')
    it.sources.hold('AAPL', '500')
    expect([it.code({ side: 'sell', quantity: '500' }), it.code({ quantity: '1' })]).toEqual(['allow', 'LEVERAGE_EXCEEDED'])
  })

  it('rounds against the order', () => {
    expect(desk({ percent: '33.333333333' }, '30300').ask({ quantity: '100' })).toMatchObject({ code: 'CONCENTRATION_EXCEEDED', observed: '33.333333334', message: 'AAPL could make 33.333333334 % of the equity, the limit is 33.333333333 %' })
    expect(desk({ leverage: '0.333333333' }, '30300').ask({ quantity: '100' })).toMatchObject({ code: 'LEVERAGE_EXCEEDED', observed: '0.333333334', message: 'the holdings could make 0.333333334 times the equity, the limit is 0.333333333' })
  })

  it('warns of the limit that is nearer', () => {
    const ask = (percent: string, leverage: string) => desk({ percent, leverage }).ask({ quantity: '100' })
    expect(ask('140', '4')).toEqual({ verdict: 'allow', limit: '140', observed: '100', warning: 70 })
    expect(ask('140', '1.1')).toEqual({ verdict: 'allow', limit: '1.1', observed: '1', warning: 90 })
    expect(ask('110', '1.4')).toEqual({ verdict: 'allow', limit: '110', observed: '100', warning: 90 })
    expect(ask('200', '1.4')).toEqual({ verdict: 'allow', limit: '1.4', observed: '1', warning: 70 })
    expect(ask('200', '2')).toEqual({ verdict: 'allow', limit: '200', observed: '100' })
  })

  it('an account that is worth nothing takes nothing on, and still closes', () => {
    for (const equity of ['0', '-500']) {
      const it = desk({ percent: '100' }, equity)
      it.sources.hold('AAPL', '10')
      // As if it were worth the smallest unit there is.
      expect(it.ask({ quantity: '1' }).observed).toBe('111100000000000')
      expect([it.code({ quantity: '1' }), it.code({ side: 'sell' }), it.code({ side: 'sell', quantity: '21' })]).toEqual(['CONCENTRATION_EXCEEDED', 'allow', 'CONCENTRATION_EXCEEDED'])
    }
  })

  it('does not count a replaced order twice', () => {
    const it = desk({ percent: '20' })
    it.send('a', { quantity: '20' })
    expect([it.code({ quantity: '20' }, { kind: 'replace', orderId: 'a' }), it.code({ quantity: '1' })]).toEqual(['allow', 'CONCENTRATION_EXCEEDED'])
  })

  it('misses an equity that is unknown, old or unreadable', () => {
    const it = desk({ percent: '20' })
    it.sources.accountArrived = -60_001
    expect(it.code()).toBe('missing account:main')
    it.sources.accountArrived = -60_000
    expect(it.code()).toBe('allow')
    it.sources.accountValues = { ...it.sources.accountValues!, equity: 'lots' }
    expect(it.code()).toBe('missing account:main')
    it.sources.accountValues = undefined
    expect(it.code()).toBe('missing account:main')
  })

  it('refuses to be nothing, and options it cannot read', () => {
    expect(() => concentration({})).toThrow('percent or leverage must be given')
    expect(() => concentration({ percent: '5 %' })).toThrow('concentration: percent')
  })
})
