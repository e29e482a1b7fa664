import type { ApprovalProvider } from '../approval/approval-provider.ts'
import { formatDecimal, type Units } from '../order/decimal.ts'
import type { Json, KillLevel, KillScope, StoredEvent } from '../order/event.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { RiskView } from '../risk/risk-view.ts'
import type { SessionRoll } from '../risk/session-day.ts'
import type { Control, LimitUse } from './control.ts'

/**
 * One pre-trade control. A guard decides; it does not act. `check` is pure and synchronous: the same order, view, state and
 * facts always give the same decision, so that it can be replayed from the journal. A guard that throws denies the order.
 */
export interface Guard<Options = unknown, State = unknown, Facts = unknown> {
  /** Unique in a service, kebab-case: `max-position`. */
  readonly name: string
  /** Plain JSON. Journaled, shown to people, reloadable. */
  readonly options: Options
  /** The memory of a new account: structured-cloneable data, of which each account gets its own copy. */
  readonly initial?: State
  /** The memory after an event of the account. A fold: it survives restarts and replays. It may change `state` in place and return it. */
  apply?(state: State, event: StoredEvent): State
  /**
   * Fetches what `check` cannot compute, as plain JSON: it is journaled with the decision. Time-boxed; when it rejects or is late, a
   * risk-increasing order is denied.
   */
  prepare?(order: OrderCandidate, signal: AbortSignal): Promise<Facts>
  check(order: OrderCandidate, input: GuardInput<State, Facts>): Decision
  /** Called after each fill, refusal and mark; a returned trip engages the kill switch. */
  trip?(input: { readonly view: RiskView; readonly state: State }): Trip | undefined
  /** Called with `trip`: a fact that no other event says, to be journaled and handed to `apply` as `guard_noted`. */
  note?(input: { readonly view: RiskView; readonly state: State }): Json | undefined
  /** Called when a human releases the kill switch for a scope: a note on it, such as that counting begins anew. */
  released?(scope: KillScope, input: { readonly account: string; readonly state: State }): Json | undefined
  /** How much of each limit is used now; `brokers` are those of the account. For people: it denies nothing. */
  usage?(input: { readonly view: RiskView; readonly state: State; readonly brokers: readonly string[] }): readonly LimitUse[]
  /** The same guard under other options; its memory goes on. Absent: its options change with a restart only. */
  withOptions?(options: Options): Guard<Options, State, Facts>
  /** What the guard stands for, and which changes of its options make it stricter. */
  readonly control?: Control
  /** Data that is fetched before a decision when it is missing or old: `account_values`. */
  readonly needs?: readonly 'account_values'[]
  /** Checks the codes of the challenges this guard raises. */
  readonly approvals?: ApprovalProvider
  /** The session whose profit the guard reads; one roll for the whole service. */
  readonly sessionRoll?: SessionRoll
}

export interface GuardInput<State, Facts> {
  readonly view: RiskView
  readonly state: State
  readonly facts: Facts
}

/** A kill switch that a guard wants engaged. */
export interface Trip {
  readonly scope: KillScope
  readonly level: KillLevel
  readonly reason: string
}

interface Measured {
  readonly limit?: string
  readonly observed?: string
  /** What of `observed` is this order's own, where it is a sum. */
  readonly own?: string
}

/** What a guard says of an order. Limits and observed values are texts for people: decimals or names. */
export type Decision =
  | ({ readonly verdict: 'allow'; readonly warning?: 70 | 90 } & Measured)
  | ({ readonly verdict: 'reject'; readonly code: string; readonly message: string; readonly retryAfter?: number } & Measured)
  | ({ readonly verdict: 'challenge'; readonly code: string; readonly message: string } & Measured)

/** Nothing to object. */
export const allow: Decision = Object.freeze({ verdict: 'allow' })

/** The order must not be sent. `code` is stable, `CATEGORY_CONDITION`; `message` says what to do. */
export function reject(code: string, message: string, measured: Measured & { readonly retryAfter?: number } = {}): Decision {
  return { verdict: 'reject', code, message, ...measured }
}

/** The order may be sent once a human has approved exactly this order. */
export function challenge(code: string, message: string, measured: Measured = {}): Decision {
  return { verdict: 'challenge', code, message, ...measured }
}

/**
 * Allows and shows how much of a limit is used, with a warning from 70 % and from 90 %. `limitText` is the limit as text, where a
 * guard has it at hand.
 */
export function within(observed: Units, limit: Units, limitText: string = formatDecimal(limit)): Decision {
  const observedText = formatDecimal(observed)
  // Nothing used is no warning, also of a limit of nothing. Far from it most of the time, which an addition shows.
  if (observed <= 0n || observed + observed < limit) return { verdict: 'allow', limit: limitText, observed: observedText }
  const share = observed * 10n
  if (share < limit * 7n) return { verdict: 'allow', limit: limitText, observed: observedText }
  return { verdict: 'allow', limit: limitText, observed: observedText, warning: share >= limit * 9n ? 90 : 70 }
}

const warningOf = (decision: Decision | undefined): number => (decision?.verdict === 'allow' ? decision.warning ?? 0 : -1)

/** Of two limits that both allow, the one to show: the nearer to its limit by its warning, else the first. */
export function mostUsed(first: Decision | undefined, second: Decision | undefined): Decision {
  return (warningOf(second) > warningOf(first) ? second : first) ?? allow
}

/** Types a guard; it returns its argument. */
export function defineGuard<Options, State = undefined, Facts = undefined>(guard: Guard<Options, State, Facts>): Guard<Options, State, Facts> {
  return guard
}
