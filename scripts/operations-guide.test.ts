import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The string literals of a union in a source text, from `start` to the first blank line or brace after it. */
function literals(source: string, start: string): string[] {
  const text = source.slice(source.indexOf(start) + start.length)
  return [...text.slice(0, text.search(/\n\n|\n {2}readonly message/)).matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code as string)
}

/** The codes in the first column of a table under a heading. */
function codesUnder(heading: string): string[] {
  const section = read('docs/operations.md').split('\n## ').find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return section.split('\n').filter((line) => line.startsWith('| `')).flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code as string))
}

test('the guide for operators says what to do at every alert and every error, and of no other', () => {
  const alerts = literals(read('packages/core/src/pipeline/alert.ts'), 'readonly code:')
  const errors = literals(read('packages/core/src/runtime/errors.ts'), 'export type ErrorCode =')
  expect(alerts.length).toBeGreaterThan(8)
  expect(errors.length).toBeGreaterThan(20)
  expect(codesUnder('Alerts').toSorted()).toEqual(alerts.toSorted())
  expect(codesUnder('Errors').toSorted()).toEqual(errors.toSorted())
})
