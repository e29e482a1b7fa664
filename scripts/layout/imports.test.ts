import { expect, test } from 'vitest'
import { importsOf } from './imports.ts'

test('finds every way in which a module comes in, and whether it is left at run time', () => {
  const source = [
    `import { a } from './a.ts'`,
    `import type { B } from './b.ts'`,
    `import { type C, type D } from './c.ts'`,
    `import { type E, f } from './e.ts'`,
    `import './effect.ts'`,
    `import {`,
    `  g,`,
    `} from './g.ts'`,
    `export { h } from './h.ts'`,
    `export type { I } from './i.ts'`,
    `export * as j from './j.ts'`,
    `const k = await import('./k.ts')`,
    `type L = typeof import('node:sqlite')`,
    `process.getBuiltinModule('node:fs')`,
    `export const m = a`,
    `import { n } from './n.ts'`,
  ].join('\n')
  expect(importsOf(source).map(({ specifier, typeOnly, line }) => [line, specifier, typeOnly])).toEqual([
    [1, './a.ts', false],
    [2, './b.ts', true],
    [3, './c.ts', true],
    [4, './e.ts', false],
    [5, './effect.ts', false],
    [6, './g.ts', false],
    [9, './h.ts', false],
    [10, './i.ts', true],
    [11, './j.ts', false],
    [12, './k.ts', false],
    [13, 'node:sqlite', true],
    [14, 'node:fs', false],
    [16, './n.ts', false],
  ])
})

test('an import in a comment is no import', () => {
  expect(importsOf(`/**\n * import { a } from './a.ts'\n * await import('./b.ts')\n */\n// import './c.ts'`)).toEqual([])
})
