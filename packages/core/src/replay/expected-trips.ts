import { BrokenMemory } from '../guards/evaluate.ts'
import { atLeast, type KillState } from '../kill-switch/kill-state.ts'
import type { Evaluation } from '../order/event.ts'
import { createRiskView, type RecordedView } from '../risk/create-risk-view.ts'
import type { Moment } from './check-evaluation.ts'
import type { Report } from './difference.ts'
import type { RememberingGuard } from './guard-memories.ts'
import { recordedSources } from './recorded-sources.ts'

/** A price that came so shortly after an event may have been looked at before it, by clocks that tick in ms. */
const APART = 100

/** Values that come by themselves, at no moment that the history tells: a trip that read one may not have had it yet. */
const UNDATED = /^(?:account|connection|reconciled|session|armed|clockJump):?/

/** What an order was decided on, and since when nothing of it had changed but prices. */
export interface QuietMoment {
  readonly evaluation: Evaluation
  readonly broker: string
  /** When the account, the kill switch or the limits changed last: ms since the epoch. */
  readonly since: number
}

/** When the newest price of something held arrived: the guards were asked for trips then, on just this. Undefined when nothing held was priced. */
function lastLook({ ledger }: Moment, { evaluation: { inputs }, broker }: QuietMoment): number | undefined {
  const arrivals = [...ledger.entries()].flatMap(({ broker: holder, symbol, position }) => {
    const mark = inputs[holder === broker ? `mark:${symbol}` : `mark:${holder}:${symbol}`] as { readonly age: number } | null | undefined
    return position.quantity === 0n || mark === undefined || mark === null ? [] : [Number(inputs['now']) - mark.age]
  })
  return arrivals.length === 0 ? undefined : Math.max(...arrivals)
}

function asked<Answer>(sources: () => RecordedView, ask: (view: RecordedView) => Answer | undefined): Answer | undefined {
  try {
    const recorded = sources()
    const answer = ask(recorded)
    const isDated = Object.keys(recorded.inputs).every((name) => name === 'session' || !UNDATED.test(name))
    return isDated ? answer : undefined
  } catch {
    // What cannot be measured trips nothing.
    return undefined
  }
}

/** What a guard answers then and now: only what it said at both moments is owed. */
function answers<Answer>(moment: Moment, kill: KillState, { evaluation: { inputs }, broker }: QuietMoment, look: number, ask: (view: RecordedView) => Answer | undefined): Answer | undefined {
  const at = (now: number) => () => createRiskView(recordedSources({ ...moment, kill }, { ...inputs, now }, broker), broker)
  return asked(at(look), ask) === undefined ? undefined : asked(at(Number(inputs['now'])), ask)
}

function checkGuard(entry: RememberingGuard, moment: Moment, kill: KillState, quiet: QuietMoment, look: number, report: Report): void {
  const { guard, state } = entry
  const note = guard.note && answers(moment, kill, quiet, look, ({ view }) => guard.note?.({ view, state }))
  if (note !== undefined) report('note', `guard ${guard.name} had something to note before this, and did not`, null, note, guard.name)
  const trip = guard.trip && answers(moment, kill, quiet, look, ({ view }) => guard.trip?.({ view, state }))
  if (trip === undefined) return
  const level = trip.level === 'flatten' ? 'cancel_all' : trip.level
  if (atLeast(kill.engaged.find(({ scope }) => scope === trip.scope)?.level, level)) return
  report('kill_switch', `guard ${guard.name} should have tripped before this, and did not`, null, { ...trip, level }, guard.name)
}

/**
 * Reports notes and trips that guards owed. They are asked whenever the price of something held arrives; where nothing else happened
 * between the newest such price and a decision, what the decision read is what they were asked on.
 */
export function checkOwed(moment: Moment, quiet: QuietMoment, report: Report): void {
  const { evaluation: { inputs, killEpoch }, broker, since } = quiet
  const kill = moment.kills.get(killEpoch)
  const judgedAt = Object.entries(moment.settings.brokers).find(([, { account }]) => account === moment.account)?.[0]
  // Trips are judged at the account's first broker; what was read for another one has other names.
  if (kill === undefined || judgedAt !== broker || inputs['clockJump'] !== 0) return
  if (moment.guards.every(({ guard }) => guard.trip === undefined && guard.note === undefined)) return
  const look = lastLook(moment, quiet)
  if (look === undefined || look < since + APART || look > Number(inputs['now']) - 1) return
  for (const entry of moment.guards) if (!entry.unknown && !(entry.state instanceof BrokenMemory)) checkGuard(entry, moment, kill, quiet, look, report)
}
