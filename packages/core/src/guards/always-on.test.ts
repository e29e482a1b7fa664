import { describe, expect, it } from 'vitest'
import { makeCandidate, makeSources, type Sources } from '../../test/support/make-view.ts'
import type { BrokerCapabilities, Instrument } from '../broker/broker-adapter.ts'
import { ONE } from '../order/decimal.ts'
import type { OrderTerms } from '../order/request.ts'
import { InputMissing } from '../risk/input-missing.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { Decision, Guard } from './guard.ts'
import { killSwitchGuard } from './kill-switch.ts'
import { reconciledGuard } from './reconciled.ts'
import { staleDataGuard } from './stale-data.ts'
import { wellFormedGuard } from './well-formed.ts'

const check = (guard: unknown, sources: Sources, terms: Partial<OrderTerms> = {}, overrides: Partial<OrderCandidate> = {}): Decision =>
  (guard as Guard).check(makeCandidate(terms, overrides), { view: sources.view().view, state: structuredClone((guard as Guard).initial), facts: undefined })

describe('the kill switch', () => {
  const at = (level: 'reduce_only' | 'no_new' | 'cancel_all' | 'flatten' | undefined): Sources => {
    const sources = makeSources()
    sources.hold('AAPL', '10')
    sources.kill = level && { scope: 'account:main', level, reason: 'drill', actor: 'ada', since: '', epoch: 1 }
    return sources
  }

  it('says that it is released', () => { expect(check(killSwitchGuard, at(undefined))).toEqual({ verdict: 'allow', observed: 'released' }) })

  it('at reduce_only lets pass what reduces and nothing else', () => {
    expect(check(killSwitchGuard, at('reduce_only'), { side: 'sell' })).toEqual({ verdict: 'allow', limit: 'account:main', observed: 'reduce_only' })
    expect(check(killSwitchGuard, at('reduce_only'), { side: 'buy' })).toMatchObject({
      verdict: 'reject', code: 'KILL_SWITCH_REDUCE_ONLY', message: 'only orders that reduce a position pass (account:main): drill', limit: 'account:main', observed: 'reduce_only',
    })
    expect(check(killSwitchGuard, at('reduce_only'), { side: 'sell', quantity: '11' }).verdict).toBe('reject')
  })

  it.each(['no_new', 'cancel_all', 'flatten'] as const)('at %s lets pass nothing', (level) => {
    for (const side of ['buy', 'sell'] as const) expect(check(killSwitchGuard, at(level), { side })).toMatchObject({ verdict: 'reject', code: 'KILL_SWITCH_ENGAGED', observed: level })
  })

  it('at flatten lets pass its own orders that reduce, and those alone', () => {
    const flatten = { purpose: 'flatten' } as const
    expect(check(killSwitchGuard, at('flatten'), { side: 'sell' }, flatten)).toEqual({ verdict: 'allow', limit: 'account:main', observed: 'flatten' })
    expect(check(killSwitchGuard, at('flatten'), { side: 'sell', quantity: '11' }, flatten)).toMatchObject({ verdict: 'reject', code: 'KILL_SWITCH_ENGAGED', message: 'the kill switch is engaged (account:main): drill' })
    expect(check(killSwitchGuard, at('flatten'), { side: 'buy' }, flatten)).toMatchObject({ verdict: 'reject', code: 'KILL_SWITCH_ENGAGED' })
  })

  it.each([['released', undefined], ['reduce_only', 'reduce_only'], ['no_new', 'no_new'], ['cancel_all', 'cancel_all']] as const)('once it is %s, what it sent to close positions is not sent any more', (observed, level) => {
    expect(check(killSwitchGuard, at(level), { side: 'sell' }, { purpose: 'flatten' })).toEqual({
      verdict: 'reject', code: 'FLATTEN_ENDED', message: 'the kill switch no longer flattens what this order was to close', observed,
    })
  })

  it('a level of a newer version lets pass nothing', () => {
    expect(check(killSwitchGuard, at('unheard' as 'flatten'), { side: 'sell' })).toMatchObject({ verdict: 'reject', code: 'KILL_SWITCH_ENGAGED', observed: 'unheard' })
  })
})

describe('reconciliation', () => {
  it.each(['connecting', 'gap', 'closed'] as const)('denies while the connection is %s', (connection) => {
    const sources = makeSources()
    sources.connection = connection
    expect(check(reconciledGuard, sources)).toMatchObject({ verdict: 'reject', code: 'STREAM_NOT_READY', limit: 'ready', observed: connection })
  })

  it('denies until the books have been compared, then allows', () => {
    const sources = makeSources()
    sources.reconciled = false
    expect(check(reconciledGuard, sources)).toMatchObject({ verdict: 'reject', code: 'NOT_RECONCILED' })
    sources.reconciled = true
    expect(check(reconciledGuard, sources)).toEqual({ verdict: 'allow', observed: 'ready' })
  })
})

