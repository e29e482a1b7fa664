// Who may import whom: DESIGN.md §2, read from the source text. Part of `pnpm lint`.
import { join } from 'node:path'
import { layoutProblems } from './layout/check.ts'

const problems = layoutProblems(join(import.meta.dirname, '..'))
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'Layout: every import points the right way.' : `Layout: ${problems.length} problem(s).`)
if (problems.length > 0) process.exitCode = 1
