import { describe, expect, it } from 'vitest'
import { makeCandidate, makeSources, type Sources } from '../../test/support/make-view.ts'
import type { OrderTerms } from '../order/request.ts'
import { InputMissing } from '../risk/input-missing.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import { SluiceError } from '../runtime/errors.ts'
import { dailyLoss } from './daily-loss.ts'
import type { Decision, Guard } from './guard.ts'
import { maxPosition, type MaxPositionOptions } from './max-position.ts'
import { orderValue } from './order-value.ts'

function quoted(): Sources {
  const sources = makeSources()
  sources.quote('AAPL', '99', '101')
  return sources
}

const check = (guard: unknown, sources: Sources, terms: Partial<OrderTerms> = {}, overrides: Partial<OrderCandidate> = {}): Decision =>
  (guard as Guard).check(makeCandidate(terms, overrides), { view: sources.view().view, state: undefined, facts: undefined })

const assertRefused = (make: () => unknown, message: string): void => {
  expect(make).toThrow(SluiceError)
  expect(make).toThrow(message)
}

describe('maxPosition', () => {
  const limit = (options: Partial<MaxPositionOptions> = {}): unknown => maxPosition({ quantity: '100', ...options })

  it.each<[side: OrderTerms['side'], held: string, working: string, quantity: string, verdict: string, observed: string]>([
    ['buy', '0', '', '100', 'allow', '100'],
    ['buy', '0', '', '100.000000001', 'reject', '100.000000001'],
    ['buy', '60', '', '40', 'allow', '100'],
    ['buy', '60', '', '41', 'reject', '101'],
    ['buy', '60', 'buy 30', '10', 'allow', '100'],
    ['buy', '60', 'buy 30', '11', 'reject', '101'],
    ['buy', '60', 'sell 30', '41', 'reject', '101'],
    ['buy', '-50', '', '150', 'allow', '100'],
    ['buy', '-50', '', '151', 'reject', '101'],
    ['sell', '0', '', '100', 'allow', '100'],
    ['sell', '0', '', '101', 'reject', '101'],
    ['sell_short', '-60', '', '41', 'reject', '101'],
    ['sell_short', '-60', 'sell 40', '1', 'reject', '101'],
    ['sell', '100', 'buy 50', '200', 'allow', '100'],
    ['sell', '100', '', '201', 'reject', '101'],
    ['sell', '100', '', '50', 'allow', '0'],
    // over the limit already: what reduces passes, up to zero
    ['sell', '500', '', '500', 'allow', '0'],
    ['buy', '-500', '', '500', 'allow', '0'],
    ['buy', '-500', 'buy 300', '200', 'allow', '0'],
    ['buy', '-500', 'buy 700', '1', 'reject', '201'],
    ['buy', '500', '', '1', 'reject', '501'],
  ])('%s with %s held and %s working: %s is %s at %s', (side, held, working, quantity, verdict, observed) => {
    const sources = quoted()
    if (held !== '0') sources.hold('AAPL', held)
    const [on, amount] = working.split(' ')
    if (amount !== undefined) sources.work('a', { side: on as 'buy', quantity: amount })
    expect(check(limit(), sources, { side, quantity })).toMatchObject({ verdict, observed, limit: '100', ...(verdict === 'reject' && { code: 'POSITION_LIMIT_EXCEEDED' }) })
  })

  it('has a limit of its own for shorts, and zero forbids them without warning about sells of what is held', () => {
    const sources = quoted()
    sources.hold('AAPL', '10')
    const longOnly = limit({ shortQuantity: '0' })
    expect(check(longOnly, sources, { side: 'sell', quantity: '10' })).toEqual({ verdict: 'allow', limit: '0', observed: '0' })
    expect(check(longOnly, sources, { side: 'sell', quantity: '11' })).toMatchObject({ verdict: 'reject', limit: '0', observed: '1', message: 'the short position in AAPL could reach 1, the limit is 0' })
    expect(check(limit({ shortQuantity: '5' }), sources, { side: 'sell', quantity: '15' }).verdict).toBe('allow')
  })

  it('judges what reduces by broker: closing at one passes while the sum of all is over the limit', () => {
    const sources = quoted()
    sources.brokerNames = ['main', 'other']
    sources.hold('AAPL', '-500')
    sources.hold('AAPL', '700', '100', 'other')
    expect(check(limit({ shortQuantity: '50' }), sources, { quantity: '100' })).toEqual({ verdict: 'allow', limit: '100', observed: '200', warning: 90 })
    expect(check(limit({ shortQuantity: '50' }), sources, { quantity: '501' })).toMatchObject({ verdict: 'reject', observed: '701', message: 'the long position in AAPL could reach 701, the limit is 100' })
    sources.hold('AAPL', '1000')
    sources.hold('AAPL', '-1400', '100', 'other')
    expect(check(limit({ shortQuantity: '50' }), sources, { side: 'sell', quantity: '100' })).toEqual({ verdict: 'allow', limit: '100', observed: '200', warning: 90 })
  })

  it('has other limits for single symbols', () => {
    const sources = quoted()
    const special = limit({ shortQuantity: '0', symbols: { AAPL: { quantity: '5' }, MSFT: { quantity: '500', shortQuantity: '1' } } })
    expect(check(special, sources, { quantity: '6' })).toMatchObject({ verdict: 'reject', limit: '5' })
    expect(check(special, sources, { side: 'sell', quantity: '5' }).verdict).toBe('allow')
    expect(check(special, sources, { symbol: 'MSFT', side: 'sell', quantity: '2' }).verdict).toBe('reject')
    expect(check(special, sources, { symbol: 'TSLA', quantity: '100' }).verdict).toBe('allow')
    expect(check(special, sources, { symbol: 'constructor', quantity: '101' }).verdict).toBe('reject')
  })

  it('warns from 70 % and from 90 %', () => {
    expect(['69', '70', '90'].map((quantity) => (check(limit(), quoted(), { quantity }) as { warning?: number }).warning)).toEqual([undefined, 70, 90])
  })

  it('does not count a replaced order twice', () => {
    const sources = quoted()
    sources.work('a', { quantity: '80' })
    expect(check(limit(), sources, { quantity: '100' }, { kind: 'replace', orderId: 'a' }).verdict).toBe('allow')
    expect(check(limit(), sources, { quantity: '100' }).verdict).toBe('reject')
  })

  it('refuses options that are no decimals, naming them', () => {
    assertRefused(() => limit({ quantity: '1e3' }), 'maxPosition: quantity must be a decimal string such as "100" or "2500.50"')
    assertRefused(() => limit({ quantity: 100 as unknown as string }), 'maxPosition: quantity')
    assertRefused(() => limit({ shortQuantity: '-1' }), 'maxPosition: shortQuantity')
    assertRefused(() => limit({ symbols: { AAPL: { quantity: '' } } }), 'maxPosition: symbols.AAPL.quantity')
  })
})

