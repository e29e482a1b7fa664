import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { SluiceError } from '../../runtime/errors.ts'
import { openHeadsFile } from './heads-file.ts'
import type { Head } from './journal-writer.ts'
import { type Database, loadSqlite } from './load-sqlite.ts'

/** Pages in one step: about a millisecond in which commits wait. */
const STEP = 256

/** Where a backup is made, until it is known to be whole. */
export function partialPath(target: string): string {
  return `${target}.partial`
}

/**
 * Copies an open journal while it goes on, with the pins it had at the start beside the copy: whoever verifies the copy proves
 * that nothing acknowledged before the call is missing in it.
 */
export async function copyJournal(database: Database, heads: readonly Head[], target: string): Promise<void> {
  const path = resolve(target)
  if (existsSync(path)) throw new SluiceError('CONFIGURATION_INVALID', `${path} is there already; a backup goes to a new file`)
  const partial = partialPath(path)
  for (const suffix of ['', '.heads', '-journal', '-wal', '-shm']) rmSync(partial + suffix, { force: true })
  await loadSqlite().backup(database, partial, { rate: STEP })
  const pins = openHeadsFile(partial)
  try { pins.write(heads) } finally { pins.close() }
}
