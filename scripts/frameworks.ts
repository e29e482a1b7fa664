// Builds and tries the apps of examples/frameworks, each with its framework's own tools: `pnpm frameworks [name]`, after `pnpm build`.
// They have a lockfile of their own. Where no registry can be reached they are left out, and the run says so in one line.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'examples/frameworks')
/** What a package manager says when nobody answers, not when something is wrong. */
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_PNPM_(?:META_)?FETCH_FAIL|NETWORK_ERROR|[Cc]onnection refused|ERR_SOCKET_TIMEOUT/

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>
}

/** Folders whose package has a `check`. */
function apps(): string[] {
  return globSync('*/package.json', { cwd: folder })
    .filter((file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Manifest).scripts?.['check'] !== undefined)
    .map((file) => dirname(file))
    .toSorted()
}

function pnpm(words: readonly string[], cwd: string): { readonly ok: boolean; readonly said: string; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('pnpm', [...words], { cwd, encoding: 'utf8', env: { ...process.env, CI: 'true' }, timeout: 600_000 })
  return { ok: status === 0, said: stdout.trim().split('\n').at(-1) ?? '', output: `${stdout}${stderr}` }
}

function install(): 'installed' | 'unreachable' {
  const { ok, output } = pnpm(['install', '--frozen-lockfile', '--prefer-offline'], folder)
  if (ok) return 'installed'
  if (UNREACHABLE.test(output)) return 'unreachable'
  throw new Error(`examples/frameworks cannot be installed:\n${output}`)
}

function check(app: string): boolean {
  const { ok, said, output } = pnpm(['run', 'check'], join(folder, app))
  console.log(ok ? said : `${app} failed:\n${output}`)
  return ok
}

if (!existsSync(join(root, 'packages/http/dist/index.js'))) throw new Error('The apps use the built packages: run `pnpm build` first.')
const [only] = process.argv.slice(2)
if (install() === 'unreachable') console.log(`SKIPPED ${apps().join(', ')}: no registry can be reached, and the packages of examples/frameworks are not here.`)
else process.exitCode = apps().filter((app) => only === undefined || app === only).map(check).every(Boolean) ? 0 : 1
