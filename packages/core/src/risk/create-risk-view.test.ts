import { describe, expect, it } from 'vitest'
import { makeCandidate, makeSources, type Sources, text } from '../../test/support/make-view.ts'
import type { Instrument } from '../broker/broker-adapter.ts'
import { ONE } from '../order/decimal.ts'
import type { OrderTerms } from '../order/request.ts'
import { InputMissing } from './input-missing.ts'
import { createMarks } from './marks.ts'
import type { OrderCandidate } from './order-candidate.ts'

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

const VALUES = { equity: '1', cash: '2', buyingPower: '3', currency: 'USD', time: 't' }
const contract = (overrides: Partial<Instrument> = {}): Instrument =>
  ({ symbol: 'AAPL', assetClass: 'equity', tradable: true, shortable: true, fractionable: true, tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'USD', ...overrides })

describe('what is known of several brokers', () => {
  it('is asked of the one it is about', () => {
    const sources = quoted()
    sources.facts.set('main', { connection: 'ready', reconciled: true, environment: 'paper' })
    sources.facts.set('other', { connection: 'connecting', reconciled: false, environment: 'live', accountValues: { values: VALUES, askedAt: 7, arrived: 0 } })
    const { view, inputs } = sources.view()
    expect([view.connection('main'), view.connection('other'), view.reconciled('other'), view.environment('other'), view.environment('main')]).toEqual(['ready', 'connecting', false, 'live', 'paper'])
    expect(view.accountValues('other')).toEqual({ ...VALUES, askedAt: 7, age: 0 })
    expect(missing(() => view.accountValues('main'))).toBe('account:main')
    expect(inputs).toMatchObject({ 'environment:other': 'live', 'environment:main': 'paper', 'connection:other': 'connecting', 'reconciled:other': false })
  })

  it('holds at one of them what is held there', () => {
    const sources = makeSources()
    sources.brokerNames = ['main', 'other']
    sources.hold('AAPL', '10')
    sources.hold('AAPL', '3', '100', 'other')
    const { view } = sources.view()
    expect([view.exposure(makeCandidate(), 'other'), view.exposure(makeCandidate())].map(({ position }) => text(position))).toEqual(['3', '13'])
  })

  it('reduces at a broker only by what no other order there may take away first, on both sides', () => {
    const sources = quoted()
    sources.hold('AAPL', '-10')
    sources.work('a', { side: 'buy', quantity: '4' })
    const covers = (quantity: string): boolean => sources.view().view.reducing(makeCandidate({ side: 'buy', quantity }))
    expect([covers('6'), covers('6.000000001')]).toEqual([true, false])
  })

  it('writes down whether the books were compared, where an order claims to reduce', () => {
    const sources = quoted()
    const { view, inputs } = sources.view()
    view.reducing(makeCandidate({ side: 'sell' }))
    expect(inputs).toMatchObject({ 'reconciled:main': true, 'reducing:AAPL': false })
  })
})

describe('multipliers', () => {
  const multiplierOf = (instrument: Partial<Instrument>): string => {
    const sources = makeSources()
    sources.instrument = contract(instrument)
    return text(sources.view().view.multiplier('AAPL'))
  }

  it('are what the contract says, and must be more than nothing', () => {
    expect([multiplierOf({}), multiplierOf({ multiplier: '1.0' }), multiplierOf({ multiplier: '100' }), multiplierOf({ multiplier: '0.000000001' })]).toEqual(['1', '1', '100', '0.000000001'])
    for (const multiplier of ['0', '-5', 'many', '']) expect(missing(() => multiplierOf({ multiplier }))).toBe('instrument:AAPL')
    expect(() => multiplierOf({ multiplier: '0' })).toThrow('the multiplier of AAPL cannot be read')
  })

  it('are one where the broker describes nothing', () => {
    const sources = makeSources()
    sources.instrument = contract({ multiplier: '100' })
    sources.hasReference = false
    const { view, inputs } = sources.view()
    expect([text(view.multiplier('AAPL')), inputs['instrument:AAPL']]).toEqual(['1', undefined])
  })

  it('of a holding are asked of its own broker, under its own name', () => {
    const sources = quoted()
    sources.brokerNames = ['main', 'other']
    sources.facts.set('other', { instrument: () => contract({ multiplier: '10' }) })
    sources.quote('AAPL', '99', '101', 'other')
    sources.hold('AAPL', '2')
    sources.hold('AAPL', '3', '100', 'other')
    const { view, inputs } = sources.view()
    // 2 at the ask, and 3 of ten each.
    expect(text(view.portfolio().gross)).toBe('3232')
    expect(inputs).toMatchObject({ 'instrument:AAPL': { multiplier: '1' }, 'instrument:other:AAPL': { multiplier: '10' }, 'mark:other:AAPL': { ask: '101' } })
    sources.facts.set('other', { hasReference: false })
    expect(text(sources.view().view.portfolio().gross)).toBe('505')
  })

  it('of holdings in different money make no sum', () => {
    const sources = quoted()
    sources.quote('SAP', '99', '101')
    sources.hold('AAPL', '1')
    sources.hold('SAP', '1')
    sources.currencies.set('SAP', 'EUR')
    expect(missing(() => sources.view().view.portfolio())).toBe('rate:EUR/USD')
    // The account's own money counts, where it is known: then it is the other one that differs.
    sources.accountValues = { ...VALUES, currency: 'EUR' }
    const { view, inputs } = sources.view()
    expect(missing(() => view.portfolio())).toBe('rate:USD/EUR')
    expect(inputs['currency']).toBe('EUR')
    // Of one order no sum is made.
    expect(text(view.multiplier('AAPL'))).toBe('1')
    expect(makeSources().view().view.currency()).toBeUndefined()
    const silent = makeSources().view()
    silent.view.currency()
    expect(silent.inputs).not.toHaveProperty('currency')
  })
})

