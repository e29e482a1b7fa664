import type { Denial, Issue, Order } from '@sluice/core'

/** One broken rule of a request body or query. */
export interface ProblemError {
  /** JSON Pointer (RFC 6901) to the field; empty for the whole. */
  readonly pointer: string
  /** A stable name of the rule, for example `decimal`, `required`, `unknown_field`. */
  readonly rule: string
  readonly message: string
}

/** The body of every answer that is not a success: RFC 9457 with members of our own. */
export interface Problem {
  /** Stable for each code: `urn:sluice:problem:position-limit-exceeded`. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** Names this very answer, `urn:uuid:…`; the server's log has it beside what it does not tell. */
  readonly instance?: string
  /** What programs go by, for example `POSITION_LIMIT_EXCEEDED`. */
  readonly code: string
  /** True when the same request, with the same Idempotency-Key, may succeed later. */
  readonly retryable: boolean
  readonly errors?: readonly ProblemError[]
  readonly orderId?: string
  readonly guard?: string
  readonly limit?: string
  readonly observed?: string
  /** Approval codes that may still be tried. */
  readonly attemptsLeft?: number
  /** Why the guards refused a replace. */
  readonly denial?: Denial
  /** The order that was recorded, where one was: denied or rejected. */
  readonly order?: Order
}

/** What a problem says besides status, code and detail. */
export type ProblemMembers = Partial<Omit<Problem, 'type' | 'status' | 'code' | 'detail'>>

function typeOf(code: string): string {
  return `urn:sluice:problem:${code.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 64)}`
}

function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function createProblem(status: number, code: string, detail: string, members: ProblemMembers = {}): Problem {
  return { type: typeOf(code), title: titleOf(code), status, detail, code, retryable: false, ...members }
}

/** RFC 6901: `['takeProfit', 'limitPrice']` is `/takeProfit/limitPrice`. */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

export function toProblemErrors(issues: readonly Issue[]): readonly ProblemError[] {
  return issues.map(({ path, rule, message }) => ({ pointer: pointerOf(path), rule, message }))
}
