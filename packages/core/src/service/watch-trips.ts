import type { Guard } from '../guards/guard.ts'
import { atLeast } from '../kill-switch/kill-state.ts'
import type { AccountBook } from '../pipeline/account-book.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import { viewOf } from '../pipeline/decide.ts'
import { engage } from '../pipeline/kill-switch.ts'
import { rollSession } from '../pipeline/session-roll.ts'
import type { RiskView } from '../risk/risk-view.ts'
import { InputMissing } from '../risk/input-missing.ts'
import { describeError } from '../runtime/errors.ts'

/** Journals what a guard wants remembered. */
function takeNote(book: AccountBook, guard: Guard, input: { readonly view: RiskView; readonly state: unknown }): void {
  const note = guard.note?.(input)
  if (note !== undefined) book.record([{ type: 'guard_noted', data: { guard: guard.name, note } }]).catch(() => undefined)
}

/** Asks the guards that can trip, after a fill, a refusal or a mark; a trip engages the kill switch unless it is engaged as hard already. */
export function checkTrips(context: PipelineContext, book: AccountBook): void {
  const broker = [...context.brokers.values()].find((link) => link.account === book.account)
  if (broker === undefined || context.closing || context.journalFailure !== undefined) return
  rollSession(context, book)
  context.guards.forEach((guard, index) => {
    if (guard.trip === undefined && guard.note === undefined) return
    try {
      const { view } = viewOf(context, book, broker.name)
      takeNote(book, guard, { view, state: book.guardStates[index] })
      const trip = guard.trip?.({ view, state: book.guardStates[index] })
      if (trip === undefined) return
      const engaged = context.kill.engaged.find((entry) => entry.scope === trip.scope)
      if (atLeast(engaged?.level, trip.level)) return
      void engage(context, { ...trip, actor: 'sluice', trigger: guard.name })
    } catch (cause) {
      // What cannot be measured now trips nothing; orders are denied for it by the guard itself.
      if (!(cause instanceof InputMissing)) context.alert({ code: 'GUARD_FAILED', message: `guard ${guard.name} failed to judge a trip: ${describeError(cause)}`, cause })
    }
  })
}
