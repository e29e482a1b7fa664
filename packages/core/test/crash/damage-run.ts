import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { type FindingCode, verifyJournal } from '../../src/journal/sqlite/index.ts'
import { SluiceError } from '../../src/runtime/errors.ts'
import { createRandom, type Random } from '../../src/runtime/random.ts'
import { writtenWal } from './written-wal.ts'

const PROGRAM = fileURLToPath(new URL('damage-source.ts', import.meta.url))
const SUFFIXES = ['', '-wal', '.heads'] as const

/** A journal's files as they lay on the disk. */
type Files = ReadonlyMap<string, Buffer>

interface Damage {
  readonly file: string
  readonly bytes: Buffer
  readonly what: string
}

export interface DamageReport {
  /** Files that were damaged where it matters: found or missed. */
  readonly files: number
  /** Found, by the first finding's code. */
  readonly found: Readonly<Partial<Record<FindingCode | 'REFUSED', number>>>
  /** Besides: not found, and everything reads as it was written. Free space, padding, reserved bytes. */
  readonly harmless: number
  /** Not found, and something reads differently: what must not be. */
  readonly missed: readonly string[]
}

function sourceFiles(end: 'closed' | 'killed'): Files {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sound-'))
  const path = join(folder, 'orders.db')
  const { status, signal, stderr } = spawnSync(process.execPath, ['--conditions=@sluice/source', PROGRAM, path, end], { encoding: 'utf8' })
  if (status !== 0 && signal !== 'SIGKILL') throw new Error(`the journal could not be written: ${stderr}`)
  const files = new Map(SUFFIXES.filter((suffix) => existsSync(path + suffix)).map((suffix) => [suffix, suffix === '-wal' ? writtenWal(readFileSync(path + suffix)) : readFileSync(path + suffix)]))
  rmSync(folder, { recursive: true, force: true })
  return files
}

/** Flips a bit, blanks a sector or cuts a file off, at a place that the seed chooses. */
function damageOf(files: Files, random: Random): Damage {
  const names = [...files.keys()]
  const file = names[random.integer(names.length)] ?? ''
  const bytes = Buffer.from(files.get(file) ?? Buffer.alloc(0))
  const at = random.integer(bytes.length)
  const kind = random.integer(6)
  const name = `orders.db${file}`
  if (kind === 0) return { file, bytes: bytes.subarray(0, at), what: `${name} cut off at byte ${at}` }
  if (kind === 1) {
    const sector = at - (at % 512)
    return { file, bytes: bytes.fill(0, sector, sector + 512), what: `${name}, sector at byte ${sector} blanked` }
  }
  const bit = random.integer(8)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  return { file, bytes, what: `${name}, bit ${bit} of byte ${at} flipped` }
}

/** Everything that can be read, as one text. */
function contentOf(path: string): string {
  const database = new DatabaseSync(path)
  try {
    const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).all().map(({ name }) => String(name))
    const rows = tables.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()])
    return JSON.stringify([rows, database.prepare('SELECT type, name, sql FROM sqlite_schema').all()])
  } finally {
    database.close()
  }
}

function lay(path: string, files: Files): void {
  for (const suffix of [...SUFFIXES, '-shm']) rmSync(path + suffix, { force: true })
  for (const [suffix, bytes] of files) writeFileSync(path + suffix, bytes)
}

/** What verification says of the files: the first finding's code, or undefined. */
async function findingIn(path: string): Promise<FindingCode | 'REFUSED' | undefined> {
  try {
    const { findings } = await verifyJournal(path)
    return findings[0]?.code
  } catch (error) {
    if (SluiceError.isInstance(error)) return 'REFUSED'
    throw error
  }
}

function contentOfCopy(path: string, copy: string): string {
  for (const suffix of ['', '-wal']) {
    rmSync(copy + suffix, { force: true })
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix)
  }
  return contentOf(copy)
}

/**
 * Damages journals, closed ones and killed ones, one place each, and asks `verifyJournal` about every one, until so many were
 * damaged in what had been acknowledged.
 */
export async function damageRun(count: number, seed: string, onFile?: (done: number) => void): Promise<DamageReport> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-damage-'))
  const [path, copy] = [join(folder, 'orders.db'), join(folder, 'copy.db')]
  const random = createRandom(seed)
  const found: Partial<Record<FindingCode | 'REFUSED', number>> = {}
  const missed: string[] = []
  let harmless = 0
  try {
    const sources = (['closed', 'killed'] as const).map((end) => {
      const files = sourceFiles(end)
      lay(path, files)
      return { files, content: contentOfCopy(path, copy) }
    })
    let effective = 0
    for (let index = 0; effective < count; index += 1) {
      const { files, content } = sources[index % 2] as (typeof sources)[number]
      const { file, bytes, what } = damageOf(files, random)
      lay(path, new Map([...files, [file, bytes]]))
      const code = await findingIn(path)
      if (code === undefined && contentOfCopy(path, copy) === content) {
        harmless += 1
        continue
      }
      effective += 1
      if (code === undefined) missed.push(what)
      else found[code] = (found[code] ?? 0) + 1
      onFile?.(effective)
    }
    return { files: count, found, harmless, missed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
