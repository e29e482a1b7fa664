import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import type { EventDraft } from '../order/event.ts'
import { automatedExecution } from './automated-execution.ts'

describe('automatedExecution', () => {
  const desk = (executions = 3) => guardDesk(automatedExecution({ executions }))
  const trade = (it: ReturnType<typeof desk>, orderId: string, strategy = 'momentum') => {
    it.send(orderId, { strategy })
    it.fill(orderId, '10', '100', { last: true })
  }

  it('lets a strategy trade so many times, and stops it then', () => {
    const it = desk()
    trade(it, 'a')
    trade(it, 'b')
    expect(it.ask({ strategy: 'momentum' })).toMatchObject({ verdict: 'allow', limit: '3', observed: '3', warning: 90 })
    expect(it.trip()).toBeUndefined()
    trade(it, 'c')
    expect(it.ask({ strategy: 'momentum' })).toEqual({
      verdict: 'reject', code: 'AUTOMATED_EXECUTION_LIMIT', limit: '3', observed: '4', message: 'strategy momentum has traded 3 times since a human last looked, the limit is 3',
    })
    expect(it.trip()).toEqual({ scope: 'strategy:momentum', level: 'reduce_only', reason: 'strategy momentum has traded 3 times since a human last looked' })
    expect([it.code({ strategy: 'other' }), it.code()]).toEqual(['allow', 'allow'])
  })

  it('counts what may still trade, so that many at once do not get past it, and gives back what never traded', () => {
    const it = desk(2)
    it.send('a', { strategy: 'momentum' })
    it.send('b', { strategy: 'momentum' })
    expect(it.code({ strategy: 'momentum' })).toBe('AUTOMATED_EXECUTION_LIMIT')
    expect(it.trip()).toBeUndefined()
    it.cancel('a')
    expect(it.code({ strategy: 'momentum' })).toBe('allow')
    it.fill('b', '1')
    it.cancel('b')
    expect(it.ask({ strategy: 'momentum' }).observed).toBe('2')
  })

  it('gives back what was denied, refused or has expired without a trade, and forgets every order that ended', () => {
    const ends = ['order_denied', 'order_rejected', 'order_canceled', 'order_expired'] as const
    const it = desk(2)
    for (const type of ends) {
      it.send(type, { strategy: 'momentum' })
      expect(it.ask({ strategy: 'momentum' }).observed).toBe('2')
      it.tell({ type, data: { orderId: type, reason: 'requested', denial: { code: '', message: '' }, rejection: { code: '', message: '' } } } as EventDraft)
      expect([type, it.ask({ strategy: 'momentum' }).observed]).toEqual([type, '1'])
    }
    trade(it, 'done')
    const open = () => [...(it.memory() as { readonly open: ReadonlyMap<string, unknown> }).open.keys()]
    expect(open()).toEqual([])
    it.send('half')
    it.fill('half', '1')
    expect(open()).toEqual(['half'])
    // A trade of an order it never saw sent, such as one from elsewhere, is none of a strategy's.
    it.fill('unheard', '1')
    it.cancel('unheard')
    expect([it.ask({ strategy: 'momentum' }).observed, open()]).toEqual(['2', ['half']])
  })

  it('counts in a trip only what has traded, also beside what still may', () => {
    const it = desk(2)
    it.send('waiting', { strategy: 'momentum' })
    it.send('elsewhere', { strategy: 'other' })
    trade(it, 'a')
    expect(it.trip()).toBeUndefined()
    trade(it, 'b')
    expect(it.trip()).toEqual({ scope: 'strategy:momentum', level: 'reduce_only', reason: 'strategy momentum has traded 2 times since a human last looked' })
    expect(it.ask({ strategy: 'momentum' })).toMatchObject({ observed: '4', message: 'strategy momentum has traded 3 times since a human last looked, the limit is 2' })
  })

  it('an order judged again, or replaced, counts once; many fills of one order are one', () => {
    const it = desk(1)
    it.send('a', { strategy: 'momentum' })
    for (let count = 0; count < 5; count += 1) it.fill('a', '1')
    expect([it.code({ strategy: 'momentum' }, { orderId: 'a', kind: 'replace' }), it.code({ strategy: 'momentum' })]).toEqual(['allow', 'AUTOMATED_EXECUTION_LIMIT'])
    it.send('b', { strategy: 'momentum' })
    expect(it.ask({ strategy: 'momentum' }, { orderId: 'a', kind: 'replace' }).observed).toBe('2')
  })

  it('counts orders without a strategy together, and stops the account for them', () => {
    const it = desk(1)
    it.send('a')
    it.fill('a', '1')
    expect(it.code()).toBe('AUTOMATED_EXECUTION_LIMIT')
    expect(it.trip()).toMatchObject({ scope: 'account:main', reason: 'strategy (none) has traded 1 times since a human last looked' })
    expect(it.ask()).toMatchObject({ message: 'strategy (none) has traded 1 times since a human last looked, the limit is 1' })
  })

  it('begins anew when a human approves an order of it, or releases it', () => {
    const it = desk(1)
    trade(it, 'a')
    trade(it, 'x', 'other')
    it.send('b', { strategy: 'momentum' }, { approved: true })
    it.cancel('b')
    expect([it.code({ strategy: 'momentum' }), it.code({ strategy: 'other' })]).toEqual(['allow', 'AUTOMATED_EXECUTION_LIMIT'])
    it.release('strategy:momentum')
    expect(it.code({ strategy: 'other' })).toBe('AUTOMATED_EXECUTION_LIMIT')
    it.release('strategy:other')
    expect(it.code({ strategy: 'other' })).toBe('allow')
    for (const scope of ['global', 'account:main'] as const) {
      trade(it, scope, 'other')
      expect(it.code({ strategy: 'other' })).toBe('AUTOMATED_EXECUTION_LIMIT')
      it.release(scope)
      expect(it.code({ strategy: 'other' })).toBe('allow')
    }
    trade(it, 'z', 'other')
    it.release('account:else')
    it.release('symbol:AAPL')
    expect(automatedExecution({ executions: 1 }).released?.('symbol:AAPL', { account: 'main', state: { counts: new Map(), open: new Map() } })).toBeUndefined()
    it.tell({ type: 'guard_noted', data: { guard: 'someone-else', note: { released: '*' } } })
    expect(it.code({ strategy: 'other' })).toBe('AUTOMATED_EXECUTION_LIMIT')
  })

  it('lets pass what reduces, and remembers over a restart', () => {
    const it = desk(1)
    it.sources.hold('AAPL', '10')
    trade(it, 'a')
    it.release('strategy:momentum')
    trade(it, 'b')
    expect([it.restart().code({ strategy: 'momentum' }), it.code({ strategy: 'momentum', side: 'sell' })]).toEqual(['AUTOMATED_EXECUTION_LIMIT', 'allow'])
  })

  it.each([0, 2.5, Number.NaN])('refuses a limit of %s', (executions) => { expect(() => desk(executions)).toThrow('automatedExecution: executions') })
})
