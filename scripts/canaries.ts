// `pnpm canaries [paths…]` looks for secrets of the tests in what a run has left behind: the output and the reports of CI, what is
// in the folder for temporary files, pictures and attachments of browser tests. Each test looks at what it does itself
// (scripts/canaries/watch-node.ts); this is for what is left when no test runs any more.
import { existsSync, globSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspectFiles } from './canaries/inspect-files.ts'

const root = join(import.meta.dirname, '..')
const reports = join(root, '.ci/reports')
const PICTURES = '{examples,packages/*}/**/{__screenshots__,.vitest-attachments,.vitest-reports}'
/** Copies and caches of sources, which have the canaries of the tests in them. */
const SOURCES = /sluice-mutants|compile-cache/

/** What the run that made the reports has left: older things are of other runs. */
function leftBehind(): string[] {
  if (!existsSync(reports)) return []
  const start = statSync(reports).birthtimeMs
  const temporary = globSync('sluice-*', { cwd: tmpdir() }).map((name) => join(tmpdir(), name)).filter((path) => !SOURCES.test(path) && statSync(path).mtimeMs >= start)
  const excluded = (path: string): boolean => path.includes('node_modules') || path.includes('frameworks')
  return [reports, ...globSync(PICTURES, { cwd: root, exclude: excluded }).map((path) => join(root, path)), ...temporary]
}

const given = process.argv.slice(2)
const paths = given.length > 0 ? given : leftBehind()

let files = 0
const found: string[] = []
for (const path of paths) files += inspectFiles(path, (file, around) => { found.push(`${file}: ${around}`) })
for (const leak of found) console.error(leak)
console.log(`${files} files, ${found.length} canaries`)
// Nothing to look at proves nothing.
if (files === 0 || found.length > 0) process.exitCode = 1
