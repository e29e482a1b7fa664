import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { selfMatch } from './self-match.ts'

const market = { type: 'market', limitPrice: undefined as unknown as string } as const

describe('selfMatch', () => {
  const resting = (terms = {}) => {
    const desk = guardDesk(selfMatch())
    desk.send('a', { side: 'sell', limitPrice: '100', ...terms })
    return desk
  }

  it('refuses what would trade with an own order, from its price on', () => {
    expect(resting().ask({ limitPrice: '100' })).toMatchObject({ verdict: 'reject', code: 'SELF_MATCH', limit: '100', observed: '100' })
    expect([resting().code({ limitPrice: '99.99' }), resting().code(market), resting().code({ side: 'sell', limitPrice: '100' }), resting().code({ symbol: 'MSFT', limitPrice: '100' })])
      .toEqual(['allow', 'SELF_MATCH', 'allow', 'allow'])
    const bid = resting({ side: 'buy' })
    expect([bid.code({ side: 'sell', limitPrice: '100' }), bid.code({ side: 'sell_short', limitPrice: '100' }), bid.code({ side: 'sell', limitPrice: '100.01' }), bid.code({ side: 'sell', ...market })])
      .toEqual(['SELF_MATCH', 'SELF_MATCH', 'allow', 'SELF_MATCH'])
  })

  it('takes resting orders without a limit for willing, and stops for waiting', () => {
    expect(resting(market).code({ limitPrice: '1' })).toBe('SELF_MATCH')
    // Until the broker answers, it may still take any price.
    for (const [side, other, asked] of [['sell', 'buy', '200'], ['buy', 'sell', '50']] as const) {
      const replacing = resting({ ...market, side })
      replacing.replace('a', { limitPrice: asked })
      expect(replacing.code({ side: other, limitPrice: '100' })).toBe('SELF_MATCH')
    }
    expect(resting({ ...market, notional: '500', quantity: undefined as unknown as string }).code({ limitPrice: '1' })).toBe('SELF_MATCH')
    expect(resting({ type: 'stop', stopPrice: '90', limitPrice: undefined as unknown as string }).code({ limitPrice: '100' })).toBe('allow')
    expect(resting({ type: 'stop_limit', stopPrice: '90' }).code({ limitPrice: '100' })).toBe('allow')
  })

  it('counts an unanswered replace at its worse price, the answer at its own', () => {
    const desk = resting()
    desk.replace('a', { limitPrice: '95' })
    expect([desk.code({ limitPrice: '95' }), desk.code({ limitPrice: '94.99' })]).toEqual(['SELF_MATCH', 'allow'])
    desk.tell({ type: 'order_replace_refused', data: { orderId: 'a', code: '', message: '' } })
    expect(desk.code({ limitPrice: '95' })).toBe('allow')
    desk.replace('a', { limitPrice: '105' })
    expect(desk.code({ limitPrice: '100' })).toBe('SELF_MATCH')
    desk.tell({ type: 'order_replaced', data: { orderId: 'a', clientOrderId: 'r', brokerOrderId: 'b', changes: { limitPrice: '105' } } })
    expect([desk.code({ limitPrice: '104' }), desk.code({ limitPrice: '105' })]).toEqual(['allow', 'SELF_MATCH'])
    const bid = resting({ side: 'buy' })
    bid.replace('a', { limitPrice: '110' })
    expect(bid.code({ side: 'sell', limitPrice: '110' })).toBe('SELF_MATCH')
  })

  it('does not match an order with itself, nor with one that has ended', () => {
    const desk = resting()
    expect(desk.code({ limitPrice: '100' }, { orderId: 'a', kind: 'replace' })).toBe('allow')
    desk.fill('a', '4')
    expect(desk.code()).toBe('SELF_MATCH')
    desk.fill('a', '6', '100', { last: true, side: 'sell' })
    expect(desk.code()).toBe('allow')
    for (const type of ['order_canceled', 'order_expired', 'order_rejected', 'order_denied'] as const) {
      const other = resting()
      other.tell({ type, data: { orderId: 'a', reason: 'broker', rejection: { code: '', message: '' }, denial: { code: '', message: '' } } } as never)
      expect(other.code()).toBe('allow')
    }
  })

  it('an order that is filled while a replace may enlarge it still rests', () => {
    const desk = resting()
    desk.replace('a', { quantity: '20' })
    desk.fill('a', '10', '100', { last: true, side: 'sell' })
    expect(desk.code()).toBe('SELF_MATCH')
  })

  it('holds reducing orders, and remembers over a restart', () => {
    const desk = resting({ side: 'buy' })
    desk.sources.hold('AAPL', '100')
    expect([desk.code({ side: 'sell' }), desk.restart().code({ side: 'sell' })]).toEqual(['SELF_MATCH', 'SELF_MATCH'])
  })
})
