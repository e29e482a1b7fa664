import type { DecisionRecord, Denial, Evaluation } from '../order/event.ts'
import { describeError } from '../runtime/errors.ts'
import { InputMissing } from '../risk/input-missing.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { RecordedView } from '../risk/create-risk-view.ts'
import type { Decision, Guard } from './guard.ts'

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

function ask(guard: Guard, order: OrderCandidate, recorded: RecordedView, state: unknown, facts: unknown): Decision {
  try {
    if (state instanceof BrokenMemory) throw state
    if (facts instanceof PreparationFailed) throw new InputMissing(`facts:${guard.name}`, facts.message)
    return guard.check(order, { view: recorded.view, state, facts })
  } catch (error) {
    if (!(error instanceof InputMissing)) {
      return { verdict: 'reject', code: 'GUARD_ERROR', message: `guard ${guard.name} failed: ${describeError(error)}` }
    }
    // What is missing can hide a risk, but not in an order that only takes risk away.
    if (recorded.view.reducing(order)) return { verdict: 'allow', observed: `missing ${error.input}` }
    return { verdict: 'reject', code: 'INPUT_MISSING', message: error.message, observed: error.input }
  }
}

const denialOf = (record: DecisionRecord): Denial => ({
  code: record.code ?? 'DENIED', message: record.message ?? 'denied', guard: record.guard,
  ...(record.limit !== undefined && { limit: record.limit }),
  ...(record.observed !== undefined && { observed: record.observed }),
  ...(record.retryAfter !== undefined && { retryAfter: record.retryAfter }),
})

/** Runs every guard; one that throws denies. Pure: all it reads comes through the view. */
export function evaluate(
  order: OrderCandidate, guards: readonly Guard[], states: readonly unknown[], facts: readonly unknown[], recorded: RecordedView, killEpoch: number,
): Verdict {
  const decisions: DecisionRecord[] = []
  let denial: Denial | undefined
  const challenges: Denial[] = []
  for (let index = 0; index < guards.length; index += 1) {
    const guard = guards[index] as Guard
    const decision = ask(guard, order, recorded, states[index], facts[index])
    const record: DecisionRecord = { guard: guard.name, ...decision }
    decisions.push(record)
    if (record.verdict === 'reject') denial ??= denialOf(record)
    else if (record.verdict === 'challenge') challenges.push(denialOf(record))
  }
  const verdict = denial !== undefined ? 'reject' : challenges.length > 0 && !order.approved ? 'challenge' : 'allow'
  return { verdict, denial, challenges, evaluation: { decisions, inputs: recorded.inputs, killEpoch } }
}
