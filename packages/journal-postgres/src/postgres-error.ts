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

/** What Node says of a certificate it does not take: of its authority, its name, its time. */
const CERTIFICATE = /CERT|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA/
/** Who one is, or that there is such a database: a second attempt hears the same. */
const UNWELCOME = /^(?:28|3D)/

/** Why nobody will ever get in this way, in words that say what to do; undefined for a fault that may pass. */
export function refusalOf(error: unknown): string | undefined {
  const { code = '', message = '' } = faultOf(error)
  if (SQLSTATE.test(code)) return UNWELCOME.test(code) ? `the server refuses the connection: ${message}. Check the user, the password and the database` : undefined
  if (CERTIFICATE.test(code)) return `the server's certificate is not trusted: ${message}. Give its authority as ssl.ca, and the host its certificate names`
  if (message.includes('does not support SSL')) return 'the server does not speak TLS: turn it on there, or leave out ssl where the line needs no protection'
  return undefined
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