describe('stale data', () => {
  it('asks for a price, and allows with one', () => {
    const sources = makeSources()
    expect(() => check(staleDataGuard, sources)).toThrow(InputMissing)
    sources.quote('AAPL', '99', '101')
    expect(check(staleDataGuard, sources)).toEqual({ verdict: 'allow' })
    sources.monotonic = 5001
    expect(() => check(staleDataGuard, sources)).toThrow(InputMissing)
  })
})

describe('stale data of a broker that quotes nothing', () => {
  const unquoted = (): Sources => {
    const sources = makeSources()
    sources.hasMarketData = false
    return sources
  }

  it('is no reason to deny an order with a limit: that bounds it', () => {
    expect(check(staleDataGuard, unquoted(), { limitPrice: '100' })).toEqual({ verdict: 'allow' })
    expect(() => check(staleDataGuard, unquoted(), { type: 'market' })).toThrow('no price of AAPL is known')
  })

  it('leaves an order by money without a bound on its units', () => {
    const byMoney = { notional: '500', quantity: undefined as unknown as string, limitPrice: '100' }
    expect(() => check(staleDataGuard, unquoted(), byMoney)).toThrow('no price of AAPL is known')
    const sources = unquoted()
    sources.quote('AAPL', '99', '101')
    expect(check(staleDataGuard, sources, byMoney)).toEqual({ verdict: 'allow' })
  })
})

describe('well-formedness: the broker', () => {
  const able = (capabilities: Partial<BrokerCapabilities>): Sources => {
    const sources = makeSources()
    sources.hasReference = false
    sources.capabilities = { ...sources.capabilities, ...capabilities }
    return sources
  }

  it.each<[string, Partial<BrokerCapabilities>, Partial<OrderTerms>, string, string]>([
    ['an order type', { orderTypes: ['market', 'stop'] }, {}, 'limit', 'market stop'],
    ['a time in force', { timesInForce: ['day', 'gtc'] }, { timeInForce: 'ioc' }, 'ioc', 'day gtc'],
    ['a group', { orderClasses: ['oto'] }, { orderClass: 'oco' }, 'oco', 'oto'],
    ['any group', { orderClasses: [] }, { orderClass: 'oco' }, 'oco', 'none'],
    ['an order by money', { notional: false }, { type: 'market', notional: '10' }, 'notional', 'quantity'],
    ['a fraction', { fractional: false }, { quantity: '0.5' }, 'fractional', 'whole'],
    ['extended hours', { extendedHours: false }, { extendedHours: true }, 'extended', 'regular'],
    ['a short sale', { shortSelling: false }, { side: 'sell_short' }, 'sell_short', 'buy sell'],
    ['a sell of more than is held', { shortSelling: false }, { side: 'sell' }, 'short', 'long'],
  ])('is not asked for %s that it does not take', (_what, capabilities, terms, observed, limit) => {
    expect(check(wellFormedGuard, able(capabilities), terms)).toMatchObject({ verdict: 'reject', code: 'CAPABILITY_UNSUPPORTED', observed, limit })
    expect(check(wellFormedGuard, able({}), terms).verdict).toBe('allow')
  })

  it('that takes no shorts still takes sells of what is held and not yet on sale', () => {
    const sources = able({ shortSelling: false })
    sources.hold('AAPL', '15')
    expect(check(wellFormedGuard, sources, { side: 'sell', quantity: '15' }).verdict).toBe('allow')
    sources.work('a', { side: 'sell', quantity: '10' })
    expect([check(wellFormedGuard, sources, { side: 'sell', quantity: '5' }).verdict, check(wellFormedGuard, sources, { side: 'sell', quantity: '6' }).verdict]).toEqual(['allow', 'reject'])
    // What is held is not known now; the reconciliation guard denies, with the right words.
    sources.reconciled = false
    expect(check(wellFormedGuard, sources, { side: 'sell', quantity: '6' }).verdict).toBe('allow')
  })

  it('that takes no fractions still takes an order by money', () => {
    expect(check(wellFormedGuard, able({ fractional: false }), { type: 'market', notional: '10' }, { quantity: ONE / 3n }).verdict).toBe('allow')
  })
})

