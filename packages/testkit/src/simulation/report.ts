import { BROKER_FAULTS } from '../faults/fault.ts'
import { JOURNAL_FAULTS } from '../faults/faulty-journal.ts'
import type { RunResult } from './run.ts'
import { INVARIANTS, type Violation } from './violation.ts'

/** What many runs have reached and found. */
export interface Summary {
  runs: number
  readonly failures: { readonly seed: string; readonly violations: readonly Violation[] }[]
  readonly faults: Map<string, number>
  readonly statuses: Map<string, number>
  readonly transitions: Map<string, number>
  readonly events: Map<string, number>
}

export function createSummary(): Summary {
  const names = [...BROKER_FAULTS, ...JOURNAL_FAULTS, 'crash', 'jump', 'close', 'external', 'external_cancel', 'limit']
  return { runs: 0, failures: [], faults: new Map(names.map((name) => [name, 0])), statuses: new Map(), transitions: new Map(), events: new Map() }
}

function addAll(to: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [name, times] of from) to.set(name, (to.get(name) ?? 0) + times)
}

export function addRun(summary: Summary, result: RunResult): void {
  summary.runs += 1
  if (result.violations.length > 0) summary.failures.push({ seed: result.plan.seed, violations: result.violations })
  addAll(summary.faults, result.faults)
  addAll(summary.statuses, result.coverage.statuses)
  addAll(summary.transitions, result.coverage.transitions)
  addAll(summary.events, result.coverage.events)
}

export function violationsOf(summary: Summary): number {
  return summary.failures.reduce((sum, { violations }) => sum + violations.length, 0)
}

function section(title: string, counts: ReadonlyMap<string, number>): string {
  const width = Math.max(...[...counts.keys()].map(({ length }) => length), 1)
  const lines = [...counts].toSorted(([, left], [, right]) => right - left).map(([name, times]) => `  ${name.padEnd(width)} ${times}`)
  return `${title} (${counts.size})\n${lines.join('\n')}`
}

/** How often each fault, status, event and transition was reached. */
export function describeSummary(summary: Summary): string {
  return [section('faults', summary.faults), section('statuses', summary.statuses), section('events', summary.events), section('transitions', summary.transitions)].join('\n\n')
}

/** A failed run for a person: what broke, then what happened. */
export function describeFailure({ plan, violations, trace, hash }: RunResult): string {
  const broken = violations.map(({ invariant, at, message }) => `  ${invariant} at ${at} ms: ${message}\n     (${INVARIANTS[invariant]})`)
  return [`seed ${plan.seed}, ${plan.actions.length} actions, trace ${hash.slice(0, 16)}`, ...broken, '', ...trace].join('\n')
}
