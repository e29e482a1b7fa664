import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { SluiceError } from '@sluice/core'

/** Locks of this process: a lock file with our own number that is not among them was left by a process before us. */
const held = new Set<string>()

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function create(path: string): boolean {
  try {
    const file = openSync(path, 'wx')
    writeSync(file, `${process.pid}`)
    closeSync(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** The process that holds a lock; undefined when there is none any more. */
function holderOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * Takes a lock that ends with the process.
 * @throws SluiceError JOURNAL_LOCKED when a living process, or another session of this one, has it.
 */
export function lockFile(path: string): () => void {
  const locked = (holder: number): SluiceError => new SluiceError('JOURNAL_LOCKED', `${path} is held by process ${holder}`)
  if (held.has(path)) throw locked(process.pid)
  if (!create(path)) {
    const holder = holderOf(path)
    if (holder !== undefined && holder !== process.pid && holder > 0 && isAlive(holder)) throw locked(holder)
    const aside = `${path}.${process.pid}`
    try { renameSync(path, aside) } catch { /* somebody else has just taken it away */ }
    const taken = holderOf(aside)
    // Between the look and the move a new owner may have come: it gets its lock back.
    if (taken !== undefined && taken !== holder) {
      try { linkSync(aside, path) } finally { rmSync(aside, { force: true }) }
      throw locked(taken)
    }
    rmSync(aside, { force: true })
    if (!create(path)) throw locked(holderOf(path) ?? 0)
  }
  held.add(path)
  return () => {
    if (held.delete(path)) rmSync(path, { force: true })
  }
}