describe('well-formedness: the instrument', () => {
  const aapl: Instrument = { symbol: 'AAPL', assetClass: 'equity', tradable: true, shortable: true, fractionable: true, tickSize: '0.01', lotSize: '0.5', multiplier: '1', currency: 'USD' }
  const trading = (instrument: Partial<Instrument>): Sources => {
    const sources = makeSources()
    sources.instrument = { ...aapl, ...instrument }
    return sources
  }
  const bracket = { orderClass: 'bracket', takeProfit: { limitPrice: '200' }, stopLoss: { stopPrice: '180', limitPrice: '179.99' } } as const

  it.each<[string, Partial<Instrument>, Partial<OrderTerms>, string, string | undefined]>([
    ['a halt', { tradable: false }, {}, 'INSTRUMENT_NOT_TRADABLE', undefined],
    ['a short sale that cannot be borrowed', { shortable: false }, { side: 'sell_short' }, 'INSTRUMENT_NOT_SHORTABLE', undefined],
    ['a fraction', { fractionable: false }, { quantity: '0.5' }, 'INSTRUMENT_NOT_FRACTIONABLE', '0.5'],
    ['money of whole units', { fractionable: false }, { type: 'market', notional: '10' }, 'INSTRUMENT_NOT_FRACTIONABLE', 'notional'],
    ['a limit off the tick', {}, { limitPrice: '187.505' }, 'PRICE_OFF_TICK', '187.505'],
    ['a stop off the tick', {}, { type: 'stop_limit', limitPrice: '187.5', stopPrice: '187.505' }, 'PRICE_OFF_TICK', '187.505'],
    ['a take-profit off the tick', {}, { ...bracket, takeProfit: { limitPrice: '200.001' } }, 'PRICE_OFF_TICK', '200.001'],
    ['a stop-loss off the tick', {}, { ...bracket, stopLoss: { stopPrice: '180.001' } }, 'PRICE_OFF_TICK', '180.001'],
    ['the limit of a stop-loss off the tick', {}, { ...bracket, stopLoss: { stopPrice: '180', limitPrice: '179.999' } }, 'PRICE_OFF_TICK', '179.999'],
    ['a quantity off the lot', {}, { quantity: '1.25' }, 'QUANTITY_OFF_LOT', '1.25'],
  ])('denies %s', (_what, instrument, terms, code, observed) => {
    expect(check(wellFormedGuard, trading(instrument), terms)).toMatchObject({ verdict: 'reject', code, ...(observed !== undefined && { observed }) })
  })

  it('denies what trades in other money than the account counts in, but lets it be closed', () => {
    const sources = trading({ currency: 'EUR' })
    expect(check(wellFormedGuard, sources)).toEqual({ verdict: 'allow' })
    sources.accountValues = { equity: '1', cash: '1', buyingPower: '1', currency: 'USD', time: '' }
    const message = 'AAPL trades in EUR, the account counts in USD, and nothing converts between them'
    expect(check(wellFormedGuard, sources)).toEqual({ verdict: 'reject', code: 'CURRENCY_MISMATCH', message, limit: 'USD', observed: 'EUR' })
    // However old the values are: an account does not change its money.
    sources.accountArrived = -1_000_000
    expect(check(wellFormedGuard, sources)).toMatchObject({ code: 'CURRENCY_MISMATCH' })
    sources.hold('AAPL', '10')
    expect([check(wellFormedGuard, sources, { side: 'sell' }).verdict, check(wellFormedGuard, sources, { side: 'sell', quantity: '11' }).verdict]).toEqual(['allow', 'reject'])
    sources.accountValues = { ...sources.accountValues, currency: 'EUR' }
    expect(check(wellFormedGuard, sources)).toEqual({ verdict: 'allow' })
  })

  it('takes a short sale of what can be borrowed, and a buy of what cannot', () => {
    expect([check(wellFormedGuard, trading({}), { side: 'sell_short' }).verdict, check(wellFormedGuard, trading({ shortable: false })).verdict, check(wellFormedGuard, trading({ shortable: false }), { side: 'sell' }).verdict]).toEqual(['allow', 'allow', 'allow'])
  })

  it('takes what is on tick and lot, in whatever way the broker writes them', () => {
    for (const [tickSize, lotSize] of [['0.01', '0.5'], ['.01', '.5'], ['0.0100', '0.50'], ['0.000000001', '0.000000001']] as const) {
      expect(check(wellFormedGuard, trading({ tickSize, lotSize }), { ...bracket, quantity: '1.5' })).toEqual({ verdict: 'allow' })
    }
    expect(check(wellFormedGuard, trading({ fractionable: false, lotSize: '1' })).verdict).toBe('allow')
  })

  it.each(['0', '-1', '', 'tick', '1e-2'])('misses a step that reads %j', (step) => {
    expect(() => check(wellFormedGuard, trading({ tickSize: step }))).toThrow('the tick size of AAPL cannot be read')
    expect(() => check(wellFormedGuard, trading({ lotSize: step }))).toThrow(InputMissing)
  })

  it('misses an instrument that a broker with reference data has not described', () => {
    const sources = makeSources()
    sources.instrument = undefined
    expect(() => check(wellFormedGuard, sources)).toThrow('main has not described AAPL')
  })
})
