import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GUARDS } from '../../test/support/guard-catalogue.ts'
import { units } from '../../test/support/guard-desk.ts'
import { makeCandidate, makeSources, type Sources } from '../../test/support/make-view.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import { BrokenMemory, evaluate, PreparationFailed, type Verdict } from './evaluate.ts'
import type { Guard } from './guard.ts'

/** An account where every guard has everything it may ask for, and allows. */
function healthy(): Sources {
  const sources = makeSources()
  sources.environment = 'paper'
  sources.accountValues = { equity: '1000000', cash: '1000000', buyingPower: '1000000', currency: 'USD', time: '' }
  sources.session = { phase: 'open', since: sources.now - 3_600_000, until: sources.now + 3_600_000 }
  sources.quote('AAPL', '99', '101')
  sources.roll({ main: { AAPL: '100' } })
  sources.hold('AAPL', '10')
  return sources
}

interface Fault {
  /** The start of the name under which a decision records the input. */
  readonly input: string
  readonly what: string
  spoil(sources: Sources): void
}

/** Every way in which each input of a decision can be missing, stale or malformed. */
const FAULTS: readonly Fault[] = [
  { input: 'mark:', what: 'no price', spoil: (sources) => { sources.quoteless = true } },
  { input: 'mark:', what: 'a stale price', spoil: (sources) => { sources.monotonic += 5001; sources.accountArrived = sources.monotonic } },
  { input: 'account:', what: 'no account values', spoil: (sources) => { sources.accountValues = undefined } },
  { input: 'account:', what: 'stale account values', spoil: (sources) => { sources.accountArrived = -60_001 } },
  { input: 'account:', what: 'unreadable account values', spoil: (sources) => { sources.accountValues = { ...sources.accountValues!, equity: 'NaN', buyingPower: '1e9' } } },
  { input: 'account:', what: 'empty account values', spoil: (sources) => { sources.accountValues = { ...sources.accountValues!, equity: '', buyingPower: '' } } },
  { input: 'instrument:', what: 'no description', spoil: (sources) => { sources.instrument = undefined } },
  { input: 'instrument:', what: 'an unreadable description', spoil: (sources) => { sources.instrument = { ...sources.instrument!, multiplier: '0', tickSize: 'penny', lotSize: '-1', currency: '???' } } },
  { input: 'currency', what: 'an instrument in other money', spoil: (sources) => { sources.instrument = { ...sources.instrument!, currency: 'KWD' } } },
  { input: 'currency', what: 'an account in other money', spoil: (sources) => { sources.accountValues = { ...sources.accountValues!, currency: 'KWD' } } },
  { input: 'session:', what: 'no market session', spoil: (sources) => { sources.session = undefined } },
  { input: 'session:', what: 'a market session that is over', spoil: (sources) => { sources.session = { ...sources.session!, until: sources.now } } },
  { input: 'profit', what: 'a trading day that has not begun', spoil: (sources) => { sources.dueSession = '2026-01-06@UTC' } },
  { input: 'session', what: 'a trading day that has not begun', spoil: (sources) => { sources.dueSession = '2026-01-06@UTC' } },
  { input: 'reconciled:', what: 'books that are not compared', spoil: (sources) => { sources.reconciled = false } },
  { input: 'connection:', what: 'a broken stream', spoil: (sources) => { sources.connection = 'gap' } },
  { input: 'environment:', what: 'an unknown kind of money', spoil: (sources) => { sources.environment = undefined } },
  { input: 'clockJump', what: 'a clock that jumped', spoil: (sources) => { sources.clockJump = 60_000 } },
  { input: 'kill', what: 'a kill level nobody knows', spoil: (sources) => { sources.kill = { scope: 'global', level: 'unheard' as 'flatten', reason: '', actor: '', since: '', epoch: 1 } } },
]

/** What adds risk, in every form; and what only takes it away. */
const ADDING: Readonly<Record<string, OrderCandidate>> = {
  'a new order': makeCandidate({ limitPrice: '100' }),
  'a sale beyond what is held': makeCandidate({ side: 'sell', quantity: '20', limitPrice: '100' }),
  'a replace': makeCandidate({ limitPrice: '100' }, { kind: 'replace' }),
  'an order by money': makeCandidate({ type: 'market', notional: '500' }, { quantity: units('6'), limitPrice: undefined }),
  'a market order': makeCandidate({ type: 'market' }),
}
const REDUCING = makeCandidate({ side: 'sell', quantity: '5', limitPrice: '100' })

const run = (guard: Guard, order: OrderCandidate, sources: Sources, spoilt: { readonly state?: unknown; readonly facts?: unknown } = {}): Verdict & { readonly read: readonly string[]; readonly proven: boolean } => {
  const recorded = sources.view()
  const state = 'state' in spoilt ? spoilt.state : structuredClone(guard.initial)
  const verdict = evaluate(order, [guard], [state], [spoilt.facts], recorded, { killEpoch: 0, limits: 1 })
  return { ...verdict, read: Object.keys(recorded.inputs), proven: sources.view().view.reducing(order) }
}

/** Only what the guard itself read of the input: proving that an order reduces reads, too, whether the books are compared. */
const reads = (read: readonly string[], input: string): boolean => read.some((name) => (input.endsWith(':') ? name.startsWith(input) : name === input))

interface Row { readonly guard: Guard; readonly fault: Fault; readonly name: string; readonly order: OrderCandidate }

