import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventSource } from '../../test/support/make-event.ts'
import type { EventOf, KillLevel, KillScope } from '../order/event.ts'
import { applyKillEvent, atLeast, isKillScope, KILL_LEVELS, killEntryFor, type KillState, RELEASED, strongest, sweepsExternal } from './kill-state.ts'

const source = eventSource()
let epoch = 0
const change = (action: 'engage' | 'release', scope: KillScope, level: KillLevel = 'no_new', reason = 'r'): EventOf<'kill_switch_changed'> => {
  epoch += 1
  return source.make('kill_switch_changed', { action, scope, level, epoch, reason, actor: 'ada' })
}
const after = (...events: readonly EventOf<'kill_switch_changed'>[]): KillState => events.reduce(applyKillEvent, RELEASED)
const levels = (state: KillState): Record<string, KillLevel> => Object.fromEntries(state.engaged.map(({ scope, level }) => [scope, level]))
const order = { broker: 'main', account: 'a1', strategy: 's1', symbol: 'AAPL' }

describe('the fold', () => {
  it('engages and releases scope by scope', () => {
    expect(levels(after(change('engage', 'global'), change('engage', 'symbol:AAPL', 'flatten')))).toEqual({ 'global': 'no_new', 'symbol:AAPL': 'flatten' })
    expect(levels(after(change('engage', 'global'), change('engage', 'symbol:AAPL'), change('release', 'global')))).toEqual({ 'symbol:AAPL': 'no_new' })
    expect(levels(after(change('release', 'global')))).toEqual({})
  })

  it('raises the level of a scope and never lowers it but by a release', () => {
    expect(levels(after(change('engage', 'global', 'no_new'), change('engage', 'global', 'cancel_all')))).toEqual({ global: 'cancel_all' })
    expect(levels(after(change('engage', 'global', 'cancel_all', 'first'), change('engage', 'global', 'reduce_only', 'second')))).toEqual({ global: 'cancel_all' })
    expect(after(change('engage', 'global', 'cancel_all', 'first'), change('engage', 'global', 'reduce_only', 'second')).engaged[0]).toMatchObject({ reason: 'first' })
    expect(levels(after(change('engage', 'global', 'cancel_all'), change('release', 'global'), change('engage', 'global', 'reduce_only')))).toEqual({ global: 'reduce_only' })
  })

  it('keeps what was said of the orders of others until something else is said, or a release', () => {
    const engage = (externalOrders?: 'sweep' | 'leave', level: KillLevel = 'cancel_all') => {
      const event = change('engage', 'account:a1', level)
      return { ...event, data: { ...event.data, ...(externalOrders !== undefined && { externalOrders }) } }
    }
    const said = (...events: readonly EventOf<'kill_switch_changed'>[]) => after(...events).engaged[0]?.externalOrders
    expect(said(engage())).toBeUndefined()
    expect(said(engage('sweep', 'reduce_only'), engage())).toBe('sweep')
    expect(said(engage('leave'), engage())).toBeUndefined()
    expect(said(engage('sweep'), engage('leave'))).toBe('leave')
    expect(said(engage('leave'), engage('sweep'))).toBe('sweep')
    expect(said(engage('sweep'), change('release', 'account:a1'), engage())).toBeUndefined()
  })

  it('gives every change a new epoch, also one that changes nothing else', () => {
    const events = [change('engage', 'global', 'cancel_all'), change('engage', 'global', 'no_new'), change('release', 'global'), change('release', 'global')]
    let state = RELEASED
    for (const event of events) {
      const next = applyKillEvent(state, event)
      expect(next.epoch).toBeGreaterThan(state.epoch)
      state = next
    }
    const late = source.make('kill_switch_changed', { ...events[0]!.data, epoch: 1 })
    expect(applyKillEvent(state, late).epoch).toBe(state.epoch + 1)
  })

  it('after any history holds the strongest level since the last release of each scope', () => {
    const scopes: KillScope[] = ['global', 'account:a1', 'symbol:AAPL']
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.constantFrom(...scopes), fc.constantFrom(...KILL_LEVELS))), (steps) => {
      const state = after(...steps.map(([engage, scope, level]) => change(engage ? 'engage' : 'release', scope, level)))
      for (const scope of scopes) {
        const own = steps.filter(([, of]) => of === scope)
        const since = own.slice(own.findLastIndex(([engage]) => !engage) + 1)
        const expected = since.map(([, , level]) => KILL_LEVELS.indexOf(level)).reduce((most, rank) => Math.max(most, rank), -1)
        expect(levels(state)[scope]).toBe(KILL_LEVELS[expected])
      }
    }))
  })
})

describe('the orders of others', () => {
  it.each<[KillScope, 'sweep' | 'leave' | undefined, boolean]>([
    ['global', undefined, true], ['global', 'leave', false], ['global', 'sweep', true], ['account:a1', undefined, false], ['account:a1', 'sweep', true], ['symbol:AAPL', 'leave', false],
  ])('at %s, told to %s, are swept: %s', (scope, externalOrders, swept) => {
    expect(sweepsExternal({ scope, level: 'cancel_all', reason: 'r', actor: 'ada', since: '', epoch: 1, ...(externalOrders !== undefined && { externalOrders }) })).toBe(swept)
  })
})

