import { describeError, type ErrorCode, SluiceError } from '../../runtime/errors.ts'

const BUSY = 5
const LOCKED = 6
const CORRUPT = 11
const NOT_A_DATABASE = 26

function primaryCode(error: unknown): number {
  const code: unknown = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined
  // The low byte of SQLite's extended result codes is the primary one.
  return typeof code === 'number' ? code & 0xff : 0
}

/** Whether another connection holds the file. */
export function isLocked(error: unknown): boolean {
  const code = primaryCode(error)
  return code === BUSY || code === LOCKED
}

function isCorrupt(error: unknown): boolean {
  const code = primaryCode(error)
  return code === CORRUPT || code === NOT_A_DATABASE
}

/** Anything that went wrong with the file, as a `SluiceError` that names it. */
export function toJournalError(error: unknown, path: string): SluiceError {
  if (SluiceError.isInstance(error)) return error
  const corrupt = isCorrupt(error)
  const code: ErrorCode = corrupt ? 'JOURNAL_CORRUPT' : 'JOURNAL_FAILED'
  const message = corrupt ? `${path} is damaged or no database: ${describeError(error)}` : `${path}: ${describeError(error)}`
  return new SluiceError(code, message, { retryable: !corrupt, cause: error })
}

/** The answer to any call after `close`. */
export function closedError(path: string): SluiceError {
  return new SluiceError('JOURNAL_FAILED', `${path} is closed; open it again`, { retryable: true })
}

/** The end of a file that failed in the middle of a transaction. */
export function stoppedError(error: unknown, path: string): SluiceError {
  return new SluiceError('JOURNAL_FAILED', `${path} failed and takes nothing more until it is reopened: ${describeError(error)}`,
    { retryable: true, cause: error })
}
