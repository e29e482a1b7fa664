import { BROKER_FAULTS } from '../faults/fault.ts'
import { JOURNAL_FAULTS } from '../faults/faulty-journal.ts'
import type { RunResult } from './run.ts'
import { TRANSITION_ROWS, TRANSITIONS, unreachedTransitions } from './transition-rows.ts'
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

/** Every status an order can show, and a service without a journal. */
const STATUSES = [
  'pending_approval', 'pending_new', 'new', 'partially_filled', 'filled', 'pending_cancel', 'pending_replace', 'canceled', 'denied', 'rejected', 'expired', 'done_for_day', 'suspended',
  'unknown', 'rescue mode',
]

/** What the runs did not reach, by name. */
export interface Unreached {
  readonly faults: readonly string[]
  readonly statuses: readonly string[]
  /** Statuses that no order was seen to leave by any event. */
  readonly rows: readonly string[]
  /** Cells of the table of transitions. */
  readonly cells: readonly string[]
}

export function unreachedOf(summary: Summary): Unreached {
  return {
    faults: [...summary.faults].filter(([, times]) => times === 0).map(([name]) => name),
    statuses: STATUSES.filter((status) => !summary.statuses.has(status)),
    ...unreachedTransitions(summary.transitions),
  }
}

/** What is missing of the whole, in a line for each kind. */
export function describeUnreached(summary: Summary): string {
  const { faults, statuses, rows, cells } = unreachedOf(summary)
  const line = (what: string, all: number, missing: readonly string[]): string =>
    `${what}: ${all - missing.length} of ${all} reached${missing.length === 0 ? '' : `; not reached: ${missing.join(', ')}`}`
  return [
    line('faults', summary.faults.size, faults), line('statuses', STATUSES.length, statuses), line('transition rows', Object.keys(TRANSITION_ROWS).length, rows),
    line('transition cells', TRANSITIONS.length, cells),
  ].join('\n')
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
