import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { instrumentList } from './instrument-list.ts'

describe('instrumentList', () => {
  it('allows what is listed and nothing else, whatever the case or the name', () => {
    const desk = guardDesk(instrumentList({ allowed: ['AAPL'], version: '7' }))
    expect(desk.code()).toBe('allow')
    expect(desk.ask({ symbol: 'MSFT' })).toMatchObject({ code: 'INSTRUMENT_NOT_ALLOWED', limit: '7', observed: 'MSFT' })
    for (const symbol of ['aapl', 'AAPL ', 'constructor', '__proto__']) expect(desk.code({ symbol })).toBe('INSTRUMENT_NOT_ALLOWED')
  })

  it('an empty list allows nothing', () => { expect(guardDesk(instrumentList({ allowed: [] })).code()).toBe('INSTRUMENT_NOT_ALLOWED') })

  it('the restricted list wins', () => {
    const desk = guardDesk(instrumentList({ allowed: ['AAPL', 'MSFT'], restricted: ['AAPL'] }))
    expect([desk.code(), desk.code({ symbol: 'MSFT' })]).toEqual(['INSTRUMENT_RESTRICTED', 'allow'])
    expect(guardDesk(instrumentList({ restricted: ['AAPL'] })).code({ symbol: 'MSFT' })).toBe('allow')
  })

  it('what is held may be closed, never turned; replaces and orders by money count too', () => {
    const desk = guardDesk(instrumentList({ restricted: ['AAPL'] }))
    desk.sources.hold('AAPL', '10')
    expect([desk.code({ side: 'sell', quantity: '10' }), desk.code({ side: 'sell', quantity: '11' }), desk.code({ type: 'market', notional: '1' }), desk.code({ quantity: '1' }, { kind: 'replace' })])
      .toEqual(['allow', 'INSTRUMENT_RESTRICTED', 'INSTRUMENT_RESTRICTED', 'INSTRUMENT_RESTRICTED'])
    desk.sources.reconciled = false
    expect(desk.code({ side: 'sell', quantity: '10' })).toBe('INSTRUMENT_RESTRICTED')
  })

  it('refuses to be nothing, and lists that are none', () => {
    expect(() => instrumentList({})).toThrow('allowed or restricted must be given')
    expect(() => instrumentList({ allowed: 'AAPL' as unknown as string[] })).toThrow('instrumentList: allowed must be a list of names')
    expect(() => instrumentList({ restricted: [''] })).toThrow('instrumentList: restricted')
  })
})
