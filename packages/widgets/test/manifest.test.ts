import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('custom-elements.json is what the sources say, and everything public in it is described', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(import.meta.dirname, '../../../scripts/elements-manifest.ts'), '--check'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^8 elements, 0 problem\(s\)/)
  expect(status).toBe(0)
})
