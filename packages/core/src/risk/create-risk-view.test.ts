import { describe, expect, it } from 'vitest'
import { makeCandidate, makeSources, type Sources, text } from '../../test/support/make-view.ts'
import { ONE } from '../order/decimal.ts'
import type { OrderTerms } from '../order/request.ts'
import { InputMissing } from './input-missing.ts'
import { createMarks } from './marks.ts'

function quoted(): Sources {
  const sources = makeSources()
  sources.quote('AAPL', '99', '101')
  return sources
}

function missing(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    if (error instanceof InputMissing) return error.input
    throw error
  }
  throw new Error('nothing was missing')
}

describe('marks', () => {
  it('keeps the last usable two-sided quote and refuses any other', () => {
    const marks = createMarks()
    const update = (bid: string, ask: string): boolean => marks.update('main', { symbol: 'AAPL', bid, ask, time: '' }, 5)
    expect(update('99', '101')).toBe(true)
    for (const [bid, ask] of [['101', '99'], ['0', '101'], ['-1', '1'], ['', '101'], ['NaN', '101'], ['99', ''], ['1e2', '101'], ['Infinity', 'Infinity']] as const) expect(update(bid, ask)).toBe(false)
    expect(marks.get('main', 'AAPL')).toEqual({ bid: 99n * ONE, ask: 101n * ONE, arrived: 5 })
    expect(update('100', '100')).toBe(true)
    expect([marks.get('other', 'AAPL'), marks.get('main', 'MSFT')]).toEqual([undefined, undefined])
  })
})

describe('what is missing or stale', () => {
  it('is named, never guessed', () => {
    const sources = makeSources()
    sources.instrument = undefined
    const { view } = sources.view()
    expect(missing(() => view.mark('AAPL'))).toBe('mark:AAPL')
    expect(missing(() => view.value(makeCandidate()))).toBe('mark:AAPL')
    expect(missing(() => view.session('AAPL'))).toBe('session:AAPL')
    expect(missing(() => view.profitAndLoss())).toBe('session')
    expect(missing(() => view.accountValues('main'))).toBe('account:main')
    expect(missing(() => view.instrument('AAPL'))).toBe('instrument:AAPL')
  })

  it('a quote is fresh up to its limit and stale after it', () => {
    const sources = quoted()
    sources.monotonic = 5000
    expect(sources.view().view.mark('AAPL')).toMatchObject({ age: 5000 })
    sources.monotonic = 5001
    expect(missing(() => sources.view().view.mark('AAPL'))).toBe('mark:AAPL')
    expect(() => sources.view().view.mark('AAPL')).toThrow('the last price of AAPL is 5001 ms old, the limit is 5000 ms')
  })

  it('a session that is over is not known', () => {
    const sources = makeSources()
    sources.session = { phase: 'open', since: sources.now - 90_500, until: sources.now + 1500 }
    expect(sources.view().view.session('AAPL')).toEqual({ phase: 'open', openForSeconds: 90, endsInSeconds: 1 })
    sources.session = { phase: 'pre', since: sources.now - 90_500, until: sources.now + 1500 }
    expect(sources.view().view.session('AAPL')).toMatchObject({ phase: 'pre', openForSeconds: 0 })
    sources.now += 1500
    expect(missing(() => sources.view().view.session('AAPL'))).toBe('session:AAPL')
  })

  it('a broker that describes no instruments misses none', () => {
    const sources = makeSources()
    sources.hasReference = false
    expect(sources.view().view.instrument('AAPL')).toBeUndefined()
  })
})

