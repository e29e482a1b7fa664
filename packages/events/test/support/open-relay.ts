import { type EventRelay, type EventRelayOptions, type RelayAlert, startEventRelay } from '@sluice/events'
import { createVirtualClock, type VirtualClock } from '@sluice/core/testing'
import { type History, makeHistory } from './make-history.ts'

export interface OpenRelay {
  readonly relay: EventRelay
  readonly history: History
  readonly clock: VirtualClock
  readonly alerts: RelayAlert[]
  /** Codes of the alerts, in order. */
  readonly codes: () => string[]
}

/** A relay in virtual time over a history of its own, or over a given one as after a restart. */
export async function openRelay(options: Pick<EventRelayOptions, 'sinks'> & Partial<EventRelayOptions>, history: History = makeHistory()): Promise<OpenRelay> {
  const clock = createVirtualClock()
  const alerts: RelayAlert[] = []
  const opening = startEventRelay({ service: history.service, journal: history.journal, onAlert: (alert) => { alerts.push(alert) }, clock, ...options })
  opening.catch(() => undefined)
  await clock.advance(0)
  return { relay: await opening, history, clock, alerts, codes: () => alerts.map(({ code }) => code) }
}

/** 1 to `count`. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
