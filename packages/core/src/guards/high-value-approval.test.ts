import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventSource, makeExecution, makeIntent, NO_EVALUATION, START } from '../../test/support/make-event.ts'
import { makeCandidate, makeSources } from '../../test/support/make-view.ts'
import { formatDecimal, ONE } from '../order/decimal.ts'
import type { EventDraft } from '../order/event.ts'
import type { OrderTerms, Side } from '../order/request.ts'
import type { Decision } from './guard.ts'
import { highValueApproval, type HighValueApprovalOptions } from './high-value-approval.ts'

const approvals = { name: 'none', verify: () => ({ valid: false }) as const }
const approval = { challengeId: 'c', digest: 'd', actor: 'ada', method: 'totp' }

interface Desk {
  now: number
  /** Asks about an order of so many units at 100. */
  ask(quantity: string, terms?: Partial<OrderTerms>): Decision
  /** Sends it, whatever the guard says. */
  send(orderId: string, quantity: string, terms?: Partial<OrderTerms>, approved?: boolean): void
  askReplace(orderId: string, leaves: string, terms?: Partial<OrderTerms>): Decision
  replace(orderId: string, quantity: string, price?: string): void
  tell(draft: EventDraft): void
}

/** A desk where everything costs 100 to buy and brings 100 when sold. */
function desk(options: Partial<HighValueApprovalOptions> = {}): Desk {
  const guard = highValueApproval({ above: '1000', approvals, ...options })
  const source = eventSource()
  const sources = makeSources()
  let state = structuredClone(guard.initial)!
  const ask = (terms: Partial<OrderTerms>, overrides = {}): Decision => {
    sources.now = it.now
    for (const symbol of ['AAPL', 'MSFT']) sources.quote(symbol, '100', '100')
    return guard.check(makeCandidate({ limitPrice: '100', ...terms }, overrides), { view: sources.view().view, state, facts: undefined })
  }
  const it: Desk = {
    now: START,
    ask: (quantity, terms) => ask({ quantity, ...terms }),
    askReplace: (orderId, leaves, terms) => ask({ quantity: leaves, ...terms }, { kind: 'replace', orderId }),
    tell: (draft) => {
      source.now = it.now
      state = guard.apply!(state, source.of(draft))
    },
    send: (orderId, quantity, terms, approved = false) => {
      const intent = makeIntent({ quantity, limitPrice: '100', ...terms }, { quantity, price: terms?.limitPrice ?? '100' })
      it.tell({ type: 'order_pending_new', data: { orderId, intent, clientOrderId: orderId, submitBy: '', evaluation: NO_EVALUATION, ...(approved && { approval }) } })
    },
    replace: (orderId, quantity, price = '100') => {
      it.tell({ type: 'order_pending_replace', data: { orderId, clientOrderId: 'r', revision: 1, changes: { quantity }, reservation: { quantity, price }, submitBy: '', actor: '', evaluation: NO_EVALUATION } })
    },
  }
  return it
}

const canceled = (orderId: string): EventDraft => ({ type: 'order_canceled', data: { orderId, reason: 'requested' } })
const replaced = (orderId: string, quantity: string): EventDraft => ({ type: 'order_replaced', data: { orderId, clientOrderId: 'r', brokerOrderId: 'b', changes: { quantity } } })
const refused = (orderId: string): EventDraft => ({ type: 'order_replace_refused', data: { orderId, code: 'NO', message: 'no' } })
const filled = (orderId: string, lastQuantity: string, type: 'order_filled' | 'order_partially_filled' = 'order_partially_filled'): EventDraft =>
  ({ type, data: { orderId, execution: makeExecution({ lastQuantity }), filledQuantity: lastQuantity, averagePrice: '100' } })

describe('the threshold', () => {
  it('is reached, not passed', () => {
    expect(desk().ask('9.999999999')).toEqual({ verdict: 'allow', limit: '1000', observed: '999.9999999', warning: 90 })
    expect(desk().ask('10')).toEqual({
      verdict: 'challenge', code: 'APPROVAL_REQUIRED', limit: '1000', observed: '1000', own: '1000',
      message: 'orders worth 1000 and more need a code; with what was sent unapproved this one makes 1000',
    })
  })

  it('of zero asks for every order', () => { expect(desk({ above: '0' }).ask('0.000000001').verdict).toBe('challenge') })

  it('shows its options without its provider', () => {
    expect(highValueApproval({ above: '1000', window: 60, approvals })).toMatchObject({ options: { above: '1000', window: 60 }, approvals })
    expect(highValueApproval({ above: '1000', approvals }).options).not.toHaveProperty('approvals')
  })

  it('refuses options that make no sense', () => {
    expect(() => desk({ above: '-1' })).toThrow('highValueApproval: above must be a decimal string')
    expect(() => desk({ window: 0 })).toThrow('highValueApproval: window must be a positive number')
  })
})

