import { describe, expect, it } from 'vitest'
import { guardDesk, type GuardDesk } from '../../test/support/guard-desk.ts'
import { makeCandidate } from '../../test/support/make-view.ts'
import { concentration } from './concentration.ts'
import { dailyLoss } from './daily-loss.ts'
import { drawdown } from './drawdown.ts'
import { evaluate } from './evaluate.ts'
import type { Guard } from './guard.ts'
import { grossExposure } from './gross-exposure.ts'

const guards: readonly (readonly [name: string, guard: unknown])[] = [
  ['gross exposure', grossExposure({ gross: '1000000' })], ['concentration', concentration({ leverage: '100' })], ['daily loss', dailyLoss({ loss: '1000000' })], ['drawdown', drawdown({ drawdown: '1000000' })],
]

/** An account in dollars that holds something that trades in other money, bought by hand, say. */
function mixed(guard: unknown, currency = 'KWD'): GuardDesk {
  const desk = guardDesk(guard)
  desk.sources.accountValues = { equity: '100000', cash: '0', buyingPower: '100000', currency: 'USD', time: '' }
  desk.sources.accountAskedAt = desk.sources.now
  desk.sources.currencies.set('TSLA', currency)
  desk.sources.quote('TSLA', '99', '101')
  desk.sources.roll({ main: { TSLA: '100', AAPL: '100' } })
  desk.sources.hold('TSLA', '1')
  desk.sources.hold('AAPL', '1')
  return desk
}

describe('an account that holds something in other money', () => {
  it.each(guards)('adds nothing up for %s, so that new risk is denied and closing is not', (_name, guard) => {
    const desk = mixed(guard)
    expect([desk.code({ quantity: '1' }), desk.code({ symbol: 'MSFT', quantity: '1' })]).toEqual(['missing rate:KWD/USD', 'missing rate:KWD/USD'])
    expect(() => desk.ask()).toThrow('TSLA trades in KWD, the account counts in USD, and nothing converts between them')
    const closing = makeCandidate({ symbol: 'TSLA', side: 'sell', quantity: '1', limitPrice: '100' })
    expect(evaluate(closing, [guard as Guard], [structuredClone((guard as Guard).initial)], [], desk.sources.view(), { killEpoch: 0, limits: 1 }).verdict).toBe('allow')
    expect(mixed(guard, 'USD').code({ quantity: '1' })).toBe('allow')
  })

  it.each(guards.filter(([name]) => name !== 'concentration'))('is not added up for %s either where the broker does not say what the account counts in', (_name, guard) => {
    const desk = mixed(guard)
    desk.sources.accountValues = undefined
    expect(desk.code({ quantity: '1' })).toMatch(/^missing rate:/)
    desk.sources.currencies.set('AAPL', 'KWD')
    expect(desk.code({ quantity: '1' })).toBe('allow')
  })
})
