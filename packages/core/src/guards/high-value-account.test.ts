import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { makeCandidate } from '../../test/support/make-view.ts'
import { highValueApproval } from './high-value-approval.ts'

const approvals = { name: 'none', verify: () => ({ valid: false }) as const }

// An order of so many units counts so many times 101.
describe('a threshold for the whole account', () => {
  const desk = (accountAbove: string | undefined = '2020') => guardDesk(highValueApproval({ above: '1010', ...(accountAbove !== undefined && { accountAbove }), approvals }))
  /** Nine of each, unapproved. */
  const spread = (it: ReturnType<typeof desk>) => {
    it.send('a', { quantity: '9' }, { price: '101' })
    it.send('b', { quantity: '9', symbol: 'MSFT', side: 'sell' }, { price: '101' })
    return it
  }

  it('adds up all symbols and both sides, so that slicing over symbols does not dodge it', () => {
    const it = spread(desk())
    expect(it.ask({ quantity: '1.99', symbol: 'MSFT' })).toEqual({ verdict: 'allow', limit: '2020', observed: '2018.99', warning: 90 })
    expect(it.ask({ quantity: '2', symbol: 'MSFT' })).toEqual({
      verdict: 'challenge', code: 'APPROVAL_REQUIRED', limit: '2020', observed: '2020', own: '202', message: 'orders worth 2020 and more need a code; with what was sent unapproved this one makes 2020',
    })
    expect(it.ask({ quantity: '1' })).toMatchObject({ verdict: 'challenge', limit: '1010', observed: '1010' })
  })

  it('is not there unless it is asked for', () => {
    expect(guardDesk(highValueApproval({ above: '1010', approvals })).code({ quantity: '9.9' })).toBe('allow')
    const it = spread(guardDesk(highValueApproval({ above: '1010', approvals })))
    expect(it.code({ quantity: '9.9', symbol: 'MSFT' })).toBe('allow')
    // It may be asked for later: it was counted all along.
    const later = highValueApproval({ above: '1010', accountAbove: '2020', approvals })
    expect(later.check(makeCandidate({ quantity: '2', symbol: 'MSFT', limitPrice: '100' }), { view: it.sources.view().view, state: it.memory() as never, facts: undefined }).verdict).toBe('challenge')
  })

  it('does not count what was approved, counts what a replace raises, and forgets with the window', () => {
    const it = spread(desk())
    it.send('c', { quantity: '500', symbol: 'TSLA' }, { approved: true })
    expect(it.code({ quantity: '1.9', symbol: 'MSFT' })).toBe('allow')
    expect([it.code({ quantity: '9', symbol: 'MSFT', side: 'sell' }, { kind: 'replace', orderId: 'b' }), it.code({ quantity: '9.5', symbol: 'MSFT', side: 'sell' }, { kind: 'replace', orderId: 'b' })]).toEqual(['allow', 'allow'])
    expect(it.restart().code({ quantity: '2', symbol: 'MSFT' })).toBe('APPROVAL_REQUIRED')
    it.pass(915_001)
    expect(it.code({ quantity: '9', symbol: 'MSFT' })).toBe('allow')
  })

  it('warns of the threshold that is nearer, and shows how much of both is used', () => {
    const it = spread(desk('5050'))
    expect(it.ask({ quantity: '0.5' })).toMatchObject({ verdict: 'allow', limit: '1010', warning: 90 })
    const usage = (it: ReturnType<typeof desk>, guard: ReturnType<typeof highValueApproval>) => guard.usage?.({ brokers: ['main'], view: it.sources.view().view, state: it.memory() as never })
    const used = [{ limit: 'above', symbol: 'AAPL', side: 'buy', maximum: '1010', used: '909' }, { limit: 'above', symbol: 'MSFT', side: 'sell', maximum: '1010', used: '909' }]
    expect(usage(it, highValueApproval({ above: '1010', approvals }))).toEqual(used)
    expect(usage(it, highValueApproval({ above: '1010', accountAbove: '5050', approvals }))).toEqual(expect.arrayContaining([...used, { limit: 'accountAbove', maximum: '5050', used: '1818' }]))
  })

  it('is read like any other', () => {
    expect(() => desk('much')).toThrow('highValueApproval: accountAbove')
    expect(highValueApproval({ above: '1', accountAbove: '5', approvals }).options).toEqual({ above: '1', accountAbove: '5' })
  })
})
