import { type SessionDay, sessionDayAt, type SessionRoll } from '../risk/session-day.ts'

/** The service reads its clock for what it decides, for the day and for the event one after another, in ms: a boundary may lie between. */
export const BETWEEN_READINGS = 5

let last: { readonly rule: string; readonly day: SessionDay } | undefined

/** The session of an instant: mostly the one that was asked for last. */
export function sessionAt(at: number, roll: SessionRoll): string {
  const rule = `${roll.roll} ${roll.zone}`
  if (last?.rule !== rule || at < last.day.start || at >= last.day.end) last = { rule, day: sessionDayAt(at, roll) }
  return last.day.id
}
