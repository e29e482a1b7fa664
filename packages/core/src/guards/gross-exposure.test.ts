import { describe, expect, it } from 'vitest'
import { guardDesk, units } from '../../test/support/guard-desk.ts'
import { grossExposure } from './gross-exposure.ts'

// Holdings count at the ask, 101; so does a buy.
describe('grossExposure', () => {
  const desk = (options: Partial<Parameters<typeof grossExposure>[0]> = {}) => guardDesk(grossExposure({ gross: '10100', ...options }))

  it('adds up longs and shorts of all symbols at their worst, and allows exactly its limit', () => {
    const it = desk()
    it.sources.hold('AAPL', '40')
    it.sources.hold('MSFT', '-30')
    expect(it.ask({ quantity: '30' })).toMatchObject({ verdict: 'allow', limit: '10100', observed: '10100', warning: 90 })
    expect(it.ask({ quantity: '30.000000001' })).toMatchObject({ code: 'GROSS_EXPOSURE_EXCEEDED', observed: '10100.000000101' })
  })

  it('counts working orders on the side where they are worst', () => {
    const it = desk()
    it.sources.hold('AAPL', '40')
    it.send('a', { quantity: '30' })
    it.send('b', { side: 'sell', quantity: '60' })
    expect(it.ask({ quantity: '30' }).observed).toBe('10100')
    expect(it.code({ quantity: '31' })).toBe('GROSS_EXPOSURE_EXCEEDED')
    // Sells can make it 20 short: nothing beside 70 long, until they make more of it.
    expect(it.ask({ side: 'sell', quantity: '50' }).observed).toBe('7070')
    expect(it.ask({ side: 'sell', quantity: '51' }).observed).toBe('7170')
  })

  it('values what an order adds at its own worst price', () => {
    expect(desk().ask({ quantity: '10', limitPrice: '500' }).observed).toBe('5000')
    expect(desk().ask({ type: 'market', quantity: '10', limitPrice: undefined as unknown as string }).observed).toBe('1060.5')
  })

  it('does not count a replaced order twice, bounds an order by money, multiplies contracts', () => {
    const it = desk()
    it.send('a', { quantity: '90' })
    expect([it.code({ quantity: '100' }, { kind: 'replace', orderId: 'a' }), it.code({ quantity: '11' })]).toEqual(['allow', 'GROSS_EXPOSURE_EXCEEDED'])
    expect(it.code({ type: 'market', notional: '500', limitPrice: undefined as unknown as string }, { quantity: units('10') })).toBe('GROSS_EXPOSURE_EXCEEDED')
    const contracts = desk({ gross: '20200' })
    contracts.sources.instrument = { ...contracts.sources.instrument!, multiplier: '100' }
    contracts.sources.hold('MSFT', '1')
    expect([contracts.code({ quantity: '1' }), contracts.code({ quantity: '1.1' })]).toEqual(['allow', 'GROSS_EXPOSURE_EXCEEDED'])
  })

  it('limits longs less shorts beside', () => {
    const it = desk({ net: '5050' })
    it.sources.hold('AAPL', '40')
    it.sources.hold('MSFT', '-10')
    expect(it.ask({ quantity: '20' })).toMatchObject({ verdict: 'allow' })
    expect(it.ask({ quantity: '20.1' })).toMatchObject({ code: 'NET_EXPOSURE_EXCEEDED', limit: '5050', observed: '5060.1' })
    // The nearer of both limits is the one to warn of.
    expect(it.ask({ quantity: '16' })).toEqual({ verdict: 'allow', limit: '5050', observed: '4646', warning: 90 })
    expect(desk({ net: '10100' }).ask({ quantity: '80' })).toEqual({ verdict: 'allow', limit: '10100', observed: '8080', warning: 70 })
    const short = desk({ net: '5050' })
    short.sources.hold('MSFT', '-40')
    expect([short.code({ side: 'sell', quantity: '10.1' }), short.code({ side: 'sell', quantity: '10.2' })]).toEqual(['allow', 'NET_EXPOSURE_EXCEEDED'])
    short.sources.hold('TSLA', '-15')
    short.sources.quote('TSLA', '99', '101')
    expect([short.code({ quantity: '1', symbol: 'MSFT' }), short.code({ quantity: '1' })]).toEqual(['allow', 'NET_EXPOSURE_EXCEEDED'])
  })

  it('lets pass what reduces, never through zero', () => {
    const it = desk({ gross: '100' })
    it.sources.hold('AAPL', '40')
    expect([it.code({ side: 'sell', quantity: '40' }), it.code({ side: 'sell', quantity: '90' })]).toEqual(['allow', 'GROSS_EXPOSURE_EXCEEDED'])
  })

  it('needs a fresh price and a description of everything that is held', () => {
    const it = desk()
    it.sources.hold('TSLA', '1')
    expect(it.code()).toBe('missing mark:TSLA')
    it.sources.instrument = undefined
    expect(it.code()).toBe('missing instrument:TSLA')
    const odd = desk()
    odd.sources.instrument = { ...odd.sources.instrument!, multiplier: 'many' }
    expect(odd.code()).toBe('missing instrument:AAPL')
    expect(() => grossExposure({ gross: '' })).toThrow('grossExposure: gross')
    expect(() => grossExposure({ gross: '1', net: 'x' })).toThrow('grossExposure: net')
  })

  it('a flat and idle symbol needs no price', () => {
    const it = desk()
    it.sources.hold('TSLA', '1')
    it.sources.hold('TSLA', '-1')
    expect(it.code()).toBe('allow')
  })
})
