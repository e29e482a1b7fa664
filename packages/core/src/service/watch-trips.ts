import { BrokenMemory } from '../guards/evaluate.ts'
import type { Guard } from '../guards/guard.ts'
import { atLeast } from '../kill-switch/kill-state.ts'
import type { AccountBook } from '../pipeline/book/account-book.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import { viewOf } from '../pipeline/place/decide.ts'
import { engage } from '../pipeline/kill/kill-switch.ts'
import { rollSession } from '../pipeline/session/session-roll.ts'
import type { RecordedView } from '../risk/create-risk-view.ts'
import { InputMissing } from '../risk/input-missing.ts'
import { describeError } from '../runtime/errors.ts'

/** What a guard wants remembered, journaled so that it comes back to its memory. */
function takeNote(context: PipelineContext, book: AccountBook, broker: string, guard: Guard, { view, inputs }: RecordedView, state: unknown): void {
  const note = guard.note?.({ view, state })
  if (note === undefined) return
  const evidence = { broker, limits: context.limits?.version ?? 0, inputs: { ...inputs } }
  book.record([{ type: 'guard_noted', data: { guard: guard.name, note, evidence } }]).catch(() => undefined)
}

/** Engages what a guard asks for, unless it is engaged as hard already. Closing positions is a person's decision: a guard stops at cancel_all. */
function takeTrip(context: PipelineContext, book: AccountBook, broker: string, guard: Guard, { view, inputs }: RecordedView, state: unknown): void {
  const trip = guard.trip?.({ view, state })
  if (trip === undefined) return
  const level = trip.level === 'flatten' ? 'cancel_all' : trip.level
  const engaged = context.kill.engaged.find((entry) => entry.scope === trip.scope)
  if (atLeast(engaged?.level, level)) return
  const evidence = { account: book.account, broker, after: book.sequence, limits: context.limits?.version ?? 0, inputs: { ...inputs } }
  void engage(context, { ...trip, level, actor: 'sluice', trigger: guard.name, evidence })
}

/** Asks the guards that can trip, after a fill, a refusal or a mark. */
export function checkTrips(context: PipelineContext, book: AccountBook): void {
  const broker = [...context.brokers.values()].find((link) => link.account === book.account)
  if (broker === undefined || context.closing || context.journalFailure !== undefined) return
  rollSession(context, book)
  context.guards.forEach((guard, index) => {
    if (guard.trip === undefined && guard.note === undefined) return
    // Its memory broke and was announced: it denies every order, and can tell nothing.
    if (book.guardStates[index] instanceof BrokenMemory) return
    try {
      const recorded = viewOf(context, book, broker.name)
      takeNote(context, book, broker.name, guard, recorded, book.guardStates[index])
      takeTrip(context, book, broker.name, guard, recorded, book.guardStates[index])
    } catch (cause) {
      // What cannot be measured now trips nothing; orders are denied for it by the guard itself.
      if (!(cause instanceof InputMissing)) context.alert({ code: 'GUARD_FAILED', message: `guard ${guard.name} failed to judge a trip: ${describeError(cause)}`, cause })
    }
  })
}
