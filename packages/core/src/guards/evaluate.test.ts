import { describe, expect, it } from 'vitest'
import { makeCandidate, makeSources } from '../../test/support/make-view.ts'
import { InputMissing } from '../risk/input-missing.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import { BrokenMemory, evaluate, PreparationFailed, type Verdict } from './evaluate.ts'
import { allow, challenge, type Decision, defineGuard, type Guard, mostUsed, reject, within } from './guard.ts'

const guard = (name: string, check: () => Decision): Guard => ({ name, options: {}, check })
const allows = guard('allows', () => allow)
const rejects = (code: string): Guard => guard(`rejects-${code}`, () => reject(code, 'no', { limit: '1', observed: '2', retryAfter: 3 }))
const challenges = (code: string): Guard => guard(`challenges-${code}`, () => challenge(code, 'ask', { limit: '1', observed: '2' }))
const throws = (error: unknown): Guard => guard('throws', () => { throw error })

function run(guards: readonly Guard[], options: { readonly order?: OrderCandidate; readonly states?: unknown[]; readonly facts?: unknown[]; readonly held?: string } = {}): Verdict {
  const sources = makeSources()
  sources.quote('AAPL', '99', '101')
  if (options.held !== undefined) sources.hold('AAPL', options.held)
  return evaluate(options.order ?? makeCandidate(), guards, options.states ?? [], options.facts ?? [], sources.view(), { killEpoch: 7, limits: 3 })
}

const selling = makeCandidate({ side: 'sell', quantity: '5' })

describe('all guards together', () => {
  it('allow what no guard objects to', () => {
    expect(run([allows, allows])).toMatchObject({ verdict: 'allow', denial: undefined, challenges: [], evaluation: { killEpoch: 7, limits: 3 } })
    expect(run([])).toMatchObject({ verdict: 'allow' })
  })

  it('all run, in the order they were given, and each decision is recorded', () => {
    const { evaluation } = run([rejects('A'), allows, challenges('C'), rejects('B')])
    expect(evaluation.decisions).toEqual([
      { guard: 'rejects-A', verdict: 'reject', code: 'A', message: 'no', limit: '1', observed: '2', retryAfter: 3 },
      { guard: 'allows', verdict: 'allow' },
      { guard: 'challenges-C', verdict: 'challenge', code: 'C', message: 'ask', limit: '1', observed: '2' },
      { guard: 'rejects-B', verdict: 'reject', code: 'B', message: 'no', limit: '1', observed: '2', retryAfter: 3 },
    ])
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation)
  })

  it('the first reject is the denial (E1)', () => {
    expect(run([allows, challenges('C'), rejects('A'), rejects('B')])).toMatchObject({
      verdict: 'reject', denial: { code: 'A', guard: 'rejects-A', message: 'no', limit: '1', observed: '2', retryAfter: 3 },
    })
  })

  it('challenges merge into one, and an approval of the order answers all of them', () => {
    expect(run([challenges('A'), allows, challenges('B')])).toMatchObject({ verdict: 'challenge', challenges: [{ code: 'A', guard: 'challenges-A' }, { code: 'B' }] })
    const approved = { order: makeCandidate({}, { approved: true }) }
    expect(run([challenges('A'), challenges('B')], approved)).toMatchObject({ verdict: 'allow', challenges: [{ code: 'A' }, { code: 'B' }] })
    expect(run([challenges('A'), rejects('B')], approved)).toMatchObject({ verdict: 'reject', denial: { code: 'B' } })
  })

  it('new terms of an approved order need an approval of their own (I6)', () => {
    expect(run([challenges('A')], { order: makeCandidate({}, { approved: true, kind: 'replace' }) }).verdict).toBe('challenge')
  })

  it('warnings stay with the decision', () => {
    expect(run([guard('near', () => within(95n, 100n))]).evaluation.decisions).toEqual([{ guard: 'near', verdict: 'allow', limit: '0.0000001', observed: '0.000000095', warning: 90 }])
  })
})

