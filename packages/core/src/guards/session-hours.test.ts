import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import type { MarketSession } from '../broker/broker-adapter.ts'
import type { OrderTerms } from '../order/request.ts'
import { sessionHours, type SessionHoursOptions } from './session-hours.ts'

describe('sessionHours', () => {
  const desk = (phase: MarketSession['phase'], options?: SessionHoursOptions, seconds = { open: 3600, left: 3600 }) => {
    const made = guardDesk(sessionHours(options))
    made.sources.session = { phase, since: made.sources.now - seconds.open * 1000, until: made.sources.now + seconds.left * 1000 }
    return made
  }

  it.each<[MarketSession['phase'], Partial<OrderTerms>, SessionHoursOptions | undefined, string]>([
    ['open', {}, undefined, 'allow'],
    ['open', { timeInForce: 'opg' }, undefined, 'SESSION_CLOSED'],
    ['open', { timeInForce: 'cls' }, undefined, 'allow'],
    ['pre', {}, undefined, 'SESSION_CLOSED'],
    ['pre', { extendedHours: true }, undefined, 'allow'],
    ['pre', { timeInForce: 'opg' }, undefined, 'allow'],
    ['pre', {}, { closed: 'queue' }, 'allow'],
    ['post', {}, undefined, 'SESSION_CLOSED'],
    ['post', { extendedHours: true }, undefined, 'allow'],
    ['post', { timeInForce: 'opg' }, undefined, 'SESSION_CLOSED'],
    ['post', {}, { closed: 'queue' }, 'allow'],
    ['closed', { extendedHours: true }, undefined, 'SESSION_CLOSED'],
    ['closed', { timeInForce: 'opg' }, undefined, 'allow'],
    ['closed', {}, { closed: 'queue' }, 'allow'],
    ['halted', { extendedHours: true, timeInForce: 'opg' }, { closed: 'queue' }, 'SESSION_HALTED'],
  ])('in phase %s, %j with %j: %s', (phase, terms, options, code) => { expect(desk(phase, options).code(terms)).toBe(code) })

  it('keeps away from the open and the close, to the second', () => {
    const after = (open: number) => desk('open', { afterOpen: 60 }, { open, left: 3600 })
    expect(after(59).ask()).toMatchObject({ code: 'SESSION_JUST_OPENED', limit: '60', observed: '59', retryAfter: 1000 })
    expect(after(60).code()).toBe('allow')
    const before = (left: number) => desk('open', { beforeClose: 60 }, { open: 3600, left })
    expect([before(60).code(), before(59).code()]).toEqual(['allow', 'SESSION_ENDING'])
    // Unasked, it keeps away from neither.
    expect([desk('open', undefined, { open: 0, left: 3600 }).code(), desk('open', undefined, { open: 3600, left: 0.5 }).code()]).toEqual(['allow', 'allow'])
    expect(desk('pre', { afterOpen: 60 }, { open: 1, left: 60 }).code({ extendedHours: true })).toBe('allow')
  })

  it('holds reducing orders, replaces and orders by money: a closed market fills none', () => {
    const it = desk('halted')
    it.sources.hold('AAPL', '10')
    expect([it.code({ side: 'sell' }), it.code({}, { kind: 'replace' }), it.code({ type: 'market', notional: '5' })]).toEqual(['SESSION_HALTED', 'SESSION_HALTED', 'SESSION_HALTED'])
  })

  it('misses a session that is not known or over', () => {
    const it = desk('open')
    it.sources.now += 3_600_000
    expect(it.code()).toBe('missing session:AAPL')
    it.sources.session = undefined
    expect(it.code()).toBe('missing session:AAPL')
  })

  it('refuses options it cannot read', () => {
    expect(() => sessionHours({ afterOpen: -1 })).toThrow('sessionHours: afterOpen')
    expect(() => sessionHours({ beforeClose: Number.NaN })).toThrow('sessionHours: beforeClose')
    expect(() => sessionHours({ closed: 'maybe' as 'queue' })).toThrow('must be one of reject, queue')
  })
})
