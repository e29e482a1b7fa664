import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { dailyNotional } from './daily-notional.ts'

const rolled = (session: string) => ({ type: 'session_rolled', data: { session, source: 'marks', marks: {} } }) as const

describe('dailyNotional', () => {
  const desk = (value = '3010') => {
    const made = guardDesk(dailyNotional({ value }))
    made.tell(rolled('2026-01-05@UTC'))
    return made
  }

  it('adds up both sides of all symbols, allows exactly its limit and warns near it', () => {
    const it = desk()
    it.send('a')
    it.send('b', { symbol: 'MSFT', side: 'sell' })
    expect(it.ask()).toMatchObject({ verdict: 'allow', observed: '3010', warning: 90 })
    expect(it.ask({ quantity: '10.1' })).toMatchObject({ code: 'DAILY_NOTIONAL_EXCEEDED', limit: '3010', observed: '3020.1' })
  })

  it('begins anew with a session, and only with one', () => {
    const it = desk()
    it.send('a', { quantity: '30' })
    expect(it.code()).toBe('DAILY_NOTIONAL_EXCEEDED')
    it.pass(86_400_000)
    expect(it.code()).toBe('DAILY_NOTIONAL_EXCEEDED')
    it.tell(rolled('2026-01-06@UTC'))
    expect(it.code()).toBe('allow')
  })

  it('misses a session that has not begun', () => {
    expect(guardDesk(dailyNotional({ value: '1' })).code()).toBe('missing session')
  })

  it('keeps what was cancelled, adds what a replace raises, never takes off what it lowers', () => {
    const it = desk()
    it.send('a', { quantity: '20' })
    it.replace('a', { quantity: '5' })
    it.cancel('a')
    expect(it.ask({ quantity: '1' }).observed).toBe('2101')
    it.send('b', { quantity: '5' })
    expect(it.ask({ quantity: '6' }, { kind: 'replace', orderId: 'b' }).observed).toBe('2606')
    expect(it.ask({ quantity: '3' }, { kind: 'replace', orderId: 'b' }).observed).toBe('2500')
    expect(it.code({ quantity: '11' }, { kind: 'replace', orderId: 'b' })).toBe('DAILY_NOTIONAL_EXCEEDED')
  })

  it('takes money as money, lets pass what reduces, and remembers over a restart', () => {
    const it = desk()
    it.sources.hold('AAPL', '10')
    it.send('a', { type: 'market', notional: '3000' })
    expect([it.code({ type: 'market', notional: '10' }), it.code({ type: 'market', notional: '11' }), it.code({ side: 'sell' }), it.code({ side: 'sell', quantity: '11' })])
      .toEqual(['allow', 'DAILY_NOTIONAL_EXCEEDED', 'allow', 'DAILY_NOTIONAL_EXCEEDED'])
    expect(it.restart().code()).toBe('DAILY_NOTIONAL_EXCEEDED')
    it.sources.monotonic += 5001
    expect(it.code()).toBe('missing mark:AAPL')
    expect(() => dailyNotional({ value: 'much' })).toThrow('dailyNotional: value')
  })
})
