import { expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { clockSanityGuard } from './clock-sanity.ts'

it('a clock that has jumped denies new risk, replaces and orders by money, and nothing that reduces', () => {
  const desk = guardDesk(clockSanityGuard)
  desk.sources.hold('AAPL', '10')
  expect(desk.code()).toBe('allow')
  desk.sources.clockJump = 1001
  expect(desk.ask()).toMatchObject({ verdict: 'reject', code: 'CLOCK_JUMPED', limit: '1000', observed: '1001' })
  expect([desk.code({}, { kind: 'replace' }), desk.code({ type: 'market', notional: '1' }), desk.code({ side: 'sell' }), desk.code({ side: 'sell', quantity: '11' })])
    .toEqual(['CLOCK_JUMPED', 'CLOCK_JUMPED', 'allow', 'CLOCK_JUMPED'])
  desk.sources.clockJump = 0
  expect(desk.code()).toBe('allow')
})
