import type { Guard } from '../../guards/guard.ts'
import { formatDecimal, parseBrokerDecimal } from '../../order/decimal.ts'
import type { SessionMarks } from '../../order/event.ts'
import { type SessionDay, sessionDayAt, type SessionRoll } from '../../risk/session-day.ts'
import type { AccountBook } from '../book/account-book.ts'
import type { PipelineContext } from '../context.ts'

/** When sessions end: as the first guard says that says it. */
export function sessionRollOf(guards: readonly Pick<Guard, 'sessionRoll'>[]): SessionRoll {
  return guards.find((guard) => guard.sessionRoll !== undefined)?.sessionRoll ?? { roll: '00:00', zone: 'UTC' }
}

const running = new WeakMap<PipelineContext, SessionDay>()

function currentSession(context: PipelineContext): SessionDay {
  const now = context.clock.now()
  const known = running.get(context)
  if (known !== undefined && now >= known.start && now < known.end) return known
  const session = sessionDayAt(now, context.sessionRoll)
  running.set(context, session)
  return session
}

/** What the account's positions would be worth now, by broker and symbol; undefined when a price that it takes is missing or stale. */
function freshMarks(context: PipelineContext, book: AccountBook): SessionMarks | undefined {
  const marks: Record<string, Record<string, string>> = {}
  for (const { broker, symbol, position } of book.ledger.entries()) {
    if (position.quantity === 0n) continue
    const mark = context.marks.get(broker, symbol)
    if (mark === undefined || context.clock.monotonic() - mark.arrived > context.timing.quoteMaximumAge) return undefined
    marks[broker] = { ...marks[broker], [symbol]: formatDecimal(position.quantity > 0n ? mark.bid : mark.ask) }
  }
  return marks
}

/** The equity over all brokers of the account, where every one of them reports it. */
function equityOf(context: PipelineContext, book: AccountBook): string | undefined {
  let sum = 0n
  let brokers = 0
  for (const link of context.brokers.values()) {
    if (link.account !== book.account) continue
    const equity = link.accountValues === undefined ? undefined : parseBrokerDecimal(link.accountValues.values.equity)
    if (equity === undefined) return undefined
    sum += equity.units
    brokers += 1
  }
  return brokers === 0 ? undefined : formatDecimal(sum)
}

/** The id of the session that is due now. */
export function dueSession(context: PipelineContext): string {
  return currentSession(context).id
}

/**
 * Begins the session that is due, when none or an older one is running. Profits count from the prices of this moment; while one
 * of them is missing the session does not begin, and what measures profit is denied. A clock that was set back never revives an
 * old session.
 */
export function rollSession(context: PipelineContext, book: AccountBook): void {
  // What day it is nobody knows until the books have been compared by the clock as it is now (PROTOCOL E6).
  if (context.clockJump > 0) return
  const due = currentSession(context)
  const before = book.ledger.session?.id
  if (before === due.id || (before !== undefined && before.slice(0, 10) > due.id.slice(0, 10))) return
  const marks = freshMarks(context, book)
  if (marks === undefined) return
  const equity = equityOf(context, book)
  const data = { session: due.id, ...(equity !== undefined && { equity }), source: equity === undefined ? 'marks' : 'broker', marks }
  book.record([{ type: 'session_rolled', data }]).catch(() => undefined)
}

/** Rolls every account when the running session ends, and the ones after it. */
export function rollOnTime(context: PipelineContext): void {
  context.clock.setTimer(() => {
    if (context.signal.aborted) return
    for (const book of context.books.values()) rollSession(context, book)
    rollOnTime(context)
  }, Math.max(1, currentSession(context).end - context.clock.now()))
}
