import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '../src')
const page = readFileSync(join(import.meta.dirname, '../../../docs/problems.md'), 'utf8')

/** Every code that the package gives of itself or passes on from core, read from its own sources. */
function codesInSources(): ReadonlySet<string> {
  const codes = new Set<string>()
  for (const file of globSync('{access,answer,api,body,events,limits,node,routes}/**/*.ts', { cwd: source, exclude: ['**/*.test.ts'] })) {
    const text = readFileSync(join(source, file), 'utf8')
    for (const [, code] of text.matchAll(/(?:refuse|createProblem)\(\s*\d{3},\s*'([A-Z_]+)'/g)) codes.add(code ?? '')
    if (file.endsWith('error-problem.ts')) for (const [, code] of text.matchAll(/^ {2}([A-Z_]+): \d{3},$/gm)) codes.add(code ?? '')
    if (file.endsWith('read-json.ts')) for (const [, code] of text.matchAll(/'(JSON_[A-Z_]+)'/g)) codes.add(code ?? '')
    for (const [, code] of text.matchAll(/'((?:REQUEST|QUERY)_INVALID)'/g)) codes.add(code ?? '')
  }
  // Never an answer: such a service cannot be built.
  codes.delete('CONFIGURATION_INVALID')
  return codes
}

test('every problem is documented, and every documented problem exists', () => {
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` \| \d{3} \|/gm)].map(([, code]) => code ?? '')
  expect(documented.length).toBe(new Set(documented).size)
  // NOT_SENT is core's word in a denial.
  expect(documented.filter((code) => code !== 'NOT_SENT').toSorted()).toEqual([...codesInSources()].toSorted())
})