describe('the worst price and value', () => {
  const value = (terms: Partial<OrderTerms>, sources = quoted()): string => text(sources.view().view.value(makeCandidate({ quantity: '2', ...terms })))

  it.each<[string, Partial<OrderTerms>, string]>([
    ['a buy limit above the ask costs its limit', { limitPrice: '110' }, '220'],
    ['a buy limit below the ask is valued at the ask', { limitPrice: '50' }, '202'],
    ['a market buy may slip 5 % beyond the ask', { type: 'market' }, '212.1'],
    ['a buy stop may slip 5 % beyond its trigger', { type: 'stop', stopPrice: '120' }, '252'],
    ['a buy stop below the ask may slip beyond the ask', { type: 'stop', stopPrice: '50' }, '212.1'],
    ['a buy stop limit costs its limit', { type: 'stop_limit', stopPrice: '120', limitPrice: '121' }, '242'],
    ['a trailing buy begins its trail beyond the ask', { type: 'trailing_stop', trailAmount: '19' }, '252'],
    ['a trailing buy in percent does so too', { type: 'trailing_stop', trailPercent: '10' }, '233.310000004'],
    ['a sell is worth at least the bid', { side: 'sell', limitPrice: '50' }, '198'],
    ['a sell limit above the bid is worth its limit', { side: 'sell', limitPrice: '110' }, '220'],
    ['a market sell is worth the bid', { side: 'sell', type: 'market' }, '198'],
    ['a short sale is valued like a sell', { side: 'sell_short', type: 'market' }, '198'],
  ])('%s', (_what, terms, expected) => { expect(value(terms)).toBe(expected) })

  it('an order by money moves that money, whatever units it becomes', () => {
    const { view } = quoted().view()
    expect(text(view.value(makeCandidate({ type: 'market', notional: '1000' }, { quantity: 12n * ONE })))).toBe('1000')
  })

  it('products are rounded up', () => {
    const sources = makeSources()
    sources.quote('AAPL', '0.000000001', '0.000000001')
    expect(value({ quantity: '0.000000001', limitPrice: '0.000000001' }, sources)).toBe('0.000000001')
  })

  it('where the broker quotes nothing the limit of the order is the price, and without one there is none', () => {
    const sources = makeSources()
    sources.hasMarketData = false
    const { view } = sources.view()
    expect(text(view.value(makeCandidate({ quantity: '2', limitPrice: '110' })))).toBe('220')
    expect(missing(() => view.value(makeCandidate({ type: 'market' })))).toBe('mark:AAPL')
    expect(missing(() => view.value(makeCandidate({ type: 'stop', stopPrice: '5' })))).toBe('mark:AAPL')
  })

  it('the reservation of a reducing order without a price falls back on what is known', () => {
    const sources = makeSources()
    sources.hold('AAPL', '10', '77')
    const recorded = sources.view()
    expect(text(recorded.worstPrice(makeCandidate({ side: 'sell', type: 'market' })))).toBe('77')
    expect(text(recorded.worstPrice(makeCandidate({ side: 'sell', limitPrice: '80' })))).toBe('80')
    expect(text(recorded.worstPrice(makeCandidate({ side: 'sell', type: 'stop', stopPrice: '70' })))).toBe('70')
  })
})

describe('reducing', () => {
  const reduces = (sources: Sources, terms: Partial<OrderTerms>, overrides = {}): boolean => sources.view().view.reducing(makeCandidate(terms, overrides))

  it.each([
    ['10', 'sell', '10', true], ['10', 'sell', '10.000000001', false], ['10', 'buy', '1', false], ['10', 'sell_short', '1', false],
    ['-10', 'buy', '10', true], ['-10', 'buy', '11', false], ['-10', 'sell', '1', false], ['-10', 'sell_short', '1', false],
    ['0', 'sell', '1', false], ['0', 'buy', '1', false],
  ] as const)('with %s held, %s %s is %s: never through zero', (held, side, quantity, expected) => {
    const sources = quoted()
    if (held !== '0') sources.hold('AAPL', held)
    expect(reduces(sources, { side, quantity })).toBe(expected)
  })

  it('counts what is on its way on the same side, but not the order itself', () => {
    const sources = quoted()
    sources.hold('AAPL', '10')
    sources.work('a', { side: 'sell', quantity: '4' })
    sources.work('b', { side: 'buy', quantity: '100' })
    expect([reduces(sources, { side: 'sell', quantity: '6' }), reduces(sources, { side: 'sell', quantity: '7' })]).toEqual([true, false])
    expect(reduces(sources, { side: 'sell', quantity: '10' }, { orderId: 'a', kind: 'replace' })).toBe(true)
  })

  it('is judged at the order\'s own broker', () => {
    const sources = quoted()
    sources.brokerNames = ['main', 'other']
    sources.hold('AAPL', '10', '100', 'other')
    expect([reduces(sources, { side: 'sell', quantity: '1' }), reduces(sources, { side: 'sell', quantity: '1' }, { broker: 'other' })]).toEqual([false, true])
  })

  it('is not proven while the books are not reconciled', () => {
    const sources = quoted()
    sources.hold('AAPL', '10')
    sources.reconciled = false
    expect(reduces(sources, { side: 'sell', quantity: '1' })).toBe(false)
  })

  it('of an order by money is proven only on a fresh price', () => {
    const sources = quoted()
    sources.hold('AAPL', '10')
    const sell = (): boolean => reduces(sources, { side: 'sell', type: 'market', notional: '100' }, { quantity: 2n * ONE })
    expect(sell()).toBe(true)
    sources.monotonic = 5001
    expect(sell()).toBe(false)
    expect(reduces(sources, { side: 'sell', quantity: '2' })).toBe(true)
  })
})

