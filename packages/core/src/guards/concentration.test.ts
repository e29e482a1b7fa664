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
  })

  it('an account that is worth nothing takes nothing on, and still closes', () => {
    for (const equity of ['0', '-500']) {
      const it = desk({ percent: '100' }, equity)
      it.sources.hold('AAPL', '10')
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
