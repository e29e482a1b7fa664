/**
 * Every code a `SluiceError` can carry. Codes are stable; messages may be reworded.
 *
 * - `ORDER_INVALID`: the request breaks the schema; `issues` names each field and rule. Fix it and send it again.
 * - `IDEMPOTENCY_CONFLICT`: the key was used with another order. Use a new key for a new order.
 * - `BUSY`: too many orders of this account are in flight. Nothing was claimed; retry later with the same key.
 * - `JOURNAL_FAILED`: the journal could not make the order durable. Retry with the same key only.
 * - `JOURNAL_LOCKED`: another process holds the journal.
 * - `JOURNAL_CORRUPT`: the journal cannot be read as what it claims to be.
 * - `JOURNAL_NEWER`: a newer Sluice wrote the journal. Update Sluice; nothing was touched.
 * - `EXECUTION_CONFLICT`: a broker's execution was about to be recorded twice.
 * - `SEQUENCE_CONFLICT`, `FENCED`: another owner has written this account; this process must stop.
 * - `TOO_LATE`: the order came after its own `notAfter`. Nothing was recorded.
 * - `ABORTED`: the caller's signal fired before anything was recorded.
 * - `CLOSED`: the service was closed.
 * - `NOT_READY`: the service is starting or recovering.
 * - `RESCUE_MODE`: the service runs without its journal: only listing and cancelling work. `cause` says why; mend that and restart.
 * - `ORDER_NOT_FOUND`: no such order in this account.
 * - `ORDER_FINISHED`: the order can no longer be changed or approved.
 * - `CANCEL_REFUSED`, `REPLACE_REFUSED`: the broker refused the command.
 * - `REPLACE_DENIED`: a guard refused the new terms; `denial` says why. The live order is untouched.
 * - `VERSION_CONFLICT`: the order changed since the caller read it.
 * - `APPROVAL_REFUSED`: wrong, used or late code; `attemptsLeft` says how many remain.
 * - `APPROVAL_UNAVAILABLE`: no approval provider is configured for what was asked.
 * - `CONFIGURATION_INVALID`: the service cannot be built from these options.
 * - `LIMITS_CONFLICT`: limits were changed while the service ran, and its code says otherwise since; `limits` says which hold.
 * - `LIVE_LIMIT_MISSING`: a live broker needs a limit that is neither set nor waived by name.
 * - `LIVE_JOURNAL_NOT_DURABLE`, `LIVE_APPROVALS_MISSING`: a live broker needs a durable journal, and approvals.
 */
export type ErrorCode =
  | 'ORDER_INVALID' | 'IDEMPOTENCY_CONFLICT' | 'BUSY' | 'JOURNAL_FAILED' | 'JOURNAL_LOCKED' | 'JOURNAL_CORRUPT'
  | 'JOURNAL_NEWER' | 'EXECUTION_CONFLICT' | 'SEQUENCE_CONFLICT' | 'FENCED' | 'TOO_LATE' | 'ABORTED' | 'CLOSED' | 'NOT_READY' | 'RESCUE_MODE' | 'ORDER_NOT_FOUND' | 'ORDER_FINISHED'
  | 'CANCEL_REFUSED' | 'REPLACE_REFUSED' | 'REPLACE_DENIED' | 'VERSION_CONFLICT' | 'APPROVAL_REFUSED'
  | 'APPROVAL_UNAVAILABLE' | 'CONFIGURATION_INVALID' | 'LIMITS_CONFLICT' | 'LIVE_LIMIT_MISSING' | 'LIVE_JOURNAL_NOT_DURABLE'
  | 'LIVE_APPROVALS_MISSING'

/** One broken rule of a request. */
export interface Issue {
  /** Field names from the root, for example `['takeProfit', 'limitPrice']`. */
  readonly path: readonly (string | number)[]
  /** A stable name of the rule, for example `decimal`, `required`, `unknown_field`. */
  readonly rule: string
  /** What is wrong and what would be right, for a person. */
  readonly message: string
}

/** What an error says besides its code and message. */
export interface SluiceErrorDetails {
  /** True when the same call, with the same idempotency key, may succeed later. */
  readonly retryable?: boolean
  readonly issues?: readonly Issue[]
  /** The order the error is about, when one was recorded. */
  readonly orderId?: string
  /** The guard's denial behind `REPLACE_DENIED`. */
  readonly denial?: { readonly code: string; readonly message: string; readonly limit?: string; readonly observed?: string }
  /** Approval attempts left on the order, with `APPROVAL_REFUSED`. */
  readonly attemptsLeft?: number
  readonly cause?: unknown
}

const marker: unique symbol = Symbol.for('sluice.error') as never

/** The one error class of Sluice. Recognise it with `SluiceError.isInstance`, which survives duplicate packages. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError'
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly issues: readonly Issue[] | undefined
  readonly orderId: string | undefined
  readonly denial: SluiceErrorDetails['denial']
  readonly attemptsLeft: number | undefined

  constructor(code: ErrorCode, message: string, details: SluiceErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retryable = details.retryable ?? false
    this.issues = details.issues
    this.orderId = details.orderId
    this.denial = details.denial
    this.attemptsLeft = details.attemptsLeft
    Object.defineProperty(this, marker, { value: true })
  }

  static isInstance(value: unknown): value is SluiceError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[marker] === true
  }
}

/** The message of anything that was thrown, whatever it is. */
export function describeError(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    return 'something that cannot be described'
  }
}
