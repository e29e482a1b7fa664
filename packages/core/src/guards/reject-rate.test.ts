import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import type { EventDraft } from '../order/event.ts'
import { rejectRate } from './reject-rate.ts'

const refused: EventDraft = { type: 'order_rejected', data: { orderId: 'o', rejection: { code: '', message: '' } } }
const accepted: EventDraft = { type: 'order_accepted', data: { orderId: 'o', clientOrderId: 'k', brokerOrderId: 'b' } }
const denied = (code: string): EventDraft => ({ type: 'order_denied', data: { orderId: 'o', denial: { code, message: '' } } })

describe('rejectRate', () => {
  const desk = (options = {}) => guardDesk(rejectRate({ consecutive: 3, ...options }))
  const tell = (it: ReturnType<typeof desk>, ...drafts: EventDraft[]) => { for (const draft of drafts) it.tell(draft) }

  it('breaks at so many refusals in a row, and not before', () => {
    const it = desk()
    tell(it, refused, refused, accepted, refused, refused)
    expect(it.ask()).toMatchObject({ verdict: 'allow', limit: '3', observed: '2' })
    expect(it.trip()).toBeUndefined()
    tell(it, refused)
    expect(it.ask()).toMatchObject({ verdict: 'reject', code: 'REJECT_RATE_EXCEEDED', limit: '3', observed: '3' })
    expect(it.trip()).toEqual({ scope: 'account:main', level: 'reduce_only', reason: '3 orders in a row were refused' })
  })

  it('counts guards that fail and refused replaces, and no other denial', () => {
    const it = desk()
    tell(it, denied('GUARD_ERROR'), { type: 'order_replace_refused', data: { orderId: 'o', code: '', message: '' } }, denied('POSITION_LIMIT_EXCEEDED'))
    expect(it.code()).toBe('allow')
    tell(it, denied('GUARD_ERROR'))
    expect(it.code()).toBe('REJECT_RATE_EXCEEDED')
    const other = desk()
    tell(other, refused, refused, { type: 'order_replaced', data: { orderId: 'o', clientOrderId: 'k', brokerOrderId: 'b', changes: {} } }, refused)
    expect(other.code()).toBe('allow')
  })

  it('breaks at a share of the window, once there are enough answers', () => {
    const it = desk({ consecutive: 100, percent: 50, minimum: 4, window: 10 })
    tell(it, refused, accepted, refused)
    expect(it.code()).toBe('allow')
    tell(it, accepted)
    expect(it.ask()).toMatchObject({ code: 'REJECT_RATE_EXCEEDED', message: '50 % of the last orders were refused; only reducing orders pass until a human has looked' })
    it.pass(9999)
    expect(it.code()).toBe('REJECT_RATE_EXCEEDED')
    it.pass(1)
    expect(it.code()).toBe('allow')
    tell(it, accepted, accepted, accepted, refused)
    expect(it.code()).toBe('allow')
  })

  it('without other words looks at ten answers in a minute', () => {
    const it = desk({ consecutive: 100, percent: 100 })
    tell(it, ...Array.from({ length: 9 }, () => refused))
    expect(it.code()).toBe('allow')
    tell(it, refused)
    it.pass(59_999)
    expect(it.code()).toBe('REJECT_RATE_EXCEEDED')
    it.pass(1)
    expect(it.code()).toBe('allow')
    const few = desk({ consecutive: 100, percent: 1, minimum: 4 })
    tell(few, refused)
    expect(few.code()).toBe('allow')
  })

  it('remembers the answers of the window, and never more than a thousand', () => {
    const it = desk({ consecutive: 100_000, percent: 50, window: 10 })
    const kept = () => (it.memory() as { readonly answers: readonly { readonly at: number }[] }).answers.map(({ at }) => at - it.sources.now)
    tell(it, accepted)
    it.pass(5000)
    tell(it, accepted)
    it.pass(4999)
    tell(it, accepted)
    expect(kept()).toEqual([-9999, -4999, 0])
    it.pass(1)
    tell(it, accepted)
    expect(kept()).toEqual([-5000, -1, 0])
    it.pass(60_000)
    tell(it, accepted)
    expect(kept()).toEqual([0])
    tell(it, ...Array.from({ length: 999 }, () => accepted))
    expect(kept().length).toBe(1000)
    tell(it, refused)
    expect(kept().length).toBe(1000)
  })

  it('begins anew when a human releases the account', () => {
    for (const scope of ['global', 'account:main'] as const) {
      const it = desk()
      tell(it, refused, refused, refused)
      it.release('symbol:AAPL')
      it.release('account:other')
      it.tell({ type: 'guard_noted', data: { guard: 'other', note: {} } })
      expect(it.code()).toBe('REJECT_RATE_EXCEEDED')
      it.release(scope)
      expect(it.ask()).toEqual({ verdict: 'allow', limit: '3', observed: '0' })
      expect(rejectRate({ consecutive: 3 }).released?.(scope, { account: 'main', state: { consecutive: 3, answers: [] } })).toEqual({ released: true })
    }
  })

  it('lets pass what reduces, holds replaces and orders by money, and remembers over a restart', () => {
    const it = desk()
    it.sources.hold('AAPL', '10')
    tell(it, refused, refused, refused)
    expect([it.code({ side: 'sell' }), it.code({}, { kind: 'replace' }), it.code({ type: 'market', notional: '1' }), it.restart().code()])
      .toEqual(['allow', 'REJECT_RATE_EXCEEDED', 'REJECT_RATE_EXCEEDED', 'REJECT_RATE_EXCEEDED'])
  })

  it('refuses options it cannot read', () => {
    expect(() => desk({ consecutive: 0 })).toThrow('rejectRate: consecutive')
    for (const percent of [0, 101, Number.NaN]) expect(() => desk({ percent })).toThrow('rejectRate: percent')
    expect(() => desk({ window: -1 })).toThrow('rejectRate: window')
    expect(() => desk({ minimum: 0.5 })).toThrow('rejectRate: minimum')
  })
})
