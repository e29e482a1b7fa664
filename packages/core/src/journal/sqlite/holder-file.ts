import { readFileSync, rmSync, writeFileSync } from 'node:fs'

/**
 * A note beside the database that says who has it open, for the message of whoever finds it locked. It locks nothing: the
 * kernel's lock on the database does, so a note left behind by a killed process is harmless.
 */
function noteOf(path: string): string {
  return `${path}.pid`
}

/** Notes this process as the holder. */
export function recordHolder(path: string): void {
  writeFileSync(noteOf(path), `${process.pid}\n`)
}

/** The process that says it has the database open, when one does. */
export function holderOf(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(noteOf(path), 'utf8'), 10)
    return Number.isNaN(pid) ? undefined : pid
  } catch {
    return undefined
  }
}

/** Call while the database is still locked: afterwards the note may be the next owner's. */
export function removeHolder(path: string): void {
  rmSync(noteOf(path), { force: true })
}
