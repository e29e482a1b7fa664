import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { layoutProblems } from './check.ts'

let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-layout-'))
  write('tsconfig.json', { references: [{ path: 'packages/http' }] })
  write('packages/http/tsup.config.ts', '')
  write('packages/http/src/index.ts', '')
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function write(path: string, content: unknown): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
}

const sound = {
  name: '@sluice/http',
  type: 'module',
  license: 'MIT',
  description: 'x',
  sideEffects: false,
  engines: { node: '>=22.18' },
  files: ['dist'],
  exports: {
    '.': { '@sluice/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  dependencies: { '@sluice/core': 'workspace:^' },
}

test('a sound package has no problem', () => {
  write('packages/http/package.json', sound)
  expect(layoutProblems(root)).toEqual([])
})

test('a package may not depend on a sibling, and its entries must exist where the build puts them', () => {
  write('packages/http/package.json', {
    ...sound,
    exports: { ...sound.exports, './client': { '@sluice/source': './src/client.ts', types: './dist/client.d.ts', default: './dist/client.js' } },
    dependencies: { '@sluice/testkit': 'workspace:^' },
  })
  expect(layoutProblems(root)).toEqual([
    'packages/http/package.json: exports ./client: ./src/client.ts does not exist',
    'packages/http/package.json: may not depend on @sluice/testkit',
  ])
})

test('an import that points the wrong way is named with its file and line', () => {
  write('packages/http/package.json', sound)
  write('packages/http/src/index.ts', `// first\nimport '@sluice/widgets'\n`)
  expect(layoutProblems(root)).toEqual(['packages/http/src/index.ts:2: packages/http may not import @sluice/widgets'])
})
