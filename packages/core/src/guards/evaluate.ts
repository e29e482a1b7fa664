import { formatDecimal } from '../order/decimal.ts'
import type { DecisionBasis, DecisionRecord, Denial, Evaluation, Json } from '../order/event.ts'
import { describeError } from '../runtime/errors.ts'
import { InputMissing } from '../risk/input-missing.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { RecordedView } from '../risk/create-risk-view.ts'
import type { Guard, GuardInput } from './guard.ts'

/** Stands in for the facts of a guard whose `prepare` failed or was late. */
export class PreparationFailed extends Error {
  override readonly name = 'PreparationFailed'
}

/** Stands in for the memory of a guard whose `apply` threw: it can no longer be trusted, so the guard denies. */
export class BrokenMemory extends Error {
  override readonly name = 'BrokenMemory'
}

/** What all guards together say. */
export interface Verdict {
  readonly verdict: 'allow' | 'reject' | 'challenge'
  /** The first reject. */
  readonly denial: Denial | undefined
  readonly challenges: readonly Denial[]
  readonly evaluation: Evaluation
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string'

/** The record of what a guard answered; undefined when that is no decision, such as a promise or a number where a text belongs. */
function recordOf(guard: string, answer: unknown): DecisionRecord | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const { verdict, code, message, limit, observed, own, warning, retryAfter } = answer as Partial<DecisionRecord>
  if (!isText(limit) || !isText(observed) || !isText(own)) return undefined
  // By far the most frequent answer, in one allocation.
  if (verdict === 'allow' && limit !== undefined && observed !== undefined && warning === undefined) return { guard, verdict, limit, observed }
  let record: Mutable<DecisionRecord>
  if (verdict === 'allow') {
    record = { guard, verdict }
    if (warning !== undefined) record.warning = warning
  } else {
    if ((verdict !== 'reject' && verdict !== 'challenge') || typeof code !== 'string' || typeof message !== 'string') return undefined
    record = { guard, verdict, code, message }
    if (own !== undefined) record.own = own
    if (typeof retryAfter === 'number') record.retryAfter = retryAfter
  }
  // Set one by one: this runs for every guard of every order, and conditional spreads take several times as long.
  if (limit !== undefined) record.limit = limit
  if (observed !== undefined) record.observed = observed
  return record
}

const failed = (guard: string, why: string): DecisionRecord => ({ guard, verdict: 'reject', code: 'GUARD_ERROR', message: `guard ${guard} failed: ${why}` })

/** One guard's decision. Whatever it does instead of deciding denies the order. */
function ask(guard: Guard, order: OrderCandidate, input: GuardInput<unknown, unknown>): DecisionRecord {
  const { name } = guard
  const { state, facts, view } = input
  try {
    if (state instanceof BrokenMemory) throw state
    if (facts instanceof PreparationFailed) throw new InputMissing(`facts:${name}`, facts.message)
    return recordOf(name, guard.check(order, input)) ?? failed(name, 'it returned no decision; return allow, reject(…) or challenge(…)')
  } catch (error) {
    if (!(error instanceof InputMissing)) return failed(name, describeError(error))
    // What is missing can hide a risk, but not in an order that only takes risk away.
    if (view.reducing(order)) return { guard: name, verdict: 'allow', observed: `missing ${error.input}` }
    return { guard: name, verdict: 'reject', code: 'INPUT_MISSING', message: error.message, observed: error.input }
  }
}

const denialOf = ({ code = 'DENIED', message = 'denied', guard, limit, observed, own, retryAfter }: DecisionRecord): Denial => ({
  code, message, guard,
  ...(limit !== undefined && { limit }), ...(observed !== undefined && { observed }), ...(own !== undefined && { own }), ...(retryAfter !== undefined && { retryAfter }),
})

/** The input that says how many units an order by money was taken for. */
export const BOUND = 'quantity'

/** Facts are JSON by now (`prepare`), so that the record says all of them. */
const recordFacts = (facts: unknown): Json => (facts instanceof PreparationFailed ? { failed: facts.message } : { value: facts as Json })

/** Runs every guard; one that throws denies. Pure: all it reads comes through the view. */
export function evaluate(
  order: OrderCandidate, guards: readonly Guard[], states: readonly unknown[], facts: readonly unknown[], recorded: RecordedView, { killEpoch, limits }: DecisionBasis,
): Verdict {
  const decisions: DecisionRecord[] = []
  // At once as long as it will be: growing by steps leaves twice the memory.
  decisions.length = guards.length
  // One for all guards: a check is over when it returns, and twenty more objects an order are felt.
  const input: Mutable<GuardInput<unknown, unknown>> = { view: recorded.view, state: undefined, facts: undefined }
  // What money may buy follows from the price of this moment, which no guard may have read.
  if (order.terms.quantity === undefined) recorded.inputs[BOUND] = formatDecimal(order.quantity)
  let denial: Denial | undefined
  const challenges: Denial[] = []
  for (let index = 0; index < guards.length; index += 1) {
    input.state = states[index]
    input.facts = facts[index]
    const guard = guards[index] as Guard
    if (input.facts !== undefined) recorded.inputs[`facts:${guard.name}`] = recordFacts(input.facts)
    const record = ask(guard, order, input)
    decisions[index] = record
    if (record.verdict === 'reject') denial ??= denialOf(record)
    else if (record.verdict === 'challenge') challenges.push(denialOf(record))
  }
  // An approval is bound to the order as it was placed: new terms need their own. Flattening waits for nobody (PROTOCOL E4).
  const satisfied = challenges.length === 0 || (order.approved && order.kind === 'new') || order.purpose === 'flatten'
  const verdict = denial !== undefined ? 'reject' : satisfied ? 'allow' : 'challenge'
  return { verdict, denial, challenges, evaluation: { decisions, inputs: recorded.inputs, killEpoch, limits } }
}
