import type { Journal } from '../journal/journal.ts'
import { applyKillEvent, type KillState, RELEASED } from '../kill-switch/kill-state.ts'
import { type EventData, type EventOf, GLOBAL_ACCOUNT, type StoredEvent } from '../order/event.ts'
import { fromIso } from '../runtime/clock.ts'
import { isStop } from './check-stops.ts'
import { isTrip, type TripEvent } from './check-trip.ts'
import { type Difference, reportFor } from './difference.ts'

/** What decisions of all accounts stand on, as the account `*` tells it. */
export interface GlobalHistory {
  readonly events: number
  /** By epoch: every state the kill switch has been in. */
  readonly kills: ReadonlyMap<number, KillState>
  /** What guards tripped, oldest first. */
  readonly trips: readonly TripEvent[]
  /** What facts about an account engaged by themselves, oldest first. */
  readonly stops: readonly EventOf<'kill_switch_changed'>[]
  /** What people released, oldest first. */
  readonly releases: readonly EventOf<'kill_switch_changed'>[]
  /** Every state of the kill switch with when it began: ms since the epoch. */
  readonly changes: readonly { readonly at: number; readonly state: KillState }[]
  /** By version, oldest first. */
  readonly limits: readonly EventOf<'limits_changed'>[]
}

/** Settings of a journal that says none: nothing was decided in it. */
export const NO_SETTINGS: EventData['limits_changed']['settings'] = { tag: '', quoteMaximumAge: 0, accountMaximumAge: 0, slippagePercent: 0, brokers: {} }

/** Reads the account `*`, and reports what does not follow in it. */
export async function readGlobalHistory(journal: Pick<Journal, 'read'>, take: (difference: Difference) => void, onEvent: (event: StoredEvent) => void): Promise<GlobalHistory> {
  let kill: KillState = RELEASED
  const kills = new Map<number, KillState>([[kill.epoch, kill]])
  const limits: EventOf<'limits_changed'>[] = []
  const trips: TripEvent[] = []
  const stops: EventOf<'kill_switch_changed'>[] = []
  const releases: EventOf<'kill_switch_changed'>[] = []
  const changes: { readonly at: number; readonly state: KillState }[] = []
  let events = 0
  for await (const event of journal.read(GLOBAL_ACCOUNT, 1)) {
    events += 1
    onEvent(event)
    const report = reportFor(event, take)
    if (event.sequence !== events) report('history', `event ${GLOBAL_ACCOUNT}:${events} is missing`, event.sequence, events)
    if (event.type === 'kill_switch_changed') {
      if (event.data.epoch !== kill.epoch + 1) report('kill_switch', 'the epoch does not follow the one before', event.data.epoch, kill.epoch + 1)
      kill = applyKillEvent(kill, event)
      kills.set(kill.epoch, kill)
      changes.push({ at: fromIso(event.time), state: kill })
      if (isTrip(event)) trips.push(event)
      else if (isStop(event)) stops.push(event)
      else if (event.data.action === 'release') releases.push(event)
      else if (limits.at(-1)?.data.guards.some(({ name }) => name === event.data.trigger) === true) {
        report('kill_switch', `guard ${event.data.trigger ?? ''} is said to have tripped, and not on what`, event.data.trigger, null, event.data.trigger)
      }
    } else if (event.type === 'limits_changed') {
      const expected = (limits.at(-1)?.data.version ?? 0) + 1
      if (event.data.version !== expected) report('limits', 'the version of the limits does not follow the one before', event.data.version, expected)
      limits.push(event)
    }
  }
  return { events, kills, limits, trips, stops, releases, changes }
}
