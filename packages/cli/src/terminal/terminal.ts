import { type Clock, systemClock } from '@sluice/core'
import { userInfo } from 'node:os'

/** Where a command runs. */
export interface Terminal {
  /** Results, to standard output. Waits while whoever reads it is slower. */
  readonly write: (text: string) => Promise<void>
  /** Progress and errors, to standard error. */
  readonly note: (text: string) => void
  /** Somebody looks at standard error. */
  readonly interactive: boolean
  readonly columns: number
  readonly clock: Clock
  /** Aborts when the user wants the command to end, or nobody reads its results any more. */
  readonly signal: AbortSignal
  /** Whoever read the results has seen enough, as in `sluice … | head`: no failure. */
  readonly readerLeft: () => boolean
  /** The name of the user, for records of who did what. */
  readonly user: string
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

/** The process's own. The first SIGINT or SIGTERM lets the command clean up, a second one ends it at once. */
export function processTerminal(): Terminal {
  const abort = new AbortController()
  let gone = false
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(130)
      abort.abort()
    })
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    gone = true
    abort.abort()
  })
  return {
    write: async (text) => {
      if (gone || process.stdout.write(text)) return
      await new Promise<void>((resolve) => {
        const done = (): void => {
          process.stdout.off('drain', done).off('error', done)
          resolve()
        }
        process.stdout.on('drain', done).on('error', done)
      })
    },
    note: (text) => { process.stderr.write(text) },
    interactive: process.stderr.isTTY,
    columns: process.stderr.columns ?? 80,
    clock: systemClock,
    signal: abort.signal,
    readerLeft: () => gone,
    user: userName(),
  }
}
