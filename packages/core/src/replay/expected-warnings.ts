import type { DecisionRecord, EventOf, StoredEvent } from '../order/event.ts'
import { reportFor, type Difference } from './difference.ts'

/** Which warnings a history owes. */
export interface ExpectedWarnings {
  /** Takes in the next event of the account; reports what should have come before it. */
  next(event: StoredEvent): void
  /** Reports what should have come before the end. */
  end(): void
}

/** The decisions that warn: those of new orders. An approval repeats one, and what closes positions warns nobody. */
function warnsOf(event: StoredEvent): EventOf<'order_pending_new' | 'order_pending_approval'> | undefined {
  if (event.type !== 'order_pending_new' && event.type !== 'order_pending_approval') return undefined
  const approved = event.type === 'order_pending_new' && event.data.approval !== undefined
  return approved || event.data.intent.purpose !== undefined ? undefined : event
}

/**
 * Each warning of a decision follows it at once, unless the account had it before. A restart forgets what was given, and gives it again:
 * so what is owed here is the least that must be there.
 */
export function expectWarnings(take: (difference: Difference) => void, isWhole = true): ExpectedWarnings {
  const given = new Map<string, number>()
  // What was given before a snapshot it does not say: until a guard warns no more, nothing more is owed.
  const before = isWhole ? 0 : Number.POSITIVE_INFINITY
  let owing: StoredEvent | undefined
  let owed: DecisionRecord[] = []

  const settle = (): void => {
    for (const { guard, warning, limit, observed } of owed) {
      reportFor(owing as StoredEvent, take)('warning', `guard ${guard} came to ${warning} % of its limit, and no warning follows`, null, { percent: warning, limit, observed }, guard)
    }
    owed = []
  }

  const owe = ({ data }: EventOf<'order_pending_new' | 'order_pending_approval'>): void => {
    for (const decision of data.evaluation.decisions) {
      const { guard, warning } = decision
      if (warning === undefined) given.set(guard, 0)
      else if ((given.get(guard) ?? before) < warning) {
        given.set(guard, warning)
        owed.push(decision)
      }
    }
  }

  return {
    next: (event) => {
      if (event.type === 'limit_warning') {
        owed = owed.filter(({ guard, warning }) => guard !== event.data.guard || warning !== event.data.percent)
        return
      }
      settle()
      const warns = warnsOf(event)
      if (warns === undefined) return
      owing = event
      owe(warns)
    },
    end: settle,
  }
}
