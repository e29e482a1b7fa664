import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { armingGuard } from './arming.ts'

describe('arming', () => {
  it('asks nothing of paper, and an armed human of real money', () => {
    const desk = guardDesk(armingGuard)
    desk.sources.armed = false
    expect(desk.code()).toBe('allow')
    desk.sources.capabilities = { ...desk.sources.capabilities, environment: 'live' }
    desk.sources.hold('AAPL', '10')
    expect(desk.ask()).toMatchObject({ verdict: 'reject', code: 'NOT_ARMED', limit: 'armed', observed: 'not armed' })
    expect([desk.code({ side: 'sell' }), desk.code({}, { kind: 'replace' }), desk.code({ type: 'market', notional: '1' }), desk.code({ side: 'sell' }, { purpose: 'flatten' })])
      .toEqual(['NOT_ARMED', 'NOT_ARMED', 'NOT_ARMED', 'allow'])
    desk.sources.armed = true
    expect(desk.ask()).toEqual({ verdict: 'allow', observed: 'armed' })
  })
})
