import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const IMPORT = /(?:from|import)\s+'(\.[^']+)'/g

/** Paths, from the root, of what a file imports. */
function importsOf(root: string, path: string): string[] {
  return [...readFileSync(join(root, path), 'utf8').matchAll(IMPORT)].map(([, to]) => relative(root, join(root, dirname(path), to as string)))
}

/** Tests of guards, risk, approvals and kill switch that import a source: directly, and by any way at all. */
export function relatedTests(root: string, source: string): { readonly direct: string[]; readonly indirect: string[] } {
  const imports = new Map<string, string[]>()
  const reaches = (path: string, seen: Set<string>): boolean => {
    if (seen.has(path)) return false
    seen.add(path)
    const found = imports.get(path) ?? importsOf(root, path)
    imports.set(path, found)
    return found.includes(source) || found.some((next) => reaches(next, seen))
  }
  const tests = globSync('packages/core/src/{guards,risk,approval,kill-switch}/**/*.test.ts', { cwd: root }).filter((path) => !path.endsWith('.browser.test.ts')).toSorted()
  const direct = tests.filter((path) => importsOf(root, path).includes(source))
  const room = dirname(source)
  // Of those that only reach it, the ones of its own room: a room answers for itself.
  const indirect = tests.filter((path) => !direct.includes(path) && path.startsWith(`${room}/`) && reaches(path, new Set()))
  return { direct, indirect }
}
