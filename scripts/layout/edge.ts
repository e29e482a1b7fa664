import { posix } from 'node:path'
import { importsOf } from './imports.ts'

/** One import from one file of the repository. Paths are relative to its root, with forward slashes. */
export interface Edge {
  readonly file: string
  readonly line: number
  readonly specifier: string
  readonly typeOnly: boolean
  readonly test: boolean
  /** `packages/core`, `examples`, `bench` or `scripts`. */
  readonly home: string
  /** The file that a relative import means. */
  readonly target?: string
}

/** Says what is wrong with an import, or nothing. */
export type Rule = (edge: Edge) => string | undefined

export function edgesOf(file: string, source: string): Edge[] {
  const test = file.endsWith('.test.ts') || /^packages\/[^/]+\/test\//.test(file)
  const home = /^packages\/[^/]+|^[^/]+/.exec(file)?.[0] ?? ''
  return importsOf(source).map((found) => ({
    file,
    test,
    home,
    ...found,
    ...(found.specifier.startsWith('.') ? { target: posix.join(posix.dirname(file), found.specifier) } : {}),
  }))
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
