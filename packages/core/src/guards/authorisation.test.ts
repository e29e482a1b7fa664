import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { authorisation } from './authorisation.ts'

describe('authorisation', () => {
  const desk = guardDesk(authorisation({ grants: [
    { actor: 'ada', accounts: ['main'], symbols: ['AAPL'] }, { actor: 'ada', symbols: ['TSLA'], strategies: ['momentum'] }, { actor: 'bot', strategies: ['momentum'] }, { actor: 'boss' },
  ] }))

  it.each([
    ['ada', {}, 'allow'], ['ada', { symbol: 'MSFT' }, 'ACTOR_NOT_AUTHORISED'], ['ada', { account: 'other' }, 'ACTOR_NOT_AUTHORISED'],
    ['ada', { symbol: 'TSLA' }, 'ACTOR_NOT_AUTHORISED'], ['ada', { symbol: 'TSLA', strategy: 'momentum' }, 'allow'],
    ['bot', {}, 'ACTOR_NOT_AUTHORISED'], ['bot', { strategy: 'momentum' }, 'allow'], ['bot', { strategy: 'other' }, 'ACTOR_NOT_AUTHORISED'],
    ['boss', { account: 'x', symbol: 'Y', strategy: 'z' }, 'allow'], ['eve', {}, 'ACTOR_NOT_AUTHORISED'], ['constructor', {}, 'ACTOR_NOT_AUTHORISED'], ['', {}, 'ACTOR_NOT_AUTHORISED'],
  ] as const)('%s placing %j is %s', (actor, terms, code) => { expect(desk.code(terms, { actor })).toBe(code) })

  it('names who was refused and for what, also for replaces, orders by money and what reduces', () => {
    const it = guardDesk(authorisation({ grants: [] }))
    it.sources.hold('AAPL', '10')
    expect(it.ask({ side: 'sell' }, { actor: 'eve' })).toMatchObject({ verdict: 'reject', observed: 'eve', limit: 'main - AAPL' })
    expect([it.code({}, { kind: 'replace' }), it.code({ type: 'market', notional: '1' })]).toEqual(['ACTOR_NOT_AUTHORISED', 'ACTOR_NOT_AUTHORISED'])
  })

  it('requires a strategy where it is told to', () => {
    const it = guardDesk(authorisation({ grants: [{ actor: 'local' }], requireStrategy: true }))
    expect([it.code(), it.code({ strategy: 'momentum' })]).toEqual(['STRATEGY_MISSING', 'allow'])
  })

  it('lets the kill switch close positions', () => { expect(desk.code({}, { actor: 'sluice', purpose: 'flatten' })).toBe('allow') })

  it('refuses grants it cannot read', () => {
    expect(() => authorisation({ grants: 'all' as unknown as [] })).toThrow('authorisation: grants must be a list')
    expect(() => authorisation({ grants: [{ actor: '' }] })).toThrow('grants.0.actor')
    expect(() => authorisation({ grants: [{ actor: 'a', symbols: [5 as unknown as string] }] })).toThrow('grants.0.symbols must be a list of names')
  })
})
