import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventSource, makeIntent, NO_EVALUATION, START } from '../../test/support/make-event.ts'
import { makeCandidate, makeSources } from '../../test/support/make-view.ts'
import type { StoredEvent } from '../order/event.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { Decision } from './guard.ts'
import { messageRate, type MessageRateOptions } from './message-rate.ts'

interface Sender {
  now: number
  /** Asks, and sends when allowed. */
  send(): Decision
  ask(overrides?: Partial<OrderCandidate>): Decision
  apply(event: StoredEvent): void
  readonly events: StoredEvent[]
}

function sender(options: MessageRateOptions): Sender {
  const guard = messageRate(options)
  const source = eventSource()
  const sources = makeSources()
  let state = structuredClone(guard.initial)!
  const it: Sender = {
    now: START, events: [],
    ask: (overrides) => {
      sources.now = it.now
      return guard.check(makeCandidate({}, overrides), { view: sources.view().view, state, facts: undefined })
    },
    send: () => {
      const decision = it.ask()
      source.now = it.now
      if (decision.verdict === 'allow') it.apply(source.make('order_pending_new', { orderId: 'o', intent: makeIntent(), clientOrderId: 'k', submitBy: '', evaluation: NO_EVALUATION }))
      return decision
    },
    apply: (event) => {
      it.events.push(event)
      state = guard.apply!(state, event)
    },
  }
  return it
}

