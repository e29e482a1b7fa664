import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import type { OrderTerms } from '../order/request.ts'
import { priceCollar } from './price-collar.ts'

// The market stands at 99 to 101, its middle at 100.
describe('priceCollar', () => {
  const desk = (options: Partial<Parameters<typeof priceCollar>[0]> = {}) => guardDesk(priceCollar({ percent: '5', ...options }))

  it.each<[Partial<OrderTerms>, string, string]>([
    [{ limitPrice: '105' }, 'allow', '5'],
    [{ limitPrice: '105.000000001' }, 'PRICE_COLLAR_EXCEEDED', '5.000000001'],
    [{ limitPrice: '104' }, 'allow', '4'],
    [{ limitPrice: '1000' }, 'PRICE_COLLAR_EXCEEDED', '900'],
    [{ limitPrice: '10' }, 'allow', '0'],
    [{ side: 'sell', limitPrice: '95' }, 'allow', '5'],
    [{ side: 'sell', limitPrice: '94.99' }, 'PRICE_COLLAR_EXCEEDED', '5.01'],
    [{ side: 'sell_short', limitPrice: '9.5' }, 'PRICE_COLLAR_EXCEEDED', '90.5'],
    [{ side: 'sell', limitPrice: '1000' }, 'allow', '0'],
    [{ type: 'market' }, 'allow', '1'],
    [{ type: 'market', side: 'sell' }, 'allow', '1'],
    [{ type: 'stop', stopPrice: '110' }, 'allow', '0'],
    [{ type: 'stop', stopPrice: '99' }, 'STOP_THROUGH_MARKET', '99'],
    [{ type: 'stop', stopPrice: '99.01' }, 'allow', '2.009897991'],
    [{ type: 'stop', side: 'sell', stopPrice: '101' }, 'STOP_THROUGH_MARKET', '101'],
    [{ type: 'stop', side: 'sell', stopPrice: '90' }, 'allow', '0'],
    [{ type: 'stop_limit', stopPrice: '120', limitPrice: '126' }, 'allow', '5'],
    [{ type: 'stop_limit', stopPrice: '120', limitPrice: '126.01' }, 'PRICE_COLLAR_EXCEEDED', '5.008333334'],
    [{ type: 'stop_limit', side: 'sell', stopPrice: '90', limitPrice: '80' }, 'PRICE_COLLAR_EXCEEDED', '11.111111112'],
    [{ limitPrice: '100', orderClass: 'bracket', takeProfit: { limitPrice: '110' }, stopLoss: { stopPrice: '90', limitPrice: '86' } }, 'allow', '4.444444445'],
    [{ limitPrice: '100', orderClass: 'bracket', takeProfit: { limitPrice: '110' }, stopLoss: { stopPrice: '90', limitPrice: '80' } }, 'PRICE_COLLAR_EXCEEDED', '11.111111112'],
    [{ limitPrice: '100', orderClass: 'oto', takeProfit: { limitPrice: '11' } }, 'PRICE_COLLAR_EXCEEDED', '89'],
  ])('%j is %s at %s %%', (terms, code, observed) => {
    const it = desk()
    expect(it.code(terms.type === undefined || terms.type === 'stop_limit' ? terms : { limitPrice: undefined as unknown as string, ...terms })).toBe(code)
    const decision = it.ask(terms.type === undefined || terms.type === 'stop_limit' ? terms : { limitPrice: undefined as unknown as string, ...terms })
    expect(decision.observed).toBe(observed)
  })

  it('a market too wide to trade in refuses orders without a limit', () => {
    const it = desk()
    it.sources.quote('AAPL', '90', '110')
    expect(it.code({ type: 'market', limitPrice: undefined as unknown as string })).toBe('PRICE_COLLAR_EXCEEDED')
    expect(it.code({ limitPrice: '100' })).toBe('allow')
  })

  it('limits how far away an order may wait, where it is told to', () => {
    const it = desk({ passivePercent: '20' })
    expect([it.code({ limitPrice: '80' }), it.code({ limitPrice: '79.99' }), it.code({ side: 'sell', limitPrice: '120.01' })]).toEqual(['allow', 'PRICE_COLLAR_EXCEEDED', 'PRICE_COLLAR_EXCEEDED'])
    expect(it.ask({ limitPrice: '70' }).observed).toBe('30')
    expect(it.code({ limitPrice: '100', orderClass: 'oto', takeProfit: { limitPrice: '121' } })).toBe('PRICE_COLLAR_EXCEEDED')
    // A stop waits on the far side by its nature.
    expect(it.code({ type: 'stop_limit', stopPrice: '150', limitPrice: '150' })).toBe('allow')
  })

  it('asks a human from its softer band on', () => {
    const it = desk({ challengePercent: '3' })
    expect(it.ask({ limitPrice: '103' })).toMatchObject({ verdict: 'challenge', code: 'PRICE_COLLAR_APPROVAL', limit: '3', observed: '3' })
    expect([it.code({ limitPrice: '102.99' }), it.code({ limitPrice: '105.01' })]).toEqual(['allow', 'PRICE_COLLAR_EXCEEDED'])
    expect(() => desk({ challengePercent: '6' })).toThrow('must not be above percent')
  })

  it('has other bands for single symbols, and holds reducing orders and replaces to them', () => {
    const it = desk({ symbols: { MSFT: { percent: '50' } } })
    expect([it.code({ symbol: 'MSFT', limitPrice: '150' }), it.code({ symbol: 'MSFT', limitPrice: '151' })]).toEqual(['allow', 'PRICE_COLLAR_EXCEEDED'])
    it.sources.hold('AAPL', '10')
    expect(it.code({ side: 'sell', limitPrice: '50' }, { kind: 'replace' })).toBe('PRICE_COLLAR_EXCEEDED')
  })

  it('needs a fresh price, for orders by money too', () => {
    const it = desk()
    it.sources.monotonic += 5001
    expect([it.code(), it.code({ type: 'market', notional: '10' })]).toEqual(['missing mark:AAPL', 'missing mark:AAPL'])
  })

  it('warns near its limit, and refuses options it cannot read', () => {
    expect(desk().ask({ limitPrice: '104.5' })).toMatchObject({ warning: 90 })
    for (const bad of [{ percent: '-1' }, { percent: 'x' }, { percent: '5', passivePercent: '' }]) expect(() => priceCollar(bad)).toThrow('priceCollar: ')
  })
})
