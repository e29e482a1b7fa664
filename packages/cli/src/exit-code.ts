import { SluiceError } from '@sluice/core'

/** What the exit code of a command says. Stable: scripts may rely on it. */
export const EXIT = {
  /** Done, and what was asked about is as it should be. */
  ok: 0,
  /** Something went wrong that has no code of its own. */
  failed: 1,
  /** The command line makes no sense; nothing was done. */
  usage: 2,
  /** The file is missing, no journal, or of a newer Sluice. */
  unreadable: 3,
  /** A running service has the journal. */
  locked: 4,
  /** What was verified is damaged. */
  damaged: 5,
  /** A replay came to something else than the journal says. */
  different: 6,
  /** Nothing differs, and not everything could be derived: what it stands on was pruned. */
  incomplete: 8,
  /** The kill switch is engaged, or may be. */
  engaged: 7,
  /** Ended by SIGINT or SIGTERM; nothing half-written is left. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** A failure with its exit code. The message says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exit: ExitCode
  readonly code: string

  constructor(exit: ExitCode, code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.exit = exit
    this.code = code
  }
}

/** The exit code of whatever was thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exit
  if (!SluiceError.isInstance(error)) return EXIT.failed
  switch (error.code) {
    case 'JOURNAL_LOCKED': return EXIT.locked
    case 'JOURNAL_CORRUPT': return EXIT.damaged
    case 'JOURNAL_FAILED':
    case 'JOURNAL_NEWER': return EXIT.unreadable
    default: return EXIT.failed
  }
}
