import type { StoredEvent } from '../order/event.ts'
import type { OrderState } from '../order/order.ts'
import { sessionRollOf } from '../pipeline/session/session-roll.ts'
import type { SessionRoll } from '../risk/session-day.ts'
import type { Moment } from './check-evaluation.ts'
import type { Report } from './difference.ts'
import { checkDueSession, checkSession } from './expected-sessions.ts'
import { checkOwed } from './expected-trips.ts'
import type { RememberingGuard } from './guard-memories.ts'

/** When sessions end under these guards; undefined where a guard without its code may say so first. */
export function rollOf(guards: readonly RememberingGuard[]): SessionRoll | undefined {
  const first = guards.findIndex(({ unknown, guard }) => unknown || guard.sessionRoll !== undefined)
  return guards[first]?.unknown === true ? undefined : sessionRollOf(guards.map(({ guard }) => guard))
}

/**
 * Checks what goes on beside the orders: sessions, and what guards do without being asked about an order. A decision is the moment at
 * which it shows that something is missing. `changedAt`: when anything but a price changed last.
 */
export function checkBackground(event: StoredEvent, before: OrderState | undefined, moment: Moment, changedAt: number, report: Report): void {
  if (event.type === 'session_rolled') {
    checkSession(event, moment, report)
    return
  }
  if (!('evaluation' in event.data) || event.data.evaluation === undefined || event.data.evaluation.after !== undefined) return
  const { evaluation } = event.data
  const broker = ('intent' in event.data ? event.data.intent : undefined)?.broker ?? before?.intent.broker
  if (broker === undefined) return
  checkDueSession(evaluation.inputs, broker, moment, report)
  checkOwed(moment, { evaluation, broker, since: changedAt }, report)
}
