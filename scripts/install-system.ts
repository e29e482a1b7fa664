// Installs what the tests need from the system, where that is possible without asking anything.
// Each file in scripts/system/ names one part; a part that cannot be installed costs its tests, never the run.
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { SystemPart } from './system-part.ts'

const aptGet = ['apt-get', '-o', 'DPkg::Lock::Timeout=200', '-q']

async function missingParts(): Promise<SystemPart[]> {
  const files = globSync('*.ts', { cwd: join(import.meta.dirname, 'system') }).toSorted()
  const modules = await Promise.all(files.map((file) => import(`./system/${file}`) as Promise<{ part: SystemPart }>))
  return modules.map(({ part }) => part).filter((part) => !part.present())
}

/** The command prefix that makes us root without a password, or undefined. */
function asRoot(): readonly string[] | undefined {
  if (spawnSync('apt-get', ['--version']).status !== 0) return undefined
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined
}

function run(command: readonly string[]): void {
  const [file = '', ...rest] = command
  execFileSync(file, rest, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
}

function install(parts: readonly SystemPart[]): void {
  const names = parts.map((part) => part.name).join(', ')
  const root = process.env['SLUICE_SYSTEM_INSTALL'] === '0' ? undefined : asRoot()
  if (root === undefined) {
    const packages = parts.flatMap((part) => part.debianPackages).join(' ')
    console.warn(`Not on this system: ${names}. ${parts.map((part) => part.why).join('; ')}. On Debian: apt-get install ${packages}`)
    return
  }
  console.log(`Installing from Debian's packages, once: ${names} …`)
  try {
    run([...root, ...aptGet, 'update'])
    run([...root, ...aptGet, 'install', '-y', '--no-install-recommends', ...parts.flatMap((part) => part.debianPackages)])
  } catch (error) {
    console.warn(`Could not install ${names}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const missing = await missingParts()
if (missing.length > 0) install(missing)
