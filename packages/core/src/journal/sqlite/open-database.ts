import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { SluiceError } from '../../runtime/errors.ts'
import { holderOf, recordHolder, removeHolder } from './holder-file.ts'
import { type Database, loadSqlite } from './load-sqlite.ts'
import { WAL_PAGES } from './reserve-wal.ts'
import { migrationHash, type Schema, VERSION_TABLE } from './schema.ts'
import { isLocked, toJournalError } from './sqlite-error.ts'

/** A database file that this process holds alone. */
export interface OpenDatabase {
  readonly database: Database
  /** Absolute. */
  readonly path: string
  close(): void
}

const FULL = 2

/** The one value of a pragma, or of any query with one row and one column. */
export function scalar(database: Database, sql: string): unknown {
  return Object.values(database.prepare(sql).get() ?? {})[0]
}

/**
 * Checks that the settings which make a commit survive a power cut are really in force: SQLite answers a pragma it cannot
 * obey with silence.
 * @throws SluiceError JOURNAL_FAILED
 */
export function assertDurable(database: Database, path: string): void {
  const wanted = { journal_mode: 'wal', synchronous: FULL, locking_mode: 'exclusive' }
  for (const [pragma, value] of Object.entries(wanted)) {
    const found = scalar(database, `PRAGMA ${pragma}`)
    if (found !== value) {
      throw new SluiceError('JOURNAL_FAILED', `${path} cannot be kept durable: SQLite runs with ${pragma} ${String(found)} instead of ${value}`)
    }
  }
}

function createFolder(path: string): void {
  const folder = dirname(path)
  const created = mkdirSync(folder, { recursive: true })
  if (created === undefined || process.platform === 'win32') return
  // SQLite syncs the folder of its files; the names of new folders above are ours to sync.
  for (let child = folder; child.length >= created.length; child = dirname(child)) {
    const parent = openSync(dirname(child), 'r')
    try { fsyncSync(parent) } finally { closeSync(parent) }
  }
}

/** Reads before it writes: a file that is not ours, or is newer, stays as it was. */
export function versionOf(database: Database, schema: Schema, path: string): number {
  const empty = scalar(database, 'SELECT count(*) FROM sqlite_schema') === 0
  if (empty) return 0
  if (scalar(database, 'PRAGMA application_id') !== schema.applicationId) {
    throw new SluiceError('JOURNAL_CORRUPT', `${path} is a SQLite database, but not a Sluice ${schema.name}`)
  }
  const applied = database.prepare('SELECT version, sha256 FROM schema_versions ORDER BY version').all()
  const version = Number(applied.at(-1)?.['version'] ?? 0)
  if (version > schema.versions.length) {
    throw new SluiceError('JOURNAL_NEWER',
      `${path} was written by a newer Sluice (schema version ${version}; this one knows ${schema.versions.length}); update Sluice to open it`)
  }
  for (const [index, sql] of schema.versions.slice(0, version).entries()) {
    if (applied[index]?.['version'] === index + 1 && applied[index]['sha256'] === migrationHash(sql)) continue
    throw new SluiceError('JOURNAL_CORRUPT', `${path}: schema version ${index + 1} is not the one that this Sluice knows; another build made the file`)
  }
  return version
}

function migrate(database: Database, schema: Schema, version: number): void {
  if (version === schema.versions.length) return
  database.exec('BEGIN EXCLUSIVE')
  if (version === 0) database.exec(`PRAGMA application_id = ${schema.applicationId}; ${VERSION_TABLE}`)
  const insert = database.prepare('INSERT INTO schema_versions (version, sha256) VALUES (?, ?)')
  for (const [index, sql] of schema.versions.entries()) {
    if (index < version) continue
    database.exec(sql)
    insert.run(index + 1, migrationHash(sql))
  }
  database.exec('COMMIT')
}

function prepareDatabase(database: Database, schema: Schema, path: string): void {
  // Before the first read: then the lock is taken with it and kept, and the WAL needs no shared memory.
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  const version = versionOf(database, schema, path)
  // fullfsync: macOS alone; elsewhere it does nothing.
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA wal_autocheckpoint = ${WAL_PAGES}; PRAGMA checkpoint_fullfsync = 1`)
  assertDurable(database, path)
  migrate(database, schema, version)
}

export function lockedError(path: string, cause: unknown): SluiceError {
  const holder = holderOf(path)
  const who = holder === process.pid ? 'this process' : holder === undefined ? 'another process' : `process ${holder}`
  return new SluiceError('JOURNAL_LOCKED', `${path} is in use by ${who}; a journal has one owner`, { cause })
}

/** @throws SluiceError CONFIGURATION_INVALID for what SQLite would take for a database without a file. */
export function assertFilePath(file: string, name: string): void {
  if (file !== '' && file !== ':memory:') return
  throw new SluiceError('CONFIGURATION_INVALID', `'${file}' is no path; for a ${name} in memory use memoryJournal() or memoryStore()`)
}

/**
 * Opens or creates a file, takes it for this process alone, checks its durability and brings its schema up to date. The kernel
 * frees the lock however the process ends. No one may read the file through `node:fs` in this process while it is open:
 * closing such a handle would drop the lock (POSIX).
 * @throws SluiceError JOURNAL_LOCKED, JOURNAL_CORRUPT, JOURNAL_NEWER, JOURNAL_FAILED, CONFIGURATION_INVALID
 */
export function openDatabase(file: string, schema: Schema): OpenDatabase {
  assertFilePath(file, schema.name)
  const path = resolve(file)
  const { DatabaseSync } = loadSqlite()
  let database: Database | undefined
  try {
    createFolder(path)
    database = new DatabaseSync(path)
    prepareDatabase(database, schema, path)
    recordHolder(path)
  } catch (error) {
    if (database?.isOpen === true) database.close()
    throw isLocked(error) ? lockedError(path, error) : toJournalError(error, path)
  }
  const opened = database
  return {
    database: opened,
    path,
    close: () => {
      if (!opened.isOpen) return
      removeHolder(path)
      opened.close()
    },
  }
}
