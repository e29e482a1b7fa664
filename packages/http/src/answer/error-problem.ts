import { type Denial, type ErrorCode, SluiceError } from '@sluice/core'
import { createProblem, type ProblemMembers, toProblemErrors } from './problem.ts'
import { orderNotFound, Refusal, retryAfter } from './refusal.ts'

const RETRY_DELAY = 1000

const STATUS: Readonly<Record<ErrorCode, number>> = {
  ORDER_INVALID: 422,
  IDEMPOTENCY_CONFLICT: 422,
  CANCEL_REFUSED: 422,
  REPLACE_REFUSED: 422,
  REPLACE_DENIED: 422,
  APPROVAL_UNAVAILABLE: 422,
  TOO_LATE: 422,
  APPROVAL_REFUSED: 403,
  ORDER_NOT_FOUND: 404,
  ORDER_FINISHED: 409,
  VERSION_CONFLICT: 412,
  BUSY: 503,
  JOURNAL_FAILED: 503,
  JOURNAL_LOCKED: 503,
  JOURNAL_CORRUPT: 503,
  JOURNAL_NEWER: 503,
  EXECUTION_CONFLICT: 503,
  SEQUENCE_CONFLICT: 503,
  FENCED: 503,
  ABORTED: 503,
  CLOSED: 503,
  NOT_READY: 503,
  LIMITS_CONFLICT: 500, LIVE_LIMIT_MISSING: 500, LIVE_JOURNAL_NOT_DURABLE: 500, LIVE_APPROVALS_MISSING: 500, CONFIGURATION_INVALID: 500,
  RESCUE_MODE: 503,
}

/** What a stranger may read about a failure on our side. The real message may name paths and processes: it goes to the log. */
const UNAVAILABLE: Partial<Record<ErrorCode, string>> = {
  BUSY: 'Too many orders of this account are on their way. Retry with the same Idempotency-Key.',
  JOURNAL_FAILED: 'The order could not be made durable. Retry with the same Idempotency-Key only.',
  ABORTED: 'The request was given up before anything was recorded.',
  CLOSED: 'The service is closed.',
  NOT_READY: 'The service is starting or recovering.',
  RESCUE_MODE: 'The service is in rescue mode: only listing and cancelling work.',
}

export function isRateDenial(denial: Pick<Denial, 'code' | 'retryAfter'>): boolean {
  return denial.retryAfter !== undefined || denial.code === 'MESSAGE_RATE_EXCEEDED'
}

function membersOf(error: SluiceError): ProblemMembers {
  const { issues, orderId, attemptsLeft, retryable, denial } = error
  return {
    retryable,
    ...(issues !== undefined && { errors: toProblemErrors(issues) }),
    ...(orderId !== undefined && { orderId }),
    ...(attemptsLeft !== undefined && { attemptsLeft }),
    ...(denial !== undefined && { denial }),
  }
}

function toRefusal(error: SluiceError): Refusal {
  const { code } = error
  // An order may vanish from sight between the look-up and the command: the answer must not tell that from never having been.
  if (code === 'ORDER_NOT_FOUND') return orderNotFound()
  const status = STATUS[code] ?? 500
  if (status === 500) return new Refusal(createProblem(500, 'INTERNAL', 'The request failed on our side.'))
  if (status === 503) {
    const detail = UNAVAILABLE[code] ?? 'The service cannot take this now.'
    const { orderId } = error
    return new Refusal(createProblem(503, code, detail, { retryable: true, ...(orderId !== undefined && { orderId }) }), retryAfter(RETRY_DELAY))
  }
  const denial: Denial | undefined = error.denial
  if (denial !== undefined && isRateDenial(denial)) {
    return new Refusal(createProblem(429, code, error.message, membersOf(error)), retryAfter(denial.retryAfter ?? RETRY_DELAY))
  }
  return new Refusal(createProblem(status, code, error.message, membersOf(error)))
}

/** The refusal behind anything that was thrown. What is not ours says nothing of itself. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (SluiceError.isInstance(error)) return toRefusal(error)
  return new Refusal(createProblem(500, 'INTERNAL', 'The request failed on our side. Whether it had an effect is not known.'))
}