describe('a guard that does not decide', () => {
  it.each([
    [new Error('broken'), 'guard throws failed: broken'], ['text', 'guard throws failed: text'], [null, 'guard throws failed: null'], [undefined, 'guard throws failed: undefined'],
    [Object.create(null), 'guard throws failed: something that cannot be described'],
  ])('denies when it throws %o', (error, message) => {
    expect(run([allows, throws(error)])).toMatchObject({ verdict: 'reject', denial: { code: 'GUARD_ERROR', guard: 'throws', message } })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined], ['null', null], ['true', true], ['a promise', Promise.resolve(allow)], ['an empty object', {}], ['another word', { verdict: 'ok' }],
    ['a reject without a code', { verdict: 'reject', message: 'no' }], ['a challenge without words', { verdict: 'challenge', code: 'A' }],
    ['a reject of a word that is none', { verdict: 'maybe', code: 'A', message: 'no' }], ['a reject without words', { verdict: 'reject', code: 'A' }], ['a challenge without a code', { verdict: 'challenge', message: 'ask' }],
    ['a number for what is its own', { verdict: 'challenge', code: 'A', message: 'ask', own: 5 }],
    ['a number where a text belongs', { verdict: 'allow', limit: 5 }], ['a bigint nobody can write down', { verdict: 'allow', observed: 5n }],
  ])('denies when it returns %s', (_what, answer) => {
    expect(run([guard('odd', () => answer as Decision)])).toMatchObject({
      verdict: 'reject', denial: { code: 'GUARD_ERROR', guard: 'odd', message: 'guard odd failed: it returned no decision; return allow, reject(…) or challenge(…)' },
    })
  })

  it('denies also an order that reduces: what is broken may be anything', () => {
    expect(run([throws(new Error('broken'))], { order: selling, held: '10' }).verdict).toBe('reject')
  })

  it('denies when its memory broke', () => {
    expect(run([allows], { states: [new BrokenMemory('its memory broke at event main:3')] })).toMatchObject({ denial: { code: 'GUARD_ERROR', message: 'guard allows failed: its memory broke at event main:3' } })
  })

  it('records what a decision says and no field besides', () => {
    const recorded = (decision: Decision): unknown => run([guard('g', () => decision)]).evaluation.decisions[0]
    const g = { guard: 'g' } as const
    for (const measured of [{}, { limit: '2' }, { observed: '1' }, { limit: '2', observed: '1' }]) {
      expect(recorded({ verdict: 'allow', ...measured })).toStrictEqual({ ...g, verdict: 'allow', ...measured })
      expect(recorded({ verdict: 'allow', warning: 70, ...measured })).toStrictEqual({ ...g, verdict: 'allow', warning: 70, ...measured })
      expect(recorded(reject('A', 'no', measured))).toStrictEqual({ ...g, verdict: 'reject', code: 'A', message: 'no', ...measured })
      expect(recorded(challenge('A', 'ask', measured))).toStrictEqual({ ...g, verdict: 'challenge', code: 'A', message: 'ask', ...measured })
    }
    expect(recorded(reject('A', 'no', { retryAfter: 5 }))).toStrictEqual({ ...g, verdict: 'reject', code: 'A', message: 'no', retryAfter: 5 })
    expect(recorded({ ...reject('A', 'no'), retryAfter: 'soon' } as never)).toStrictEqual({ ...g, verdict: 'reject', code: 'A', message: 'no' })
    expect(recorded(challenge('A', 'ask', { own: '3' }))).toStrictEqual({ ...g, verdict: 'challenge', code: 'A', message: 'ask', own: '3' })
  })

  it('a denial and a challenge say what the decision said', () => {
    const { denial } = run([guard('g', () => reject('A', 'no'))])
    expect(denial).toStrictEqual({ code: 'A', message: 'no', guard: 'g' })
    expect(run([guard('g', () => reject('A', 'no', { limit: '2', observed: '1', retryAfter: 5 }))]).denial).toStrictEqual({ code: 'A', message: 'no', guard: 'g', limit: '2', observed: '1', retryAfter: 5 })
    expect(run([guard('g', () => challenge('A', 'ask', { own: '3' }))]).challenges).toStrictEqual([{ code: 'A', message: 'ask', guard: 'g', own: '3' }])
  })

  it('the record says what facts a guard was given, and of an order by money its bound', () => {
    const given = run([allows, allows, allows], { facts: [undefined, { price: '5' }, new PreparationFailed('late')] }).evaluation.inputs
    expect(given).toMatchObject({ 'facts:allows': { failed: 'late' } })
    expect(run([allows], { facts: [{ price: '5' }] }).evaluation.inputs).toMatchObject({ 'facts:allows': { value: { price: '5' } } })
    expect(Object.keys(run([allows]).evaluation.inputs).toSorted()).toEqual(['now'])
    expect(run([allows], { order: makeCandidate({ type: 'market', notional: '500' }, { quantity: 6_000_000_000n }) }).evaluation.inputs).toMatchObject({ quantity: '6' })
  })

  it('what the kill switch sent to close waits for no human', () => {
    expect(run([challenges('A')], { order: makeCandidate({}, { purpose: 'flatten' }) })).toMatchObject({ verdict: 'allow', challenges: [{ code: 'A' }] })
    expect(run([challenges('A'), rejects('B')], { order: makeCandidate({}, { purpose: 'flatten' }) }).verdict).toBe('reject')
  })

  it('records only what belongs to a decision', () => {
    const { evaluation } = run([guard('chatty', () => ({ verdict: 'allow', guard: 'impostor', secret: 'x' }) as Decision)])
    expect(evaluation.decisions).toEqual([{ guard: 'chatty', verdict: 'allow' }])
  })
})