describe('a level this version does not know', () => {
  const unknown = 'vaporise' as KillLevel
  it('is more severe than any it knows, and as severe as itself', () => {
    expect([strongest(unknown, 'flatten'), strongest('flatten', unknown), atLeast(unknown, 'flatten'), atLeast('flatten', unknown), atLeast('reduce_only', unknown)]).toEqual([unknown, unknown, true, false, false])
    expect(strongest('no_new', unknown)).toBe(unknown)
    const after = [change('engage', 'global', 'flatten'), change('engage', 'account:a1', unknown)].reduce(applyKillEvent, RELEASED)
    expect(killEntryFor(after, order)?.level).toBe(unknown)
    expect(levels([change('engage', 'global', unknown), change('engage', 'global', 'reduce_only')].reduce(applyKillEvent, RELEASED))).toEqual({ global: unknown })
  })

  it('of two of one level the first that covers is named', () => {
    const engaged = [change('engage', 'global', 'no_new', 'first'), change('engage', 'account:a1', 'no_new', 'second')].reduce(applyKillEvent, RELEASED)
    expect(killEntryFor(engaged, order)?.reason).toBe('first')
  })
})

describe('an entry', () => {
  it('has a trigger and a word on the orders of others where the event has one, and no such field otherwise', () => {
    const event = change('engage', 'global')
    const [plain] = applyKillEvent(RELEASED, event).engaged
    expect(Object.keys(plain ?? {}).toSorted()).toEqual(['actor', 'epoch', 'level', 'reason', 'scope', 'since'])
    const tripped = applyKillEvent(RELEASED, { ...event, data: { ...event.data, trigger: 'daily-loss', externalOrders: 'leave' } })
    expect(tripped.engaged).toMatchObject([{ trigger: 'daily-loss', externalOrders: 'leave' }])
  })
})

describe('who is covered', () => {
  it.each<[KillScope, boolean]>([
    ['global', true], ['broker:main', true], ['broker:other', false], ['account:a1', true], ['account:a2', false], ['strategy:s1', true], ['strategy:s2', false],
    ['symbol:AAPL', true], ['symbol:AAP', false], ['symbol:MSFT', false],
  ])('by %s: %s', (scope, covered) => { expect(killEntryFor(after(change('engage', scope)), order) !== undefined).toBe(covered) })

  it('an order without a strategy is covered by no strategy', () => {
    expect(killEntryFor(after(change('engage', 'strategy:undefined')), { ...order, strategy: undefined })).toBeUndefined()
  })

  it('the strongest of all that cover counts', () => {
    const state = after(change('engage', 'global', 'reduce_only'), change('engage', 'symbol:AAPL', 'cancel_all'), change('engage', 'account:a1', 'no_new'), change('engage', 'symbol:MSFT', 'flatten'))
    expect(killEntryFor(state, order)).toMatchObject({ scope: 'symbol:AAPL', level: 'cancel_all' })
    expect(killEntryFor(RELEASED, order)).toBeUndefined()
  })

  it('what a newer version wrote and this one cannot read is engaged (F4)', () => {
    const newer = after(change('engage', 'desk:x' as KillScope), change('engage', 'global', 'quarantine' as KillLevel))
    expect(killEntryFor(newer, order)).toMatchObject({ level: 'quarantine' })
    expect(atLeast('quarantine' as KillLevel, 'flatten')).toBe(true)
    expect(killEntryFor(after(change('engage', 'desk:x' as KillScope)), order)).toMatchObject({ scope: 'desk:x' })
  })
})

describe('levels and scopes', () => {
  it('each level includes the ones before it', () => {
    KILL_LEVELS.forEach((level, rank) => { expect(KILL_LEVELS.map((other) => atLeast(level, other))).toEqual(KILL_LEVELS.map((_, other) => other <= rank)) })
    expect(atLeast(undefined, 'reduce_only')).toBe(false)
  })

  it('strongest is the more severe, and nothing is less than anything', () => {
    expect([strongest('no_new', 'flatten'), strongest('flatten', 'no_new'), strongest(undefined, 'no_new'), strongest('no_new', undefined), strongest(undefined, undefined)]).toEqual(['flatten', 'flatten', 'no_new', 'no_new', undefined])
  })

  it('scopes have one of five forms', () => {
    for (const scope of ['global', 'broker:main', 'account:a.b-c_1', 'strategy:s', 'symbol:BTC/USD']) expect(isKillScope(scope)).toBe(true)
    for (const scope of ['', 'Global', 'globals', 'broker:', 'symbol:A B', 'desk:x', `symbol:${'A'.repeat(65)}`, 'symbol:A\n', ' global']) expect(isKillScope(scope)).toBe(false)
  })
})