describe('orderValue', () => {
  it.each([['49', 'allow', '4949'], ['50', 'reject', '5050'], ['49.504950495', 'allow', '4999.999999995'], ['49.504950496', 'reject', '5000.000000096']] as const)('%s at 101 is %s at %s', (quantity, verdict, observed) => {
    expect(check(orderValue({ reject: '5000' }), quoted(), { quantity, limitPrice: '101' })).toMatchObject({ verdict, observed, limit: '5000' })
  })

  it('allows exactly its limit and warns near it', () => {
    expect(check(orderValue({ reject: '5050' }), quoted(), { quantity: '50', limitPrice: '101' })).toEqual({ verdict: 'allow', limit: '5050', observed: '5050', warning: 90 })
  })

  it('needs a price, and reads a decimal', () => {
    expect(() => check(orderValue({ reject: '5000' }), makeSources())).toThrow(InputMissing)
    assertRefused(() => orderValue({ reject: 'much' }), 'orderValue: reject')
  })
})

describe('dailyLoss', () => {
  const guard = dailyLoss({ loss: '500' })

  /** An account that has lost as much as this in its session. */
  function losing(loss: number): Sources {
    const sources = quoted()
    sources.roll()
    sources.hold('AAPL', '100', String(99 + loss / 100))
    return sources
  }

  it.each([[0, 'allow', undefined], [349.99, 'allow', undefined], [350, 'allow', 70], [450, 'allow', 90], [499.99, 'allow', 90], [500, 'reject', undefined], [501, 'reject', undefined]] as const)(
    'at a loss of %s an order that adds risk is answered %s', (loss, verdict, warning) => {
      expect(check(guard, losing(loss))).toMatchObject({ verdict, limit: '500', observed: String(loss), ...(warning !== undefined && { warning }), ...(verdict === 'reject' && { code: 'DAILY_LOSS_EXCEEDED' }) })
    })

  it('counts a profit as no loss', () => { expect(check(guard, losing(-100))).toEqual({ verdict: 'allow', limit: '500', observed: '0' }) })

  it('lets reducing orders pass, never through zero', () => {
    expect([check(guard, losing(600), { side: 'sell', quantity: '100' }).verdict, check(guard, losing(600), { side: 'sell', quantity: '101' }).verdict]).toEqual(['allow', 'reject'])
  })

  it('trips the account to reduce_only from the limit on', () => {
    const trip = (sources: Sources): unknown => guard.trip?.({ view: sources.view().view, state: undefined })
    expect(trip(losing(499.99))).toBeUndefined()
    expect(trip(losing(500))).toEqual({ scope: 'account:main', level: 'reduce_only', reason: 'the session has lost 500, the limit is 500' })
  })

  it('needs a session and a price of all that is held', () => {
    expect(() => check(guard, quoted())).toThrow('the trading session of the account has not begun')
    const sources = losing(0)
    sources.monotonic = 5001
    expect(() => check(guard, sources)).toThrow(InputMissing)
  })

  it('refuses a roll that is no time and a zone that is none', () => {
    assertRefused(() => dailyLoss({ loss: '500', roll: '25:00' }), 'dailyLoss: roll and zone are not valid: roll must be HH:MM')
    assertRefused(() => dailyLoss({ loss: '500', zone: 'Mars' }), 'dailyLoss: roll and zone are not valid')
    assertRefused(() => dailyLoss({ loss: '-500' }), 'dailyLoss: loss')
    expect(dailyLoss({ loss: '500', roll: '18:00', zone: 'America/New_York' }).sessionRoll).toEqual({ roll: '18:00', zone: 'America/New_York' })
  })
})
