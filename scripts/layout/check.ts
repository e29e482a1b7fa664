import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import * as floors from './core-floors.ts'
import { edgesOf, type Rule } from './edge.ts'
import { manifestProblems } from './manifests.ts'
import * as packageEdges from './package-edges.ts'

const rules: readonly Rule[] = [...Object.values(packageEdges), ...Object.values(floors)]

/** Every way in which the sources under `root` break the rules of DESIGN.md §2, one line each. */
export function layoutProblems(root: string): string[] {
  const files = globSync('{packages/*,examples,bench,scripts}/**/*.ts', {
    cwd: root,
    exclude: (path) => /(?:^|[\\/])(?:node_modules|dist|frameworks|peers|coverage)(?:$|[\\/])/.test(path),
  })
  const imports = files
    .map((file) => file.split(sep).join('/'))
    .toSorted()
    .flatMap((file) => edgesOf(file, readFileSync(join(root, file), 'utf8')))
    .flatMap((edge) =>
      rules
        .map((rule) => rule(edge))
        .filter((message) => message !== undefined)
        .map((message) => `${edge.file}:${edge.line}: ${message}`),
    )
  const folders = globSync('packages/*', { cwd: root }).map((path) => path.split(sep).at(-1) ?? '')
  return [...imports, ...folders.toSorted().flatMap((folder) => manifestProblems(root, folder))]
}
