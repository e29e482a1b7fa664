import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { environmentGuard } from './environment.ts'

describe('environment', () => {
  it('denies everything once the broker moves another kind of money', () => {
    const desk = guardDesk(environmentGuard)
    desk.sources.environment = 'paper'
    desk.sources.hold('AAPL', '10')
    expect(desk.ask()).toEqual({ verdict: 'allow', limit: 'paper', observed: 'paper' })
    desk.sources.capabilities = { ...desk.sources.capabilities, environment: 'live' }
    expect(desk.ask({ side: 'sell' })).toMatchObject({ verdict: 'reject', code: 'ENVIRONMENT_CHANGED', limit: 'paper', observed: 'live' })
    expect([desk.code({}, { kind: 'replace' }), desk.code({ type: 'market', notional: '1' })]).toEqual(['ENVIRONMENT_CHANGED', 'ENVIRONMENT_CHANGED'])
    desk.sources.environment = 'live'
    expect(desk.code()).toBe('allow')
  })

  it('misses what nobody wrote down', () => { expect(guardDesk(environmentGuard).code()).toBe('missing environment:main') })
})