describe('messageRate', () => {
  it('lets its burst through at once, then one for each interval, and says when the next may pass', () => {
    const rate = sender({ perSecond: 4, burst: 3 })
    expect([rate.send(), rate.send(), rate.send()]).toEqual([{ verdict: 'allow', limit: '3', observed: '1' }, { verdict: 'allow', limit: '3', observed: '2' }, { verdict: 'allow', limit: '3', observed: '3', warning: 90 }])
    expect(rate.send()).toEqual({
      verdict: 'reject', code: 'MESSAGE_RATE_EXCEEDED', message: 'more than 3 orders at once or 4 a second; slow down', limit: '3', observed: '4', retryAfter: 250,
    })
    rate.now += 249
    expect(rate.send()).toMatchObject({ verdict: 'reject', retryAfter: 1 })
    rate.now += 1
    expect([rate.send().verdict, rate.send().verdict]).toEqual(['allow', 'reject'])
    rate.now += 10_000
    expect(Array.from({ length: 4 }, () => rate.send().verdict)).toEqual(['allow', 'allow', 'allow', 'reject'])
  })

  it.each([1, 3, 7, 9, 0.7, 33, 999, 1_000_000])('lets exactly its burst through at %s a second: no rounding takes one away', (perSecond) => {
    const burst = Math.min(50, Math.max(1, Math.floor(perSecond)))
    const rate = sender({ perSecond, burst })
    expect(Array.from({ length: burst + 1 }, () => rate.send().verdict)).toEqual([...Array.from({ length: burst }, () => 'allow'), 'reject'])
  })

  it('takes the burst from the rate when none is given, at least one', () => {
    for (const [perSecond, burst] of [[5, '5'], [2.9, '2'], [0.5, '1']] as const) expect(sender({ perSecond }).ask()).toMatchObject({ limit: burst })
  })

  it('passes at most burst + rate × w in any window of w, and refuses no one who keeps to the rate', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 }), fc.array(fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(400), weight: 1 }), { maxLength: 200, size: 'max' }), (perSecond, burst, waits) => {
      const rate = sender({ perSecond, burst })
      const passed: number[] = []
      for (const wait of waits) {
        rate.now += wait
        const decision = rate.send()
        if (decision.verdict === 'allow') passed.push(rate.now)
        else if (decision.verdict === 'reject') {
          // It is not refused for longer than it is told, and not for less.
          rate.now += decision.retryAfter! - 1
          expect(rate.ask().verdict).toBe('reject')
          rate.now += 1
          expect(rate.ask().verdict).toBe('allow')
        }
      }
      for (let first = 0; first < passed.length; first += 1) {
        for (let last = first; last < passed.length; last += 1) {
          expect(last - first + 1).toBeLessThanOrEqual(burst + (perSecond * (passed[last]! - passed[first]!)) / 1000 + 1e-6)
        }
      }
      const even = sender({ perSecond, burst: 1 })
      for (let count = 0; count < 20; count += 1) {
        expect(even.send().verdict).toBe('allow')
        even.now += Math.ceil(1000 / perSecond)
      }
    }), { numRuns: 60 })
  })

  it('remembers by folding events: the same history gives the same memory', () => {
    const rate = sender({ perSecond: 5, burst: 2 })
    for (const wait of [0, 0, 50, 150, 300, 0, 0]) {
      rate.now += wait
      rate.send()
    }
    const replayed = sender({ perSecond: 5, burst: 2 })
    for (const event of rate.events) replayed.apply(event)
    replayed.now = rate.now
    expect(replayed.ask()).toEqual(rate.ask())
  })

  it('counts orders and replaces, and nothing else', () => {
    const rate = sender({ perSecond: 1, burst: 1 })
    const source = eventSource(rate.now)
    rate.apply(source.make('order_pending_cancel', { orderId: 'o', clientOrderId: 'x', actor: 'ada' }))
    rate.apply(source.make('order_denied', { orderId: 'o', denial: { code: 'X', message: 'x' } }))
    expect(rate.ask().verdict).toBe('allow')
    rate.apply(source.make('order_pending_replace', { orderId: 'o', clientOrderId: 'r', revision: 1, changes: {}, reservation: { quantity: '1', price: '1' }, submitBy: '', actor: '', evaluation: NO_EVALUATION }))
    expect(rate.ask().verdict).toBe('reject')
  })

  it('asking consumes nothing', () => {
    const rate = sender({ perSecond: 1, burst: 1 })
    for (let count = 0; count < 10; count += 1) expect(rate.ask().verdict).toBe('allow')
  })

  it('is not locked for as long as a clock was set back, and does not begin with a new burst', () => {
    const rate = sender({ perSecond: 10, burst: 5 })
    while (rate.send().verdict === 'allow');
    rate.now -= 3_600_000
    expect(Array.from({ length: 3 }, () => rate.send().verdict)).toEqual(['allow', 'reject', 'reject'])
    rate.now += 100
    expect([rate.send().verdict, rate.send().verdict]).toEqual(['allow', 'reject'])
  })

  it('tells a clock that was set back from one that stands still by twice its burst', () => {
    const back = (milliseconds: number) => {
      const rate = sender({ perSecond: 10, burst: 5 })
      while (rate.send().verdict === 'allow');
      rate.now -= milliseconds
      return rate.ask().verdict
    }
    expect([back(1000), back(1001)]).toEqual(['reject', 'allow'])
  })

  it('says how far it is used, never more than its burst', () => {
    const guard = messageRate({ perSecond: 4, burst: 3 })
    const used = (ahead: number, after: number): unknown => {
      const sources = makeSources()
      sources.now = START + after
      return guard.usage?.({ brokers: ['main'], view: sources.view().view, state: { at: START, ahead: ahead * 1_000_000 } })
    }
    expect(used(0, 0)).toEqual([{ limit: 'burst', maximum: '3', used: '0' }])
    expect(used(500, 0)).toMatchObject([{ used: '2' }])
    expect(used(500, 1)).toMatchObject([{ used: '2' }])
    expect(used(500, 250)).toMatchObject([{ used: '1' }])
    expect(used(2000, 0)).toMatchObject([{ used: '3' }])
  })

  it('counts a message that has gone out in part as one', () => {
    const rate = sender({ perSecond: 4, burst: 3 })
    rate.send()
    rate.send()
    rate.now += 100
    expect(rate.ask()).toEqual({ verdict: 'allow', limit: '3', observed: '3', warning: 90 })
  })

  it('at the last look before the write a message is not held against itself', () => {
    const rate = sender({ perSecond: 4, burst: 3 })
    const last = (): Decision => rate.ask({ recheck: true })
    expect(last()).toMatchObject({ observed: '1' })
    for (const observed of ['1', '2', '3']) {
      rate.send()
      expect(last()).toEqual({ verdict: 'allow', limit: '3', observed, ...(observed === '3' && { warning: 90 }) })
    }
    expect(rate.ask().verdict).toBe('reject')
    rate.send()
    rate.apply(eventSource(rate.now).make('order_pending_new', { orderId: 'o', intent: makeIntent(), clientOrderId: 'k', submitBy: '', evaluation: NO_EVALUATION }))
    expect(last()).toMatchObject({ verdict: 'reject', retryAfter: 250 })
  })

  it('warns from 70 and 90 % of its burst on, until the flow is even again; of single messages never', () => {
    const rate = sender({ perSecond: 10, burst: 10 })
    const warnings = Array.from({ length: 10 }, () => rate.send()).map((decision) => (decision.verdict === 'allow' ? decision.warning ?? 0 : -1))
    expect(warnings).toEqual([0, 0, 0, 0, 0, 0, 70, 70, 90, 90])
    rate.now += 200
    expect(rate.ask()).toMatchObject({ observed: '9', warning: 90 })
    rate.now += 100
    expect(rate.ask()).toMatchObject({ observed: '8', warning: 70 })
    rate.now += 200
    expect(rate.ask()).toEqual({ verdict: 'allow', limit: '10', observed: '6' })
    const eleven = sender({ perSecond: 10, burst: 11 })
    expect(Array.from({ length: 9 }, () => eleven.send()).at(-1)).toMatchObject({ observed: '9', warning: 70 })
    expect([sender({ perSecond: 1, burst: 1 }).ask(), sender({ perSecond: 5, burst: 2 }).ask()].map((decision) => 'warning' in decision)).toEqual([false, false])
    const two = sender({ perSecond: 5, burst: 2 })
    two.send()
    expect(two.ask()).toMatchObject({ observed: '2', warning: 90 })
  })

  it('rounds the wait between two messages up', () => {
    const rate = sender({ perSecond: 999.9999, burst: 1 })
    rate.send()
    rate.now += 1
    expect(rate.ask()).toMatchObject({ verdict: 'reject', retryAfter: 1 })
    rate.now += 1
    expect(rate.ask().verdict).toBe('allow')
  })

  it('counts a clock that was set back a little as standing still', () => {
    const rate = sender({ perSecond: 10, burst: 5 })
    while (rate.send().verdict === 'allow');
    rate.now -= 50
    expect(rate.send()).toMatchObject({ verdict: 'reject' })
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate or burst of %s', (value) => {
    expect(() => messageRate({ perSecond: value })).toThrow('messageRate: perSecond must be a positive number')
    expect(() => messageRate({ perSecond: 1, burst: value })).toThrow('messageRate: burst must be a positive number')
  })
})
