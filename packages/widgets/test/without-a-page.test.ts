import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

const elements = globSync('elements/*.ts', { cwd: join(root, 'src'), exclude: ['**/*.test.ts'] }).toSorted()

test.each(['index.ts', 'define.ts', 'feeds.ts', 'locales/de.ts', 'locales/more/de.ts', ...elements])('%s is imported where there is no page: a server that renders must not fall over', (entry) => {
  const code = `globalThis.document === undefined || process.exit(3); await import(${JSON.stringify(join(root, 'src', entry))}); console.log('imported')`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--conditions=@sluice/source', '--input-type=module', '-e', code], { encoding: 'utf8', cwd: root })
  expect({ status, stdout, stderr: stderr.replaceAll(/.*(?:ExperimentalWarning|--trace-warnings|Lit is in dev mode).*\n?/g, '') }).toEqual({ status: 0, stdout: 'imported\n', stderr: '' })
})
