import type { KillState } from '../kill-switch/kill-state.ts'
import type { EventOf } from '../order/event.ts'
import { createRiskView } from '../risk/create-risk-view.ts'
import { describeError } from '../runtime/errors.ts'
import type { Moment } from './check-evaluation.ts'
import { isSame, type Report } from './difference.ts'
import { recordedSources } from './recorded-sources.ts'

/** A guard's trip, with what it stood on. */
export type TripEvent = EventOf<'kill_switch_changed'> & { readonly data: { readonly trigger: string; readonly evidence: NonNullable<EventOf<'kill_switch_changed'>['data']['evidence']> } }

export function isTrip(event: EventOf<'kill_switch_changed'>): event is TripEvent {
  return event.data.trigger !== undefined && event.data.evidence !== undefined
}

/** Asks the guard again, on the history and on what it read, whether it trips. `moment` is the account's after `evidence.after`. */
export function checkTrip({ data }: TripEvent, moment: Moment, report: Report): void {
  const { trigger, evidence: { broker, limits, inputs }, epoch } = data
  if (limits !== moment.version) report('limits', `the limits in force are version ${moment.version}`, limits, moment.version, trigger)
  const entry = moment.guards.find(({ guard }) => guard.name === trigger)
  const kill: KillState | undefined = moment.kills.get(epoch - 1)
  if (kill === undefined || entry === undefined) {
    report('outcome', entry === undefined ? `no guard ${trigger} is in force` : `the kill switch never was at epoch ${epoch - 1}`, trigger, null, trigger)
    return
  }
  // Its code is not here: it is taken at its word.
  if (entry.unknown) return
  const recorded = createRiskView(recordedSources({ ...moment, kill }, inputs, broker), broker)
  const made = trip(() => entry.guard.trip?.({ view: recorded.view, state: entry.state }))
  const wanted = { scope: data.scope, level: data.level, reason: data.reason }
  const derived = made && { ...made, level: made.level === 'flatten' ? 'cancel_all' : made.level }
  if (!isSame(wanted, derived)) report('outcome', `guard ${trigger} ${derived === undefined ? 'does not trip' : 'trips otherwise'} on these inputs`, wanted, derived, trigger)
  for (const [name, value] of Object.entries(recorded.inputs)) {
    if (!isSame(inputs[name], value)) report('input', `${name} follows from the history as ${JSON.stringify(value)}`, inputs[name], value, trigger)
  }
}

function trip<Made>(ask: () => Made): Made | { readonly scope: string; readonly level: string; readonly reason: string } {
  try {
    return ask()
  } catch (error) {
    return { scope: '', level: '', reason: `it failed: ${describeError(error)}` }
  }
}
