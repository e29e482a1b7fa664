import { SluiceError } from '@sluice/core'

interface DatabaseFault {
  readonly code?: string
  readonly constraint?: string
  readonly message?: string
}

const faultOf = (error: unknown): DatabaseFault => (typeof error === 'object' && error !== null ? error : {})

const SQLSTATE = /^[0-9A-Z]{5}$/
const RETRIED = new Set(['40001', '40P01', '53300', '55P03', '57P01', '57P02', '57P03', '57P05'])

/**
 * Whether the connection is at fault and not the statement: nothing is known of what became of it, and it may be tried on
 * another one. A statement must bear being executed twice.
 */
export function isConnectionFault(error: unknown): boolean {
  const { code } = faultOf(error)
  return code === undefined || !SQLSTATE.test(code) || code.startsWith('08') || RETRIED.has(code)
}

/** The unique constraint that a row ran into, when that was it. */
export function brokenConstraint(error: unknown): string | undefined {
  const { code, constraint } = faultOf(error)
  return code === '23505' ? constraint : undefined
}

/** Anything that went wrong with the database. Its messages name no credentials: they are the server's and the socket's own words. */
export function toJournalError(error: unknown): SluiceError {
  if (SluiceError.isInstance(error)) return error
  const { message = String(error) } = faultOf(error)
  return new SluiceError('JOURNAL_FAILED', `PostgreSQL: ${message === '' ? 'the connection failed' : message}`, { retryable: true, cause: error })
}

/** The message of anything that was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
