import { evaluate, PreparationFailed, type Verdict } from '../guards/evaluate.ts'
import type { Guard } from '../guards/guard.ts'
import type { KillState } from '../kill-switch/kill-state.ts'
import type { DecisionRecord, DecisionSettings, Evaluation, Json, Reservation } from '../order/event.ts'
import { reservationOf } from '../pipeline/place/decide.ts'
import { createRiskView } from '../risk/create-risk-view.ts'
import type { Ledger } from '../risk/ledger.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { SessionRoll } from '../risk/session-day.ts'
import { isSame, type Report, toJson } from './difference.ts'
import type { RememberingGuard } from './guard-memories.ts'
import { recordedSources } from './recorded-sources.ts'

/** What an account had come to when a decision was made. */
export interface Moment {
  readonly account: string
  readonly ledger: Ledger
  readonly guards: readonly RememberingGuard[]
  /** Version of the limits in force. */
  readonly version: number
  readonly settings: DecisionSettings
  readonly kills: ReadonlyMap<number, KillState>
  /** When sessions end; undefined where only a guard nobody gave knows. */
  readonly roll: SessionRoll | undefined
}

/** A decision made again. */
export interface Rederived extends Verdict {
  readonly reservation: Reservation
}

/** A guard nobody gave says what it said. */
function answering(entry: RememberingGuard, recorded: DecisionRecord | undefined): Guard {
  if (!entry.unknown || recorded === undefined) return entry.guard
  const { guard: _, ...decision } = recorded
  return { ...entry.guard, check: () => decision as ReturnType<Guard['check']> }
}

function factsOf(inputs: Evaluation['inputs'], name: string): unknown {
  const found = inputs[`facts:${name}`] as { readonly value?: Json; readonly failed?: string } | undefined
  if (found === undefined) return undefined
  return found.failed === undefined ? found.value : new PreparationFailed(found.failed)
}

function compareDecisions(recorded: readonly DecisionRecord[], derived: readonly DecisionRecord[], report: Report): void {
  for (let index = 0; index < Math.max(recorded.length, derived.length); index += 1) {
    const [was, is] = [recorded[index], derived[index]]
    if (isSame(was, is)) continue
    const name = was?.guard ?? is?.guard ?? ''
    report('verdict', `guard ${name} said ${was?.verdict ?? 'nothing'}${was?.code === undefined ? '' : ` (${was.code})`}; on these inputs it says ${is?.verdict ?? 'nothing'}${is?.code === undefined ? '' : ` (${is.code})`}`, was, is, name)
  }
}

/** A guard nobody gave may have read more than the others; without one, both must have read the same. */
function compareInputs(recorded: Evaluation['inputs'], derived: Evaluation['inputs'], complete: boolean, report: Report): void {
  for (const [name, value] of Object.entries(derived)) {
    if (!isSame(recorded[name], value)) report('input', `${name} follows from the history as ${JSON.stringify(value)}`, recorded[name], value)
  }
  if (!complete) return
  for (const [name, value] of Object.entries(recorded)) {
    if (!(name in derived)) report('input', `${name} is recorded and no guard reads it`, value, null)
  }
}

/** Makes a journaled decision again and reports where it comes out otherwise. Undefined when nothing says what it stood on. */
export function checkEvaluation(moment: Moment, candidate: OrderCandidate, evaluation: Evaluation, report: Report): Rederived | undefined {
  const { guards, version, kills } = moment
  const { killEpoch, limits, inputs, decisions } = evaluation
  if (limits !== version) report('limits', `the limits in force are version ${version}`, limits, version)
  const kill = kills.get(killEpoch)
  if (kill === undefined) {
    report('kill_switch', `the kill switch never was at epoch ${killEpoch}`, killEpoch, null)
    return undefined
  }
  const recorded = createRiskView(recordedSources({ ...moment, kill }, inputs, candidate.broker), candidate.broker)
  const answers = guards.map((entry) => answering(entry, decisions.find(({ guard }) => guard === entry.guard.name)))
  const verdict = evaluate(candidate, answers, guards.map(({ state }) => state), guards.map(({ guard }) => factsOf(inputs, guard.name)), recorded, { killEpoch, limits })
  const reservation = reservationOf(recorded, candidate)
  compareDecisions(decisions, verdict.evaluation.decisions, report)
  compareInputs(inputs, toJson(recorded.inputs) as Evaluation['inputs'], guards.every(({ unknown }) => !unknown), report)
  return { ...verdict, reservation }
}
