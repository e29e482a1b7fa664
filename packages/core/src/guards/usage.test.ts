import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { makeSources } from '../../test/support/make-view.ts'
import { automatedExecution } from './automated-execution.ts'
import { buyingPower } from './buying-power.ts'
import { concentration } from './concentration.ts'
import { dailyLoss } from './daily-loss.ts'
import { dailyNotional } from './daily-notional.ts'
import { grossExposure } from './gross-exposure.ts'
import type { Guard } from './guard.ts'
import { maxOpenOrders } from './max-open-orders.ts'
import { maxPosition } from './max-position.ts'
import { rejectRate } from './reject-rate.ts'
import { valueWindow } from './value-window.ts'

/** What `usage` says of a guard on an account with one order of ten at 100 on its way. */
function used(made: unknown, sessions: readonly string[] = ['2026-01-05@UTC']): unknown {
  const guard = made as Guard
  let state: unknown = structuredClone(guard.initial)
  const sources = makeSources()
  const desk = guardDesk({ ...guard, apply: (_: unknown, event: never) => { state = guard.apply?.(state, event) ?? state; return state } }, sources)
  desk.tell({ type: 'session_rolled', data: { session: sessions[0] ?? '', source: 'marks', marks: {} } })
  desk.send('a', { strategy: 'momentum' })
  for (const session of sessions.slice(1)) desk.tell({ type: 'session_rolled', data: { session, source: 'marks', marks: {} } })
  return guard.usage?.({ brokers: ['main'], view: sources.view().view, state })
}

