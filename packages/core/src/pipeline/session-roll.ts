import { formatDecimal, parseSigned } from '../order/decimal.ts'
import { type SessionDay, sessionDayAt } from '../risk/session-day.ts'
import type { AccountBook } from './account-book.ts'
import type { PipelineContext } from './context.ts'

const running = new WeakMap<PipelineContext, SessionDay>()

function currentSession(context: PipelineContext): SessionDay {
  const now = context.clock.now()
  const known = running.get(context)
  if (known !== undefined && now >= known.start && now < known.end) return known
  const session = sessionDayAt(now, context.sessionRoll)
  running.set(context, session)
  return session
}

/**
 * Begins the session that is due, when none or an older one is running. Profits count from the prices of this moment; where no
 * fresh price is known, from the average price. A clock that was set back never revives an old session.
 */
export function rollSession(context: PipelineContext, book: AccountBook): void {
  const due = currentSession(context)
  const before = book.ledger.session?.id
  if (before === due.id || (before !== undefined && before.slice(0, 10) > due.id.slice(0, 10))) return
  const marks: Record<string, string> = {}
  for (const { broker, symbol, position } of book.ledger.entries()) {
    const mark = context.marks.get(broker, symbol)
    if (position.quantity !== 0n && mark !== undefined) marks[symbol] = formatDecimal(position.quantity > 0n ? mark.bid : mark.ask)
  }
  const values = [...context.brokers.values()].filter((link) => link.account === book.account).map((link) => link.accountValues?.equity)
  const known = values.filter((value) => value !== undefined)
  const equity = known.length > 0 && known.length === values.length ? formatDecimal(known.reduce((sum, value) => sum + parseSigned(value), 0n)) : undefined
  void book.record([{ type: 'session_rolled', data: { session: due.id, ...(equity !== undefined && { equity }), source: equity === undefined ? 'marks' : 'broker', marks } }]).catch(() => undefined)
}
