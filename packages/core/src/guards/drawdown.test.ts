import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { drawdown } from './drawdown.ts'

/** A hundred AAPL from 100 on: a bid of 105 is a profit of 500. */
describe('drawdown', () => {
  const desk = () => {
    const made = guardDesk(drawdown({ drawdown: '500' }))
    made.tell({ type: 'session_rolled', data: { session: '2026-01-05@UTC', source: 'marks', marks: {} } })
    made.sources.hold('AAPL', '100')
    const bid = (price: string) => { made.sources.quote('AAPL', price, '200') }
    return { ...made, bid }
  }

  it('measures the fall from the peak that was noted, and from zero before', () => {
    const it = desk()
    it.bid('97')
    expect(it.ask()).toMatchObject({ verdict: 'allow', limit: '500', observed: '300' })
    it.bid('110')
    expect(it.note()).toEqual({ session: '2026-01-05@UTC', peak: '1000' })
    it.bid('105.01')
    expect(it.ask()).toMatchObject({ verdict: 'allow', observed: '499', warning: 90 })
    expect(it.trip()).toBeUndefined()
    it.bid('105')
    expect(it.ask()).toMatchObject({ verdict: 'reject', code: 'DRAWDOWN_EXCEEDED', limit: '500', observed: '500' })
    expect(it.trip()).toEqual({ scope: 'account:main', level: 'reduce_only', reason: 'the session is 500 below its peak, the limit is 500' })
  })

  it('notes a peak only when it grew, in hundredths of the limit and never too low', () => {
    const it = desk()
    expect(it.note()).toBeUndefined()
    it.bid('100.01')
    expect(it.note()).toEqual({ session: '2026-01-05@UTC', peak: '5' })
    it.bid('100.05')
    expect(it.note()).toBeUndefined()
    it.bid('100.06')
    expect(it.note()).toMatchObject({ peak: '10' })
    it.bid('99')
    expect(it.note()).toBeUndefined()
  })

  it('never notes less than there was, down to the smallest unit', () => {
    const noted = (limit: string, price: string): unknown => {
      const made = guardDesk(drawdown({ drawdown: limit }))
      made.tell({ type: 'session_rolled', data: { session: 's', source: 'marks', marks: {} } })
      made.sources.hold('AAPL', '1')
      made.sources.quote('AAPL', price, '200')
      return made.note()
    }
    expect(noted('500', '105.000000001')).toEqual({ session: 's', peak: '10' })
    expect(noted('500', '105')).toEqual({ session: 's', peak: '5' })
    expect(noted('500', '100.000000001')).toEqual({ session: 's', peak: '5' })
    expect(noted('0', '100.000000003')).toEqual({ session: 's', peak: '0.000000003' })
    expect(noted('0.00000015', '100.000000003')).toEqual({ session: 's', peak: '0.000000004' })
  })

  it('a session does not inherit the peak of the one before, however low its own is', () => {
    const it = desk()
    it.bid('120')
    it.note()
    it.tell({ type: 'session_rolled', data: { session: '2026-01-06@UTC', source: 'marks', marks: { main: { AAPL: '120' } } } })
    expect(it.ask().observed).toBe('0')
    it.bid('121')
    expect(it.note()).toEqual({ session: '2026-01-06@UTC', peak: '100' })
    it.bid('120.5')
    expect(it.ask().observed).toBe('50')
  })

  it('keeps its peak over a restart, and begins anew with a session', () => {
    const it = desk()
    it.bid('110')
    it.note()
    it.bid('104')
    const again = it.restart()
    expect([it.code(), again.code()]).toEqual(['DRAWDOWN_EXCEEDED', 'DRAWDOWN_EXCEEDED'])
    again.tell({ type: 'session_rolled', data: { session: '2026-01-06@UTC', source: 'marks', marks: { main: { AAPL: '104' } } } })
    expect(again.ask()).toMatchObject({ verdict: 'allow', observed: '0' })
    again.tell({ type: 'guard_noted', data: { guard: 'drawdown', note: { session: '2026-01-06@UTC', peak: '100' } } })
    again.tell({ type: 'guard_noted', data: { guard: 'drawdown', note: { session: '2026-01-06@UTC', peak: '50' } } })
    again.tell({ type: 'guard_noted', data: { guard: 'other', note: { session: '2026-01-06@UTC', peak: '900' } } })
    expect(again.ask().observed).toBe('100')
    again.tell({ type: 'guard_noted', data: { guard: 'drawdown', note: { session: '2026-01-07@UTC', peak: '900' } } })
    expect(again.ask().observed).toBe('0')
  })

  it('lets pass what reduces, never through zero', () => {
    const it = desk()
    it.bid('50')
    expect([it.code({ side: 'sell', quantity: '100' }), it.code({ side: 'sell', quantity: '101' }), it.code({ quantity: '1' }, { kind: 'replace' }), it.code({ type: 'market', notional: '1' })])
      .toEqual(['allow', 'DRAWDOWN_EXCEEDED', 'DRAWDOWN_EXCEEDED', 'DRAWDOWN_EXCEEDED'])
  })

  it('misses a session, and the price of what is held', () => {
    expect(guardDesk(drawdown({ drawdown: '500' })).code()).toBe('missing session')
    const it = desk()
    it.sources.monotonic += 5001
    expect(it.code()).toBe('missing mark:AAPL')
    expect(() => drawdown({ drawdown: 'x' })).toThrow('drawdown: drawdown')
  })
})
