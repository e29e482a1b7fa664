import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../../..')

/** A test, and the rules of the protocol that its title begins with. */
export interface CitedTest {
  readonly rules: readonly string[]
  readonly title: string
  readonly file: string
}

/** The numbered rules of docs/protocol.md, in their order. */
export function rulesOfTheProtocol(): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8')
  return [...page.matchAll(/^([A-F]\d) /gm)].map(([, rule = '']) => rule)
}

/** Titles like `'B4, A3: duplicate is looked up'`, wherever a test or a group of tests begins; I1 to I12 are the invariants of docs/design.md. */
const TITLE = /\b(?:it|test|describe)\b[^'"`\n]*(?:\([^'"`\n]*)?(['"`])((?:[A-F]\d|I\d+)(?:, (?:[A-F]\d|I\d+))*): ((?:\\.|(?!\1).)*)\1/g

export function testsOfTheProtocol(): readonly CitedTest[] {
  const files = globSync('{packages,examples,scripts}/**/*.test.ts', { cwd: ROOT, exclude: (name) => name === 'node_modules' || name === 'dist' }).toSorted()
  return files.flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(TITLE)]
    .map(([, , rules = '', title = '']) => ({ rules: rules.split(', ').filter((rule) => !rule.startsWith('I')), title: title.replaceAll('\\', ''), file })))
}

/** Every rule with its tests, for people. */
export function describeRules(): string {
  const tests = testsOfTheProtocol()
  return rulesOfTheProtocol().map((rule) => {
    const own = tests.filter(({ rules }) => rules.includes(rule))
    return [`${rule} (${own.length})`, ...own.map(({ title, file }) => `  ${title}\n    ${file}`)].join('\n')
  }).join('\n')
}