describe('what was sent without approval', () => {
  it('counts on the same symbol and side', () => {
    const { ask, send } = desk()
    send('a', '6')
    expect([ask('3.99').verdict, ask('4').verdict]).toEqual(['allow', 'challenge'])
    expect([ask('9', { symbol: 'MSFT' }).verdict, ask('9', { side: 'sell' }).verdict]).toEqual(['allow', 'allow'])
  })

  it('counts short sales with sells', () => {
    const { ask, send } = desk()
    send('a', '6', { side: 'sell_short' })
    expect([ask('4', { side: 'sell' }).verdict, ask('4', { side: 'buy' }).verdict]).toEqual(['challenge', 'allow'])
  })

  it.each([['canceled', canceled('a')], ['filled', filled('a', '6', 'order_filled')], ['denied as not sent', { type: 'order_denied', data: { orderId: 'a', denial: { code: 'NOT_SENT', message: '' } } }]] as const)('stays counted when it is %s', (_what, end) => {
    const { ask, send, tell } = desk()
    send('a', '6')
    tell(end)
    expect(ask('4')).toMatchObject({ verdict: 'challenge', observed: '1000' })
  })

  it('does not count what was approved', () => {
    const { ask, send } = desk()
    send('a', '50', {}, true)
    expect(ask('9').verdict).toBe('allow')
  })

  it('is forgotten after the window, never before', () => {
    const counting = desk({ window: 900 })
    counting.send('a', '6')
    counting.now += 900_000 - 1
    expect(counting.ask('4').verdict).toBe('challenge')
    // Ages are kept in sixtieths of the window.
    counting.now += 15_001
    expect(counting.ask('4').verdict).toBe('allow')
  })

  it('counts for its own whole window, also where it is kept together with what was sent a little before', () => {
    const counting = desk({ window: 900 })
    counting.send('a', '1')
    counting.now += 14_999
    counting.send('b', '5')
    counting.now += 899_999
    expect(counting.ask('5').verdict).toBe('challenge')
  })

  it('counts once when the same order is judged again before its write', () => {
    const { ask, askReplace, send } = desk()
    send('a', '6')
    expect(askReplace('a', '6')).toMatchObject({ verdict: 'allow', observed: '600' })
    expect(ask('6')).toMatchObject({ verdict: 'challenge', observed: '1200' })
  })

  it('stamped by a clock that was set back since counts as of now', () => {
    const counting = desk({ window: 900 })
    counting.now += 86_400_000
    counting.send('a', '6')
    counting.now -= 86_400_000
    expect(counting.ask('4').verdict).toBe('challenge')
    counting.send('b', '0.5')
    counting.now += 916_000
    expect(counting.ask('4').verdict).toBe('allow')
  })

  it('by money is that money', () => {
    const { ask, send } = desk()
    send('a', '12', { type: 'market', notional: '600', quantity: undefined as never, limitPrice: undefined as never })
    expect([ask('3.99').verdict, ask('4').verdict]).toEqual(['allow', 'challenge'])
  })
})

describe('a replace', () => {
  it('adds what it raises', () => {
    const { ask, askReplace, send, replace, tell } = desk()
    send('a', '4')
    expect(askReplace('a', '9.99')).toMatchObject({ verdict: 'allow', observed: '999' })
    expect(askReplace('a', '10').verdict).toBe('challenge')
    replace('a', '7')
    tell(replaced('a', '7'))
    // Seven are counted now, for this order and for every other one.
    expect([askReplace('a', '9.99').verdict, askReplace('a', '10').verdict]).toEqual(['allow', 'challenge'])
    expect([ask('2.99').verdict, ask('3').verdict]).toEqual(['allow', 'challenge'])
  })

  it('that lowers gives nothing back', () => {
    const { ask, send, replace, tell } = desk()
    send('a', '6')
    replace('a', '1')
    tell(replaced('a', '1'))
    expect(ask('4').verdict).toBe('challenge')
    replace('a', '6')
    // What was raised again counts again.
    expect(ask('0')).toMatchObject({ verdict: 'challenge', observed: '1100' })
  })

  it('that was refused stays counted and leaves the order as it was', () => {
    const { askReplace, send, replace, tell } = desk()
    send('a', '2')
    replace('a', '4')
    tell(refused('a'))
    expect(askReplace('a', '2')).toMatchObject({ observed: '400' })
    expect(askReplace('a', '4')).toMatchObject({ observed: '600' })
  })

  it('counts only what may still trade, at the new price', () => {
    const { askReplace, send, tell } = desk()
    send('a', '8')
    tell(filled('a', '6'))
    expect(askReplace('a', '2', { limitPrice: '150' })).toMatchObject({ observed: '900' })
    expect(askReplace('a', '2', { limitPrice: '200' })).toMatchObject({ verdict: 'challenge', observed: '1000' })
  })

  it('of an approved order needs an approval once what it adds reaches the threshold', () => {
    const { askReplace, send } = desk()
    send('a', '50', {}, true)
    expect(askReplace('a', '50')).toMatchObject({ verdict: 'allow', observed: '0' })
    expect(askReplace('a', '60')).toMatchObject({ verdict: 'challenge', observed: '1000' })
  })

  it('counts from what the pipeline knows when the guard does not know the order', () => {
    const guard = highValueApproval({ above: '1000', approvals })
    const sources = makeSources()
    sources.quote('AAPL', '100', '100')
    const order = makeCandidate({ quantity: '12', limitPrice: '100' }, { kind: 'replace', countedValue: 500n * ONE })
    expect(guard.check(order, { view: sources.view().view, state: guard.initial!, facts: undefined })).toMatchObject({ verdict: 'allow', observed: '700' })
  })
})

