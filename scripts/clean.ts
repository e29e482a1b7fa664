import { globSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
for (const path of [...globSync('packages/*/dist', { cwd: root }), 'coverage', '.ci/reports', 'node_modules/.cache']) {
  rmSync(join(root, path), { recursive: true, force: true })
}