/** The matrix: each guard, each form of order, each input that it reads when all is well, each way to spoil that. */
const ROWS: readonly Row[] = GUARDS.flatMap(({ guard }) => Object.entries(ADDING).flatMap(([name, order]) => {
  const { read } = run(guard, order, healthy())
  return FAULTS.filter(({ input }) => reads(read, input)).map((fault) => ({ guard, fault, name, order }))
}))

/** Guards for which an input decides nothing: a price off the tick does not matter to who sums up values, and so on. */
const IMMATERIAL = (row: Row): boolean => {
  const { guard: { name }, fault: { input, what }, order } = row
  // They read it only to prove that an order reduces; unproven, an order is held to their limit, which it keeps.
  if (input === 'reconciled:') return !['reconciled', 'short-selling'].includes(name) || (name === 'short-selling' && order.side === 'buy')
  // Whatever the broker says that the symbol trades in, a price is a price.
  return what === 'an unreadable description' && name === 'well-formed' && order.terms.quantity === undefined && order.terms.limitPrice === undefined
}

describe('missing, stale or malformed input', () => {
  const material = ROWS.filter((row) => !IMMATERIAL(row))

  it('is fine where there is none: every guard allows every order of the matrix', () => {
    for (const { guard } of GUARDS) for (const [name, order] of Object.entries(ADDING)) expect([guard.name, name, run(guard, order, healthy()).denial]).toEqual([guard.name, name, undefined])
  })

  it.each(GUARDS.map(({ guard }) => [guard.name, guard] as const))('%s rejects whatever adds risk, and lets pass what provably reduces', (_name, guard) => {
    for (const { fault, name, order } of material.filter((row) => row.guard === guard)) {
      const sources = healthy()
      fault.spoil(sources)
      expect([name, fault.what, run(guard, order, sources).verdict]).toEqual([name, fault.what, 'reject'])
      const reducing = run(guard, REDUCING, sources)
      if (reducing.proven) expect([fault.what, reducing.denial?.code]).not.toEqual([fault.what, 'INPUT_MISSING'])
    }
  })

  it('of a memory or of prepared facts rejects, for every guard and every order', () => {
    let count = 0
    for (const { guard } of GUARDS) {
      for (const order of Object.values(ADDING)) {
        expect(run(guard, order, healthy(), { state: new BrokenMemory('damaged') }).denial).toMatchObject({ code: 'GUARD_ERROR' })
        expect(run(guard, order, healthy(), { facts: new PreparationFailed('late') }).denial).toMatchObject({ code: 'INPUT_MISSING', observed: `facts:${guard.name}` })
        count += 2
      }
      expect(run(guard, REDUCING, healthy(), { facts: new PreparationFailed('late') }).verdict).toBe('allow')
    }
    expect(count).toBe(GUARDS.length * 10)
  })

  it('is tried for every guard that reads anything: the count of the matrix', () => {
    expect({ guards: GUARDS.length, faults: FAULTS.length, rows: ROWS.length, material: material.length }).toEqual({ guards: 29, faults: 19, rows: 378, material: 372 })
  })

  it('is what the documentation says it is', () => {
    const page = readFileSync(new URL('../../../../docs/guards-left-out.md', import.meta.url), 'utf8')
    expect(page).toContain(`${GUARDS.length} guards, ${FAULTS.length} faults, ${material.length} combinations`)
  })

  it('can be missed: a guard that swallows a missing price fails the matrix', () => {
    const order = makeCandidate({ limitPrice: '100' })
    const careless: Guard = { name: 'careless', options: null, check: (candidate, { view }) => {
      try {
        view.value(candidate)
      } catch {
        // Planted: no price, no check.
      }
      return { verdict: 'allow' }
    } }
    const sources = healthy()
    expect(reads(run(careless, order, sources).read, 'mark:')).toBe(true)
    FAULTS[1]!.spoil(sources)
    expect(run(careless, order, sources).verdict).toBe('allow')
  })
})

describe('the catalogue', () => {
  const room = new URL('.', import.meta.url)
  const files = readdirSync(room).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const definitions = files.filter((name) => name !== 'guard.ts' && /\bdefineGuard[<(]/.test(readFileSync(new URL(name, room), 'utf8'))).map((name) => name.slice(0, -3))

  it('has every guard of the room, under the name of its file', () => {
    expect(GUARDS.map(({ guard }) => guard.name).toSorted()).toEqual(definitions.toSorted())
  })

  it('says of each guard what it prevents, for whom, with which codes; and every code in its source is among them', () => {
    for (const { guard } of GUARDS) {
      const source = readFileSync(new URL(`${guard.name}.ts`, room), 'utf8')
      const used = [...source.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, code]) => code).filter((code) => code !== 'INPUT_MISSING' && code !== 'GUARD_ERROR')
      expect([guard.name, [...new Set(used)].filter((code) => code !== undefined && guard.control?.codes[code] === undefined)]).toEqual([guard.name, []])
      expect(guard.control?.prevents).toMatch(/^[A-Z].{20,}[^.]$/)
      expect(guard.control?.sources.length).toBeGreaterThan(0)
    }
  })

  it('declares for every option which change makes it stricter', () => {
    for (const { guard } of GUARDS) {
      const known = Object.keys(guard.control?.tightens ?? {})
      for (const option of Object.keys(guard.options ?? {})) expect([guard.name, known]).toEqual([guard.name, expect.arrayContaining([option])])
    }
  })
})