describe('an answer that stands for the rest of the decision', () => {
  it('stands for its own question only', () => {
    const sources = quoted()
    sources.hold('AAPL', '10')
    const { view } = sources.view()
    const [small, large] = [makeCandidate({ quantity: '1', limitPrice: '101' }), makeCandidate({ quantity: '5', limitPrice: '101' })]
    const gross = (order?: OrderCandidate): string => text(view.portfolio(order).gross)
    expect([gross(), gross(small), gross(small), gross(large), gross()]).toEqual(['1010', '1111', '1111', '1515', '1010'])
    expect([small, large, small].map((order) => text(view.value(order)))).toEqual(['101', '505', '101'])
    const sells = [makeCandidate({ side: 'sell', quantity: '10' }), makeCandidate({ side: 'sell', quantity: '11' })]
    expect(sells.map((order) => view.reducing(order))).toEqual([true, false])
    sources.work('w', { quantity: '7' })
    expect([view.exposure(makeCandidate({}, { orderId: 'w' })), view.exposure(makeCandidate({}, { orderId: 'x' }))].map(({ workingBuy }) => text(workingBuy))).toEqual(['0', '7'])
  })
})

describe('ages', () => {
  it('are counted from when a value came, up to the limit and no further', () => {
    const sources = makeSources()
    sources.monotonic = 1000
    sources.quote('AAPL', '99', '101')
    sources.accountValues = VALUES
    sources.accountArrived = 1000
    const ages = (): (number | undefined)[] => [sources.view().view.mark('AAPL').age, sources.view().view.accountValues('main').age]
    expect(ages()).toEqual([0, 0])
    // A clock that was read before the value came.
    sources.monotonic = 999
    expect(ages()).toEqual([0, 0])
    sources.monotonic = 1500
    expect(ages()).toEqual([500, 500])
    sources.monotonic = 61_000
    expect(sources.view().view.accountValues('main').age).toBe(60_000)
    sources.monotonic = 61_001
    expect(missing(() => sources.view().view.accountValues('main'))).toBe('account:main')
    expect(() => sources.view().view.accountValues('main')).toThrow('60001 ms old, the limit is 60000 ms')
  })

  it('of a price are within their limit also for an order by money that reduces', () => {
    const sources = quoted()
    sources.hold('AAPL', '10')
    const sells = (): boolean => sources.view().view.reducing(makeCandidate({ side: 'sell', type: 'market', notional: '100' }, { quantity: 2n * ONE }))
    sources.monotonic = 5000
    expect(sells()).toBe(true)
    sources.monotonic = 5001
    expect(sells()).toBe(false)
  })

  it('of a market that is open are in seconds', () => {
    const sources = makeSources()
    sources.session = { phase: 'open', since: sources.now - 2_000_000, until: sources.now + 3_000_999 }
    expect(sources.view().view.session('AAPL')).toEqual({ phase: 'open', openForSeconds: 2000, endsInSeconds: 3000 })
    sources.session = { phase: 'open', since: sources.now + 500, until: sources.now + 1000 }
    expect(sources.view().view.session('AAPL')).toEqual({ phase: 'open', openForSeconds: 0, endsInSeconds: 1 })
  })
})

describe('the session that profits count from', () => {
  it('must be the one that should be running', () => {
    const sources = makeSources()
    sources.roll()
    expect(sources.view().view.sessionId()).toBe('2026-01-05@UTC')
    for (const due of ['2026-01-05@UTC', '2026-01-04@UTC']) {
      sources.dueSession = due
      expect(sources.view().view.sessionId()).toBe('2026-01-05@UTC')
    }
    sources.dueSession = '2026-01-06@UTC'
    const { view, inputs } = sources.view()
    expect(missing(() => view.sessionId())).toBe('session')
    expect(inputs).toMatchObject({ profit: null })
  })
})

describe('the record', () => {
  it('has whose decision it is, and what a human has set', () => {
    const sources = makeSources()
    sources.armed = false
    sources.clockJump = 70
    const { view, inputs } = sources.view()
    expect([view.account, view.armed(), view.clockJump(), view.kill(makeCandidate()), view.environment('main')]).toEqual(['main', false, 70, undefined, undefined])
    expect(inputs).toEqual({ 'now': sources.now, 'armed': false, 'clockJump': 70, 'kill': null, 'environment:main': null })
  })

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