describe('missing input (I9)', () => {
  const blind = throws(new InputMissing('mark:AAPL', 'no price of AAPL is known'))

  it('denies what may add risk', () => {
    expect(run([blind])).toMatchObject({ verdict: 'reject', denial: { code: 'INPUT_MISSING', guard: 'throws', message: 'no price of AAPL is known', observed: 'mark:AAPL' } })
    expect(run([blind], { order: makeCandidate({ side: 'sell', quantity: '11' }), held: '10' }).verdict).toBe('reject')
  })

  it('lets pass what only reduces, and says what was missing', () => {
    const { verdict, evaluation } = run([blind, allows], { order: selling, held: '10' })
    expect([verdict, evaluation.decisions[0]]).toEqual(['allow', { guard: 'throws', verdict: 'allow', observed: 'missing mark:AAPL' }])
  })

  it('is also a preparation that failed or was late', () => {
    const prepared = defineGuard<object, undefined, string>({ name: 'prepared', options: {}, prepare: async () => 'fact', check: (_order, { facts }) => (facts === 'fact' ? allow : reject('X', 'no fact')) }) as Guard
    expect(run([prepared], { facts: ['fact'] }).verdict).toBe('allow')
    const late = { facts: [new PreparationFailed('guard prepared did not finish preparing in time')] }
    expect(run([prepared], late)).toMatchObject({ denial: { code: 'INPUT_MISSING', observed: 'facts:prepared', message: 'guard prepared did not finish preparing in time' } })
    expect(run([prepared], { ...late, order: selling, held: '10' }).verdict).toBe('allow')
  })
})

it('of two limits the one with the higher warning is shown, else the first', () => {
  const [none, some, much] = [within(1n, 100n), within(75n, 100n), within(95n, 100n)]
  expect([mostUsed(none, some), mostUsed(some, none), mostUsed(some, much), mostUsed(much, some), mostUsed(some, within(80n, 100n))]).toEqual([some, some, much, much, some])
  expect([mostUsed(none, undefined), mostUsed(undefined, none), mostUsed(undefined, undefined)]).toEqual([none, none, allow])
})

describe('within', () => {
  it('warns from 70 % and from 90 % of the limit', () => {
    const warning = (observed: bigint, limit: bigint): unknown => within(observed, limit).verdict === 'allow' && (within(observed, limit) as { warning?: number }).warning
    expect([69n, 70n, 89n, 90n, 100n].map((observed) => warning(observed, 100n))).toEqual([undefined, 70, 70, 90, 90])
    expect(within(1n, 0n)).toMatchObject({ limit: '0', observed: '0.000000001', warning: 90 })
    expect(within(70n, 100n, 'a hundred')).toEqual({ verdict: 'allow', limit: 'a hundred', observed: '0.00000007', warning: 70 })
    // Nothing used of nothing allowed is no reason to warn.
    expect([warning(0n, 0n), warning(-5n, 100n), warning(0n, 100n)]).toEqual([undefined, undefined, undefined])
  })
})
