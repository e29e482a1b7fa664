import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import type { OrderTerms } from '../order/request.ts'
import { priceCollar } from './price-collar.ts'

// The market stands at 99 to 101, its middle at 100.
describe('priceCollar', () => {
  const desk = (options: Partial<Parameters<typeof priceCollar>[0]> = {}) => guardDesk(priceCollar({ percent: '5', ...options }))

  it.each<[Partial<OrderTerms>, code: string, observed: string]>([
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
    [{ type: 'stop', side: 'sell', stopPrice: '100.99' }, 'allow', '1.970492128'],
    [{ type: 'stop', side: 'sell', stopPrice: '90' }, 'allow', '0'],
    [{ type: 'stop_limit', stopPrice: '120', limitPrice: '126' }, 'allow', '5'],
    [{ type: 'stop_limit', stopPrice: '120', limitPrice: '126.01' }, 'PRICE_COLLAR_EXCEEDED', '5.008333334'],
    [{ type: 'stop_limit', side: 'sell', stopPrice: '90', limitPrice: '80' }, 'PRICE_COLLAR_EXCEEDED', '11.111111112'],
    [{ limitPrice: '100', orderClass: 'bracket', takeProfit: { limitPrice: '110' }, stopLoss: { stopPrice: '90', limitPrice: '86' } }, 'allow', '4.444444445'],
    [{ limitPrice: '100', orderClass: 'bracket', takeProfit: { limitPrice: '110' }, stopLoss: { stopPrice: '90', limitPrice: '80' } }, 'PRICE_COLLAR_EXCEEDED', '11.111111112'],
    [{ limitPrice: '100', orderClass: 'oto', takeProfit: { limitPrice: '11' } }, 'PRICE_COLLAR_EXCEEDED', '89'],
    [{ side: 'sell', limitPrice: '100', orderClass: 'oto', takeProfit: { limitPrice: '189' } }, 'PRICE_COLLAR_EXCEEDED', '89'],
    [{ side: 'sell', limitPrice: '100', orderClass: 'oto', stopLoss: { stopPrice: '110', limitPrice: '121' } }, 'PRICE_COLLAR_EXCEEDED', '10'],
    // An OCO closes what is held: both of its exits are on its own side.
    [{ side: 'sell', limitPrice: '200', orderClass: 'oco', takeProfit: { limitPrice: '200' }, stopLoss: { stopPrice: '90' } }, 'allow', '0'],
    [{ side: 'sell', limitPrice: '200', orderClass: 'oco', takeProfit: { limitPrice: '200' }, stopLoss: { stopPrice: '90', limitPrice: '9' } }, 'PRICE_COLLAR_EXCEEDED', '90'],
    [{ side: 'sell', limitPrice: '20', orderClass: 'oco', takeProfit: { limitPrice: '20' }, stopLoss: { stopPrice: '90' } }, 'PRICE_COLLAR_EXCEEDED', '80'],
    [{ limitPrice: '20', orderClass: 'oco', takeProfit: { limitPrice: '20' }, stopLoss: { stopPrice: '110' } }, 'allow', '0'],
    [{ limitPrice: '20', orderClass: 'oco', takeProfit: { limitPrice: '20' }, stopLoss: { stopPrice: '110', limitPrice: '121' } }, 'PRICE_COLLAR_EXCEEDED', '10'],
  ])('%j is %s at %s %%', (terms, code, observed) => {
    const it = desk()
    expect(it.code(terms.type === undefined || terms.type === 'stop_limit' ? terms : { limitPrice: undefined as unknown as string, ...terms })).toBe(code)
    const decision = it.ask(terms.type === undefined || terms.type === 'stop_limit' ? terms : { limitPrice: undefined as unknown as string, ...terms })
    expect(decision.observed).toBe(observed)
  })

  const exits = (stop: string, rest: Partial<OrderTerms> = {}): Partial<OrderTerms> => ({ limitPrice: undefined as unknown as string, orderClass: 'oto', stopLoss: { stopPrice: stop }, ...rest })
  it.each<[string, Partial<OrderTerms>, string, string, string]>([
    ['a buy at the market', { type: 'market' }, '100.99', '101', '101'],
    ['a sale at the market', { type: 'market', side: 'sell' }, '99.01', '99', '99'],
    ['a buy that waits', { limitPrice: '98' }, '97.99', '98', '98'],
    ['a buy that trades at once', { limitPrice: '104' }, '100.99', '101', '101'],
    ['a sale that waits', { limitPrice: '102', side: 'sell' }, '102.01', '102', '102'],
    ['a sale that trades at once', { limitPrice: '96', side: 'sell' }, '99.01', '99', '99'],
    ['a buy that is triggered', { type: 'stop', stopPrice: '110' }, '109.99', '110', '110'],
    ['a sale that is triggered', { type: 'stop', stopPrice: '90', side: 'sell' }, '90.01', '90', '90'],
    ['a triggered buy that waits', { type: 'stop_limit', stopPrice: '110', limitPrice: '108' }, '107.99', '108', '108'],
    ['an OCO that sells', { limitPrice: '110', side: 'sell', orderClass: 'oco', takeProfit: { limitPrice: '110' } }, '100.99', '101', '101'],
    ['an OCO that buys', { limitPrice: '90', orderClass: 'oco', takeProfit: { limitPrice: '90' } }, '99.01', '99', '99'],
  ])('the stop that protects %s must not trigger when it has traded', (_name, terms, good, bad, edge) => {
    const it = desk({ percent: '20' })
    expect(it.code(exits(good, terms))).toBe('allow')
    expect(it.ask(exits(bad, terms))).toEqual({ verdict: 'reject', code: 'STOP_THROUGH_MARKET', limit: edge, observed: bad, message: 'a stop of AAPL would trigger at once' })
  })

  it('where a trail will be triggered nobody knows: the stop behind it is judged by its distance alone', () => {
    const trailing = (stop: string) => exits(stop, { type: 'trailing_stop', trailAmount: '5' })
    expect([desk().code(trailing('300')), desk({ triggerPercent: '50' }).code(trailing('50')), desk({ triggerPercent: '50' }).code(trailing('49'))]).toEqual(['allow', 'allow', 'PRICE_COLLAR_EXCEEDED'])
  })

  it('limits how far away a trigger may wait, where it is told to', () => {
    const it = desk({ triggerPercent: '20' })
    const stop = (stopPrice: string, side: 'buy' | 'sell' = 'buy') => it.code({ type: 'stop', stopPrice, side, limitPrice: undefined as unknown as string })
    expect([stop('120'), stop('120.01'), stop('80', 'sell'), stop('79.99', 'sell')]).toEqual(['allow', 'PRICE_COLLAR_EXCEEDED', 'allow', 'PRICE_COLLAR_EXCEEDED'])
    expect(it.ask({ type: 'stop_limit', stopPrice: '1100', limitPrice: '1100' })).toMatchObject({ limit: '20', observed: '1000', message: 'a price of the order is 1000 % from the market, the limit is 20 %' })
    expect([it.code(exits('80', { type: 'market' })), it.code(exits('70', { type: 'market' }))]).toEqual(['allow', 'PRICE_COLLAR_EXCEEDED'])
    expect(it.code({ limitPrice: '10' })).toBe('allow')
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
    expect([it.code({ type: 'stop_limit', stopPrice: '150', limitPrice: '100' }), desk({ passivePercent: '0' }).code({ type: 'stop_limit', stopPrice: '150', limitPrice: '150' })]).toEqual(['allow', 'allow'])
    expect([desk({ passivePercent: '0' }).code({ limitPrice: '100' }), desk({ passivePercent: '0' }).code({ limitPrice: '99.999999999' })]).toEqual(['allow', 'PRICE_COLLAR_EXCEEDED'])
  })

  it('asks a human from its softer band on', () => {
    const it = desk({ challengePercent: '3' })
    expect(it.ask({ limitPrice: '103' })).toMatchObject({ verdict: 'challenge', code: 'PRICE_COLLAR_APPROVAL', limit: '3', observed: '3' })
    expect([it.code({ limitPrice: '102.99' }), it.code({ limitPrice: '105.01' })]).toEqual(['allow', 'PRICE_COLLAR_EXCEEDED'])
    expect(() => desk({ challengePercent: '6' })).toThrow('must not be above percent')
    expect(desk({ challengePercent: '5' }).code({ limitPrice: '105' })).toBe('PRICE_COLLAR_APPROVAL')
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
    for (const bad of [{ percent: '-1' }, { percent: 'x' }, { percent: '5', passivePercent: '' }, { percent: '5', triggerPercent: '-' }]) expect(() => priceCollar(bad)).toThrow('priceCollar: ')
  })
})