describe('how much of a limit is used', () => {
  it.each<[string, unknown, unknown]>([
    ['daily-notional', dailyNotional({ value: '3000' }), [{ limit: 'value', maximum: '3000', used: '1000' }]],
    ['gross-exposure', grossExposure({ gross: '5000' }), [{ limit: 'gross', maximum: '5000', used: '1010' }]],
    ['gross-exposure with a net limit', grossExposure({ gross: '5000', net: '2000' }), [{ limit: 'gross', maximum: '5000', used: '1010' }, { limit: 'net', maximum: '2000', used: '1010' }]],
    ['automated-execution', automatedExecution({ executions: 3 }), [{ limit: 'executions', strategy: 'momentum', maximum: '3', used: '1' }]],
    ['max-open-orders', maxOpenOrders({ orders: 5 }), [{ limit: 'orders', maximum: '5', used: '1' }]],
    ['max-open-orders by symbol and strategy', maxOpenOrders({ perSymbol: 5, perStrategy: 7 }), [{ limit: 'perSymbol', symbol: 'AAPL', maximum: '5', used: '1' }, { limit: 'perStrategy', strategy: 'momentum', maximum: '7', used: '1' }]],
    ['reject-rate', rejectRate({ consecutive: 5 }), [{ limit: 'consecutive', maximum: '5', used: '0' }]],
    ['value-window', valueWindow({ value: '3000' }), [{ limit: 'value', symbol: 'AAPL', side: 'buy', maximum: '3000', used: '1000' }]],
  ])('%s says it', (_name, guard, expected) => { expect(used(guard)).toEqual(expected) })

  it('a position counts on the side where it could become largest, by the limits of its symbol', () => {
    const guard = maxPosition({ quantity: '100', shortQuantity: '50', symbols: { MSFT: { quantity: '7' } } }) as Guard
    const usage = (prepare: (sources: ReturnType<typeof makeSources>) => void): unknown => {
      const sources = makeSources()
      prepare(sources)
      return guard.usage?.({ brokers: ['main'], view: sources.view().view, state: undefined })
    }
    const long = (used: string, symbol = 'AAPL', maximum = '100') => [{ limit: 'quantity', symbol, side: 'buy', maximum, used }]
    const short = (used: string, symbol = 'AAPL', maximum = '50') => [{ limit: 'shortQuantity', symbol, side: 'sell', maximum, used }]
    expect(usage(() => undefined)).toEqual([])
    expect(usage((sources) => { sources.hold('AAPL', '10') })).toEqual(long('10'))
    expect(usage((sources) => { sources.hold('AAPL', '10'); sources.work('a', { quantity: '5' }) })).toEqual(long('15'))
    expect(usage((sources) => { sources.hold('AAPL', '-10') })).toEqual(short('10'))
    expect(usage((sources) => { sources.hold('AAPL', '-10'); sources.work('a', { side: 'sell', quantity: '5' }) })).toEqual(short('15'))
    expect(usage((sources) => { sources.hold('AAPL', '3'); sources.work('a', { side: 'sell', quantity: '10' }) })).toEqual(short('7'))
    expect(usage((sources) => { sources.work('a', { quantity: '4' }); sources.work('b', { side: 'sell', quantity: '4' }) })).toEqual(long('4'))
    expect(usage((sources) => { sources.hold('MSFT', '2') })).toEqual(long('2', 'MSFT', '7'))
    expect(usage((sources) => { sources.hold('MSFT', '-2') })).toEqual(short('2', 'MSFT', '7'))
  })

  it('unfinished orders count once for each symbol and strategy', () => {
    const guard = maxOpenOrders({ orders: 9, perSymbol: 5, perStrategy: 7 }) as Guard
    const desk = guardDesk(guard)
    expect(guard.usage?.({ brokers: ['main'], view: desk.sources.view().view, state: desk.memory() })).toEqual([{ limit: 'orders', maximum: '9', used: '0' }])
    desk.send('a', { strategy: 'x' })
    desk.send('b', { symbol: 'MSFT' })
    desk.send('c')
    expect(guard.usage?.({ brokers: ['main'], view: desk.sources.view().view, state: desk.memory() })).toEqual([
      { limit: 'orders', maximum: '9', used: '3' },
      { limit: 'perSymbol', symbol: 'AAPL', maximum: '5', used: '2' }, { limit: 'perSymbol', symbol: 'MSFT', maximum: '5', used: '1' },
      { limit: 'perStrategy', strategy: 'x', maximum: '7', used: '1' }, { limit: 'perStrategy', strategy: '', maximum: '7', used: '2' },
    ])
  })

  it('a loss counts from zero on, and a profit is none of it', () => {
    const lost = (bid: string): unknown => {
      const sources = makeSources()
      const desk = guardDesk(dailyLoss({ loss: '500' }), sources)
      desk.tell({ type: 'session_rolled', data: { session: '2026-01-05@UTC', source: 'marks', marks: {} } })
      sources.hold('AAPL', '10')
      sources.quote('AAPL', bid, '200')
      return (dailyLoss({ loss: '500' }) as Guard).usage?.({ brokers: ['main'], view: sources.view().view, state: undefined })
    }
    expect(lost('97.5')).toEqual([{ limit: 'loss', maximum: '500', used: '25' }])
    expect(lost('105')).toEqual([{ limit: 'loss', maximum: '500', used: '0' }])
  })

  it('a new session has used nothing of its notional', () => {
    expect(used(dailyNotional({ value: '3000' }), ['2026-01-05@UTC', '2026-01-06@UTC'])).toEqual([{ limit: 'value', maximum: '3000', used: '0' }])
  })

  describe('of the account values', () => {
    const values = { equity: '10100', cash: '5000', buyingPower: '3030', currency: 'USD', time: '' }
    const desk = (made: unknown) => {
      const it = guardDesk(made)
      it.sources.accountValues = values
      it.sources.accountAskedAt = it.sources.now
      return { ...it, usage: (brokers = ['main']) => (made as Guard).usage?.({ brokers, view: it.sources.view().view, state: it.memory() }) }
    }

    it('each symbol has its share at worst, and all together their multiple', () => {
      const it = desk(concentration({ percent: '20', leverage: '2' }))
      expect(it.usage()).toEqual([{ limit: 'leverage', maximum: '2', used: '0' }])
      it.sources.hold('AAPL', '10')
      it.send('a', { quantity: '5' })
      it.send('b', { side: 'sell', quantity: '5' })
      it.sources.hold('MSFT', '-20')
      it.send('c', { symbol: 'MSFT', side: 'sell', quantity: '10' })
      expect(it.usage()).toEqual([
        { limit: 'percent', symbol: 'AAPL', maximum: '20', used: '15' }, { limit: 'percent', symbol: 'MSFT', maximum: '20', used: '30' }, { limit: 'leverage', maximum: '2', used: '0.45' },
      ])
      // What is used is what an order of nothing would be told.
      expect(it.ask({ symbol: 'AAPL', quantity: '0.000000001' })).toMatchObject({ observed: '15.000000001' })
    })

    it('what is used is rounded up, as it is held against an order', () => {
      const it = desk(concentration({ percent: '50', leverage: '2' }))
      it.sources.accountValues = { ...values, equity: '30300' }
      it.sources.hold('AAPL', '100')
      expect(it.usage()).toMatchObject([{ used: '33.333333334' }, { used: '0.333333334' }])
    })

    it('a contract counts by its multiplier, and a limit that is not there shows nothing', () => {
      const it = desk(concentration({ percent: '200' }))
      it.sources.instrument = { ...it.sources.instrument!, multiplier: '100' }
      it.sources.hold('AAPL', '1')
      expect(it.usage()).toEqual([{ limit: 'percent', symbol: 'AAPL', maximum: '200', used: '100' }])
      expect(it.usage([])).toEqual([])
      expect(desk(concentration({ leverage: '2' })).usage()).toHaveLength(1)
      it.sources.accountValues = { ...values, equity: '-5' }
      expect(it.usage()).toMatchObject([{ used: '1010000000000000' }])
    })

    it('the poorest broker of an account is the nearest to the limit', () => {
      const it = desk(concentration({ leverage: '2' }))
      it.sources.hold('AAPL', '10')
      const { view } = it.sources.view()
      const equities: Readonly<Record<string, string>> = { rich: '10100', poor: '1010', other: '2020' }
      const rows = (concentration({ leverage: '2' }) as Guard).usage?.({
        brokers: ['rich', 'poor', 'other'], state: undefined, view: Object.assign(Object.create(view) as typeof view, { portfolio: () => view.portfolio(), accountValues: (name: string) => ({ ...view.accountValues('main'), equity: equities[name] ?? '' }) }),
      })
      expect(rows).toEqual([{ limit: 'leverage', maximum: '2', used: '1' }])
    })

    it('buying power is used by what is reserved and by what was filled since the broker was asked, beside what is kept', () => {
      const it = desk(buyingPower({ keep: '30' }))
      expect(it.usage()).toEqual([{ limit: 'buyingPower', maximum: '3000', used: '0' }])
      it.send('a', { quantity: '10' })
      it.send('b', { quantity: '5' })
      it.fill('b', '5', '100', { last: true })
      expect(it.usage()).toEqual([{ limit: 'buyingPower', maximum: '3000', used: '1500' }])
      expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '1500' })
      it.sources.accountAskedAt = it.sources.now + 5001
      expect(it.usage()).toMatchObject([{ used: '1000' }])
      it.sources.accountValues = { ...values, buyingPower: '20' }
      expect(it.usage()).toMatchObject([{ maximum: '0', used: '1000' }])
    })

    it('each broker of an account lends for itself', () => {
      const it = desk(buyingPower())
      it.send('a', { quantity: '10' })
      expect(it.usage(['main', 'second'])).toEqual([{ limit: 'buyingPower', broker: 'main', maximum: '3030', used: '1000' }, { limit: 'buyingPower', broker: 'second', maximum: '3030', used: '0' }])
    })

    it.each<[string, unknown]>([['concentration', concentration({ percent: '20' })], ['buying-power', buyingPower()]])('%s cannot be told without them', (_name, guard) => {
      const it = desk(guard)
      it.sources.accountValues = undefined
      expect(() => it.usage()).toThrow('has not reported account values')
    })

    it('buying power cannot be told when trades since the broker was asked may be forgotten', () => {
      const it = desk(buyingPower())
      it.sources.accountAskedAt = it.sources.now - 3_595_000
      expect(it.usage()).toHaveLength(1)
      it.sources.accountAskedAt -= 1
      expect(() => it.usage()).toThrow('are too old')
    })
  })
})
