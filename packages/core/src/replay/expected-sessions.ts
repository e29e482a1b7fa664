import type { EventOf, SessionMarks } from '../order/event.ts'
import type { Ledger } from '../risk/ledger.ts'
import { fromIso } from '../runtime/clock.ts'
import type { Moment } from './check-evaluation.ts'
import type { Report } from './difference.ts'
import { BETWEEN_READINGS, sessionAt } from './session-at.ts'

/** Sessions never go backwards (PROTOCOL E6). */
const begins = (due: string, before: string | undefined): boolean => before === undefined || (before !== due && before.slice(0, 10) <= due.slice(0, 10))

function heldIn(ledger: Ledger): string[] {
  return [...ledger.entries()].flatMap(({ broker, symbol, position }) => (position.quantity === 0n ? [] : [`${broker} ${symbol}`])).toSorted()
}

const namesIn = (marks: SessionMarks): string[] => Object.entries(marks).flatMap(([broker, prices]) => Object.keys(prices).map((symbol) => `${broker} ${symbol}`)).toSorted()

/** Checks the begin of a session: the day of its zone, after the one before, with a price for all that is held and for nothing else. */
export function checkSession({ data, time }: EventOf<'session_rolled'>, { ledger, roll }: Moment, report: Report): void {
  if (roll !== undefined) {
    const due = sessionAt(fromIso(time), roll)
    if (data.session !== due && data.session !== sessionAt(fromIso(time) - BETWEEN_READINGS, roll)) {
      report('session', `by ${roll.roll} in ${roll.zone} another session was due`, data.session, due)
    }
  }
  const before = ledger.session?.id
  if (!begins(data.session, before)) report('session', 'it does not come after the session before it', data.session, before)
  const [marked, held] = [namesIn(data.marks), heldIn(ledger)]
  if (marked.join('\n') !== held.join('\n')) report('session', 'its prices are not those of what is held', marked, held)
  const source = data.equity === undefined ? 'marks' : 'broker'
  if (data.source !== source) report('session', 'its source is not where its equity is from', data.source, source)
}

/**
 * Reports a session that was due when an order was decided on and had not begun: the day was over, every price that it takes was there
 * and fresh, and no clock had jumped.
 */
export function checkDueSession(inputs: { readonly [name: string]: unknown }, broker: string, { ledger, roll, settings }: Moment, report: Report): void {
  if (roll === undefined || inputs['clockJump'] !== 0) return
  const due = sessionAt(Number(inputs['now']), roll)
  // The day began after the lane looked: as long ago as two readings of the clock lie apart.
  if (!begins(due, ledger.session?.id) || sessionAt(Number(inputs['now']) - BETWEEN_READINGS, roll) !== due) return
  for (const { broker: holder, symbol, position } of ledger.entries()) {
    if (position.quantity === 0n) continue
    const mark = inputs[holder === broker ? `mark:${symbol}` : `mark:${holder}:${symbol}`] as { readonly age: number } | null | undefined
    if (mark === undefined || mark === null || mark.age > settings.quoteMaximumAge) return
  }
  report('session', `session ${due} was due, every price that it takes was there, and it had not begun`, ledger.session?.id, due)
}
