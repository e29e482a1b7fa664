import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import type { EventDraft } from '../order/event.ts'
import { reconciledGuard } from './reconciled.ts'

const unknown = (orderId: string): EventDraft => ({ type: 'order_unknown', data: { orderId, command: 'new', reason: '' } })

describe('an outcome that stays unknown', () => {
  it('stops new risk after a minute, and nothing that reduces', () => {
    const desk = guardDesk(reconciledGuard)
    desk.sources.hold('AAPL', '10')
    desk.tell(unknown('a'))
    desk.pass(60_000)
    expect(desk.code()).toBe('allow')
    desk.pass(1)
    expect(desk.ask()).toMatchObject({ verdict: 'reject', code: 'OUTCOME_UNKNOWN', limit: '60', observed: '60', message: 'order a has been of unknown outcome for 60 s; resolve it' })
    expect([desk.code({ side: 'sell' }), desk.code({}, { kind: 'replace' }), desk.code({ type: 'market', notional: '1' }), desk.restart().code()])
      .toEqual(['allow', 'OUTCOME_UNKNOWN', 'OUTCOME_UNKNOWN', 'OUTCOME_UNKNOWN'])
  })

  it('counts from when it became unknown, not from when it was said again', () => {
    const desk = guardDesk(reconciledGuard)
    desk.tell(unknown('a'))
    desk.pass(40_000)
    desk.tell(unknown('a'))
    desk.pass(20_001)
    expect(desk.code()).toBe('OUTCOME_UNKNOWN')
  })

  it.each<EventDraft['type']>(['order_accepted', 'order_rejected', 'order_canceled', 'order_expired', 'order_denied', 'order_replaced', 'order_replace_refused', 'order_cancel_refused', 'order_suspended'])(
    'ends with %s, of that order alone', (type) => {
      const desk = guardDesk(reconciledGuard)
      desk.tell(unknown('a'))
      desk.tell(unknown('b'))
      desk.pass(60_001)
      const answer = (orderId: string): void => { desk.tell({ type, data: { orderId, changes: {} } } as never) }
      answer('a')
      expect(desk.code()).toBe('OUTCOME_UNKNOWN')
      answer('b')
      expect(desk.code()).toBe('allow')
    })

  it('ends with a fill', () => {
    for (const last of [false, true]) {
      const desk = guardDesk(reconciledGuard)
      desk.tell(unknown('a'))
      desk.pass(60_001)
      desk.fill('a', '1', '100', { last })
      expect(desk.code()).toBe('allow')
    }
  })
})
