// Installs what the benches compare with, from its own lockfile: `pnpm bench peers`.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atLeast, type BenchResult } from './harness.ts'

const folder = join(import.meta.dirname, 'peers')

export function run(): Promise<BenchResult[]> {
  const { status, stdout, stderr } = spawnSync('npx', ['--yes', 'pnpm@12', 'install', '--frozen-lockfile', '--prefer-offline'], { cwd: folder, encoding: 'utf8', env: { ...process.env, CI: 'true' }, timeout: 600_000 })
  if (status !== 0) throw new Error(`bench/peers cannot be installed:\n${stdout}${stderr}`)
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly dependencies: object }
  return Promise.resolve([atLeast('peers installed', Object.keys(dependencies).length, 1, 'packages')])
}
