import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { SluiceError } from '../../runtime/errors.ts'
import { openHeadsFile } from './heads-file.ts'
import type { Head } from './journal-writer.ts'
import { type Database, loadSqlite } from './load-sqlite.ts'

/** Pages in one step: about a millisecond in which commits wait. */
const STEP = 256

/** Copies that may be broken off by a commit in the wrong moment, before one is made while commits wait. */
const ATTEMPTS = 4

/** Where a backup is made, until it is known to be whole. */
export function partialPath(target: string): string {
  return `${target}.partial`
}

function sync(path: string): void {
  const file = openSync(path, 'r+')
  try { fsyncSync(file) } finally { closeSync(file) }
}

/** Step by step, between commits. SQLite breaks a copy off when a step meets a commit of the same connection in the wrong moment. */
async function copyBesideCommits(database: Database, partial: string, clear: () => void): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      await loadSqlite().backup(database, partial, { rate: STEP })
      return true
    } catch {
      clear()
    }
  }
  return false
}

/**
 * Copies an open journal while it goes on, with the pins it had at the start beside the copy: whoever verifies the copy proves
 * that nothing acknowledged before the call is missing in it.
 */
export async function copyJournal(database: Database, heads: readonly Head[], target: string): Promise<void> {
  const path = resolve(target)
  if (existsSync(path)) throw new SluiceError('CONFIGURATION_INVALID', `${path} is there already; a backup goes to a new file`)
  const partial = partialPath(path)
  const clear = (): void => { for (const suffix of ['', '.heads', '-journal', '-wal', '-shm']) rmSync(partial + suffix, { force: true }) }
  clear()
  if (!await copyBesideCommits(database, partial, clear)) database.prepare('VACUUM INTO ?').run(partial)
  sync(partial)
  const pins = openHeadsFile(partial)
  try { pins.write(heads) } finally { pins.close() }
}