describe('exposure and profit', () => {
  it('exposure sums all brokers and leaves out the order itself', () => {
    const sources = makeSources()
    sources.brokerNames = ['main', 'other']
    sources.hold('AAPL', '10')
    sources.hold('AAPL', '-3', '100', 'other')
    sources.work('a', { quantity: '5' })
    sources.work('b', { side: 'sell_short', quantity: '2' }, 'other')
    const seen = (orderId: string): string[] => Object.values(sources.view().view.exposure(makeCandidate({}, { orderId }))).map(text)
    expect([seen('x'), seen('a'), seen('b')]).toEqual([['7', '5', '2'], ['7', '0', '2'], ['7', '5', '0']])
    expect(sources.view().view.openOrders()).toBe(2)
  })

  it('longs are worth the bid, shorts cost the ask, flat symbols need no price', () => {
    const sources = quoted()
    sources.quote('MSFT', '199', '201')
    sources.roll()
    sources.hold('AAPL', '10', '100')
    sources.hold('MSFT', '-10', '200')
    sources.hold('TSLA', '10', '100')
    sources.hold('TSLA', '-10', '90')
    const { session, realised, unrealised, sessionId } = sources.view().view.profitAndLoss()
    expect([session, realised, unrealised].map(text)).toEqual(['-120', '-100', '-20'])
    expect(sessionId).toBe('2026-01-05@UTC')
  })

  it('one held symbol without a fresh price makes the profit unknown', () => {
    const sources = quoted()
    sources.roll()
    sources.hold('AAPL', '1')
    sources.hold('MSFT', '1')
    expect(missing(() => sources.view().view.profitAndLoss())).toBe('mark:MSFT')
  })

  it('each holding is valued at its own broker\'s price', () => {
    const sources = quoted()
    sources.brokerNames = ['main', 'other']
    sources.quote('AAPL', '89', '91', 'other')
    sources.roll()
    sources.hold('AAPL', '10', '100')
    sources.hold('AAPL', '10', '100', 'other')
    expect(text(sources.view().view.profitAndLoss().session)).toBe('-120')
    expect(sources.view('other').inputs).not.toHaveProperty('mark:AAPL')
  })
})

describe('the record', () => {
  it('has what is missing or too old as it was found, so that a replay finds it so too', () => {
    const sources = makeSources()
    sources.instrument = undefined
    const { view, inputs } = sources.view()
    for (const read of [() => view.mark('AAPL'), () => view.session('AAPL'), () => view.instrument('AAPL'), () => view.accountValues('main'), () => view.profitAndLoss()]) expect(read).toThrow()
    expect(inputs).toEqual({ 'now': sources.now, 'mark:AAPL': null, 'session:AAPL': null, 'instrument:AAPL': null, 'account:main': null, 'profit': null })
    const stale = quoted()
    stale.monotonic = 5000.6
    const late = stale.view()
    expect(() => late.view.mark('AAPL')).toThrow('5001 ms old')
    expect(late.inputs).toMatchObject({ 'mark:AAPL': { bid: '99', ask: '101', age: 5001 } })
  })

  it('has every value that was read, once, and nothing that was not', () => {
    const sources = quoted()
    sources.monotonic = 12.4
    sources.accountValues = { equity: '1', cash: '2', buyingPower: '3', currency: 'USD', time: 't' }
    sources.session = { phase: 'open', since: sources.now, until: sources.now + 1000 }
    sources.instrument = { symbol: 'AAPL', assetClass: 'equity', tradable: true, shortable: false, fractionable: true, tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD' }
    sources.kill = { scope: 'global', level: 'no_new', reason: 'r', actor: 'a', since: '', epoch: 1 }
    sources.roll()
    const { view, inputs } = sources.view()
    expect(inputs).toEqual({ now: sources.now })
    const order = makeCandidate()
    view.value(order)
    view.value(order)
    view.exposure(order)
    view.reducing(order)
    view.profitAndLoss()
    view.accountValues('main')
    view.openOrders()
    view.kill(order)
    view.connection('main')
    view.reconciled('main')
    view.instrument('AAPL')
    view.session('AAPL')
    expect(inputs).toEqual({
      'now': sources.now, 'mark:AAPL': { bid: '99', ask: '101', age: 12 }, 'exposure:AAPL': { position: '0', workingBuy: '0', workingSell: '0' }, 'reducing:AAPL': false,
      'profit': { session: '0', id: '2026-01-05@UTC' }, 'session': '2026-01-05@UTC', 'account:main': { ...sources.accountValues, askedAt: sources.accountAskedAt, age: 12 }, 'openOrders': 0, 'kill': { scope: 'global', level: 'no_new' },
      'connection:main': 'ready', 'reconciled:main': true, 'session:AAPL': sources.session,
      'instrument:AAPL': sources.instrument,
    })
    expect(structuredClone(JSON.parse(JSON.stringify(inputs)))).toEqual(inputs)
  })
})
