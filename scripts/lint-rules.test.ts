// Each rule that guards a promise of DESIGN.md fires on a planted violation.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const lines = (count: number): string => 'export {}\n'.padStart(count + 9, '\n')

/** What is planted, by rule; a file whose rule starts with `none` must come through clean. */
const planted: readonly (readonly [rule: string, file: string, source: string])[] = [
  ['no-floating-promises', 'packages/core/src/a/floating.ts', `async function send(): Promise<void> {}\nsend()\nexport const x = 1`],
  ['no-misused-promises', 'packages/core/src/a/misused.ts', `[1].forEach(async () => { await Promise.resolve() })\nexport const x = 1`],
  ['await-thenable', 'packages/core/src/a/thenable.ts', `export async function f(): Promise<void> { await 1 }`],
  ['switch-exhaustiveness-check', 'packages/core/src/a/switch.ts', `export function f(x: 'a' | 'b'): void { switch (x) { case 'a': break } }`],
  ['no-default-export', 'packages/core/src/a/default.ts', `export default 1`],
  ['no-cycle', 'packages/core/src/a/cycle.ts', `import { b } from './other.ts'\nexport const a = (): unknown => b`],
  ['no-cycle', 'packages/core/src/a/other.ts', `import { a } from './cycle.ts'\nexport const b = (): unknown => a`],
  ['max-lines', 'packages/core/src/a/long.ts', lines(301)],
  ['max-lines', 'packages/core/src/a/long.test.ts', lines(501)],
  ['no-restricted-globals', 'packages/core/src/a/date.ts', `export const x = Date.now()`],
  ['no-restricted-globals', 'packages/core/src/a/global.ts', `export const x = globalThis.setTimeout(() => {}, 1)`],
  ['no-restricted-globals', 'packages/widgets/src/timer.ts', `setInterval(() => {}, 1)\nexport const x = 1`],
  ['no-restricted-globals', 'packages/http/src/performance.ts', `export const x = performance.now()`],
  ['no-restricted-properties', 'packages/core/src/a/random.ts', `export const x = Math.random()`],
  ['no-restricted-properties', 'packages/core/src/a/uuid.ts', `export const x = crypto.randomUUID()`],
  ['no-console', 'packages/core/src/a/console.ts', `console.log(1)\nexport const x = 1`],
  ['none in the runtime room', 'packages/core/src/runtime/clock.ts', `export const now = (): number => Date.now()`],
  ['none in the widgets’ runtime room', 'packages/widgets/src/runtime/clock.ts', `export const now = (): number => Date.now()`],
  ['none in a generated file', 'packages/core/src/a/long.generated.ts', lines(301)],
  ['none in a configuration file', 'packages/core/tsup.config.ts', `export default 1`],
]

interface Diagnostic {
  readonly code: string
  readonly filename: string
}

let folder = ''
let diagnostics: readonly Diagnostic[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-lint-'))
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  // No node_modules beside it: a linter that follows a link into them eats all memory.
  const compilerOptions = { target: 'es2023', module: 'nodenext', lib: ['es2024', 'dom'], types: [], strict: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['packages'] }))
  for (const [, file, source] of planted) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), `${source}\n`)
  }
  const main = join(root, 'node_modules/oxlint/bin/oxlint')
  const result = spawnSync(process.execPath, [main, '--format=json'], { cwd: folder, encoding: 'utf8', timeout: 50_000 })
  diagnostics = (JSON.parse(result.stdout) as { diagnostics: Diagnostic[] }).diagnostics
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function rulesBrokenBy(file: string): string[] {
  const found = diagnostics.filter(({ filename }) => filename.replaceAll('\\', '/').endsWith(file))
  return found.map(({ code }) => code.replace(/^.*\(|\)$/g, ''))
}

test.for(planted.filter(([rule]) => !rule.startsWith('none')))('%s fires in %s', ([rule, file]) => {
  expect(rulesBrokenBy(file)).toContain(rule)
})

test.for(planted.filter(([rule]) => rule.startsWith('none')))('%s: %s is fine', ([, file]) => {
  const guarded = planted.map(([rule]) => rule)
  expect(rulesBrokenBy(file).filter((rule) => guarded.includes(rule))).toEqual([])
})