describe('slicing', () => {
  interface Slice { readonly id: string; readonly lane: string; quantity: number; price: number; filled: number; asked: { quantity: number; price: number } | undefined; open: boolean }

  it('cannot dodge the threshold: what goes unapproved stays under it in any window, whatever is cancelled, replaced or filled', () => {
    const actions = fc.array(fc.tuple(fc.nat(9), fc.nat(0xffff), fc.oneof(fc.nat(2000), fc.nat(400_000))), { minLength: 20, maxLength: 150, size: 'max' })
    fc.assert(fc.property(actions, (steps) => {
      const counting = desk({ window: 900 })
      const slices: Slice[] = []
      const sent: { time: number; lane: string; value: number }[] = []
      const record = (lane: string, value: number): void => {
        sent.push({ time: counting.now, lane, value })
        const window = sent.filter((entry) => entry.lane === lane && entry.time > counting.now - 900_000).reduce((sum, entry) => sum + entry.value, 0)
        expect(window).toBeLessThan(1000)
      }
      for (const [action, pick, wait] of steps) {
        counting.now += wait
        const slice = slices[pick % Math.max(1, slices.length)]
        const quantity = 1 + (pick % 5)
        if (action < 4 || slice === undefined || !slice.open) {
          const side: Side = action % 2 === 0 ? 'buy' : 'sell'
          const price = 100 + (pick % 3)
          const terms = { side, limitPrice: String(price) }
          const approved = counting.ask(String(quantity), terms).verdict === 'challenge'
          const id = `o${slices.length}`
          counting.send(id, String(quantity), terms, approved)
          slices.push({ id, lane: side, quantity, price, filled: 0, asked: undefined, open: true })
          if (!approved) record(side, quantity * price)
        } else if (action < 7 && slice.asked === undefined) {
          const total = slice.filled + quantity
          const price = slice.price + (pick % 7) - 3
          const leaves = Math.max(slice.quantity, total) - slice.filled
          const decision = counting.askReplace(slice.id, String(leaves), { side: slice.lane as Side, limitPrice: String(Math.max(100, price)) })
          if (decision.verdict !== 'allow') continue
          slice.asked = { quantity: total, price: Math.max(100, price) }
          counting.replace(slice.id, String(total), String(slice.asked.price))
          record(slice.lane, Math.max(0, leaves * slice.asked.price - (slice.quantity - slice.filled) * slice.price))
        } else if (slice.asked !== undefined) {
          if (pick % 2 === 0) counting.tell(refused(slice.id))
          else {
            counting.tell(replaced(slice.id, String(slice.asked.quantity)))
            Object.assign(slice, slice.asked)
          }
          slice.asked = undefined
        } else if (action === 7 && slice.quantity - slice.filled > 1) {
          slice.filled += 1
          counting.tell(filled(slice.id, '1'))
        } else {
          counting.tell(canceled(slice.id))
          slice.open = false
        }
      }
    }), { numRuns: 200 })
  })

  it('in ten thousand equal parts stops at the threshold', () => {
    const { ask, send } = desk()
    let passed = 0n
    for (let count = 0; count < 10_000; count += 1) {
      const part = formatDecimal(ONE / 100n)
      if (ask(part).verdict !== 'allow') break
      send(`o${count}`, part)
      passed += 1n
    }
    expect(passed).toBe(999n)
  })
})
