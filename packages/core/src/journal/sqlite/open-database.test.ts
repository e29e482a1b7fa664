import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SluiceError } from '../../runtime/errors.ts'
import { loadSqlite } from './load-sqlite.ts'
import { assertDurable, openDatabase, scalar } from './open-database.ts'
import { journalSchema } from './schema.ts'
import { openJournal } from './journal-engine.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { sqliteStore } from './sqlite-store.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-open-'))
  path = join(folder, 'data', 'deep', 'orders.db')
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

function errorOf(run: () => unknown): SluiceError {
  try {
    run()
  } catch (error) {
    if (SluiceError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** What a tool outside Sluice might do to the closed file. */
function tamper(sql: string): void {
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(path)
  try { database.exec(sql) } finally { database.close() }
}

const open = (): void => { openDatabase(path, journalSchema).close() }

test('the folder is created and the settings that make a commit durable are in force', () => {
  const opened = openDatabase(path, journalSchema)
  expect(['journal_mode', 'synchronous', 'locking_mode'].map((name) => scalar(opened.database, `PRAGMA ${name}`))).toEqual(['wal', 2, 'exclusive'])
  opened.close()
})

test.each([
  ['PRAGMA synchronous = NORMAL', 'synchronous 1'],
  ['PRAGMA journal_mode = DELETE', 'journal_mode delete'],
])('a database that runs with %s is refused', (weaken, named) => {
  const opened = openDatabase(path, journalSchema)
  opened.database.exec(weaken)
  const error = errorOf(() => { assertDurable(opened.database, path) })
  expect(error.code).toBe('JOURNAL_FAILED')
  expect(error.message).toContain(named)
  opened.close()
})

test('a path without a file behind it is refused', () => {
  expect(errorOf(() => sqliteJournal(':memory:')).code).toBe('CONFIGURATION_INVALID')
  expect(errorOf(() => sqliteJournal('')).code).toBe('CONFIGURATION_INVALID')
})

test('a folder that cannot be made is JOURNAL_FAILED and names the path', () => {
  writeFileSync(join(folder, 'data'), 'a file where the folder should be')
  const error = errorOf(open)
  expect(error.code).toBe('JOURNAL_FAILED')
  expect(error.message).toContain(path)
})

test('a second journal on the file in this process is JOURNAL_LOCKED, and the first goes on', async () => {
  const first = sqliteJournal(path)
  await first.accounts()
  const second = sqliteJournal(path)
  await expect(second.claim('main')).rejects.toMatchObject({ code: 'JOURNAL_LOCKED', message: expect.stringContaining('this process') as string })
  await second.close()
  await expect(first.claim('main')).resolves.toMatchObject({ epoch: 1 })
  await first.close()
})

test('a second process gets JOURNAL_LOCKED with the path and the holder, until the first closes', async () => {
  const index = new URL('index.ts', import.meta.url).href
  const program = `
    const { sqliteJournal } = await import(${JSON.stringify(index)})
    const journal = sqliteJournal(${JSON.stringify(path)})
    try { await journal.accounts(); console.log('opened') } catch ({ code, message }) { console.log(code, message) }
    await journal.close()`
  const other = () => spawnSync(process.execPath, ['--conditions=@sluice/source', '--input-type=module', '-e', program], { encoding: 'utf8' })
  const journal = sqliteJournal(path)
  await journal.accounts()
  const { stdout, stderr } = other()
  expect(stdout).toContain(`JOURNAL_LOCKED ${path} is in use by process ${process.pid}`)
  expect(stderr).not.toContain('ExperimentalWarning')
  // The refused process has left the lock and the note of the holder alone.
  expect(other().stdout).toContain(`process ${process.pid}`)
  await journal.close()
  expect(other().stdout).toBe('opened\n')
  expect(existsSync(`${path}.pid`)).toBe(false)
})

test('the note of a killed holder does not lock the file', () => {
  open()
  writeFileSync(`${path}.pid`, '1\n')
  expect(open).not.toThrow()
})

test('a file of a newer Sluice is refused and stays as it was', () => {
  open()
  tamper(`INSERT INTO schema_versions (version, sha256) VALUES (99, '')`)
  const before = readFileSync(path)
  const error = errorOf(open)
  expect(error.code).toBe('JOURNAL_NEWER')
  expect(error.message).toMatch(/written by a newer Sluice \(schema version 99/)
  expect(readFileSync(path)).toEqual(before)
})

test('another SQLite database is refused and stays as it was', () => {
  open()
  rmSync(path)
  tamper('CREATE TABLE family_photos (name TEXT)')
  const before = readFileSync(path)
  expect(errorOf(open)).toMatchObject({ code: 'JOURNAL_CORRUPT', message: `${path} is a SQLite database, but not a Sluice journal` })
  expect(readFileSync(path)).toEqual(before)
})

test('a store is not taken for a journal', async () => {
  await sqliteStore(path).close()
  expect(errorOf(() => openJournal(path)).code).toBe('JOURNAL_CORRUPT')
})

test('a file that is no database is JOURNAL_CORRUPT and names the path', () => {
  open()
  writeFileSync(path, 'these are not the bytes of a database. '.repeat(200))
  const error = errorOf(() => openJournal(path))
  expect(error.code).toBe('JOURNAL_CORRUPT')
  expect(error.message).toContain(path)
})

test('a migration that is not the one this build knows is JOURNAL_CORRUPT', () => {
  open()
  tamper(`UPDATE schema_versions SET sha256 = 'of another build'`)
  const error = errorOf(open)
  expect(error.code).toBe('JOURNAL_CORRUPT')
  expect(error.message).toContain('schema version 1')
})

test('migrations run forward, once each, and what they did is recorded', () => {
  open()
  const grown = { ...journalSchema, versions: [...journalSchema.versions, 'CREATE TABLE extra (name TEXT) STRICT'] }
  const opened = openDatabase(path, grown)
  expect(opened.database.prepare('SELECT version FROM schema_versions').all()).toMatchObject([{ version: 1 }, { version: 2 }])
  expect(scalar(opened.database, 'SELECT count(*) FROM extra')).toBe(0)
  opened.close()
  openDatabase(path, grown).close()
  expect(errorOf(open).code).toBe('JOURNAL_NEWER')
})
