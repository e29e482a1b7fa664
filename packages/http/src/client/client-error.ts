import type { Problem } from '../answer/problem.ts'

/** Codes the client gives of itself; every other is the `code` of the server's problem. */
export type ClientErrorCode =
  /** The connection broke, or timed out, before an answer: the order may or may not exist. Retry with the same key, or look. */
  | 'OUTCOME_UNKNOWN'
  /** A request that changes nothing got no answer. */
  | 'NETWORK_FAILED'
  /** Given up before anything was sent: the caller aborted, or `getHeaders` failed. */
  | 'ABORTED'
  /** Something that is no Sluice endpoint answered. */
  | 'RESPONSE_INVALID'

export interface ClientErrorDetails {
  /** HTTP status; 0 when there was no answer. */
  readonly status?: number
  /** What the server said. */
  readonly problem?: Problem
  readonly retryable?: boolean
  /** How long the server asks to wait, in ms. */
  readonly retryAfter?: number | undefined
  /** The key of the order whose placing failed: retry with this one, never with a new one. */
  readonly idempotencyKey?: string
  readonly cause?: unknown
}

const marker: unique symbol = Symbol.for('sluice.client-error') as never

/** The one error of the client. Recognise it with `ExecutionClientError.isInstance`. */
export class ExecutionClientError extends Error {
  override readonly name = 'ExecutionClientError'
  readonly code: ClientErrorCode | (string & {})
  readonly status: number
  readonly problem: Problem | undefined
  /** True when the same call with the same key may succeed later. */
  readonly retryable: boolean
  /** How long the server asks to wait before another attempt, in ms. */
  readonly retryAfter: number | undefined
  readonly idempotencyKey: string | undefined

  constructor(code: ClientErrorCode | (string & {}), message: string, details: ClientErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.status = details.status ?? 0
    this.problem = details.problem
    this.retryable = details.retryable ?? false
    this.retryAfter = details.retryAfter
    this.idempotencyKey = details.idempotencyKey
    Object.defineProperty(this, marker, { value: true })
  }

  static isInstance(value: unknown): value is ExecutionClientError {
    return typeof value === 'object' && value !== null && marker in value
  }
}
