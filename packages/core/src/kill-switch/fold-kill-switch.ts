import type { StoredEvent } from '../order/event.ts'
import { applyKillEvent, type KillState, RELEASED } from './kill-state.ts'

const PREFIX = 'trip-file:'

/** What a service writes as the trigger of an engagement that a line of the trip file asked for. */
export function tripTrigger(tripId: string): string {
  return `${PREFIX}${tripId}`
}

/** The id of the trip that engaged the kill switch, where a trip did. */
export function tripIdOf(trigger: string | undefined): string | undefined {
  return trigger?.startsWith(PREFIX) === true ? trigger.slice(PREFIX.length) : undefined
}

/** The kill switch after a history of the account `*`, and the lines of the trip file that were engaged in it. */
export function foldKillSwitch(events: Iterable<StoredEvent>): { readonly state: KillState; readonly answeredTrips: ReadonlySet<string> } {
  let state = RELEASED
  const answeredTrips = new Set<string>()
  for (const event of events) {
    if (event.type !== 'kill_switch_changed') continue
    state = applyKillEvent(state, event)
    const trip = tripIdOf(event.data.trigger)
    if (trip !== undefined) answeredTrips.add(trip)
  }
  return { state, answeredTrips }
}
