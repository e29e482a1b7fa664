// Tries the changes of one source, in a process of its own: one of them may never end. Started by `pnpm mutate`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultServerConditions } from 'vite'
import { createVitest, type TestSpecification } from 'vitest/node'
import type { Finding } from './finding.ts'
import { applyMutant, type Mutant, mutantsOf } from './mutants.ts'
import { relatedTests } from './related-tests.ts'

const [copy = '', path = '', from = '0'] = process.argv.slice(2)
const conditions = ['@sluice/source', ...defaultServerConditions]
// Nobody waits for the answer any more.
process.on('disconnect', () => process.exit())

const vitest = await createVitest(
  { root: copy, config: false, watch: false, reporters: [{}], include: ['packages/core/{src,test}/**/*.test.ts'], exclude: ['**/node_modules/**'], bail: 1, fileParallelism: false, pool: 'threads', testTimeout: 30_000 },
  { resolve: { conditions }, ssr: { resolve: { conditions } } },
)
await vitest.standalone()

const say = (finding: Finding): void => { process.send?.(finding) }
const file = join(copy, path)
const source = readFileSync(file, 'utf8')
const { direct, indirect } = relatedTests(copy, path)
/** First those that import the source; only what gets past them meets the others that reach it. */
const rounds: TestSpecification[][] = []
for (const tests of [direct, indirect]) if (tests.length > 0) rounds.push(await vitest.globTestSpecifications(tests.map((test) => join(copy, test))))

async function survives(mutant: Mutant | undefined): Promise<boolean> {
  writeFileSync(file, mutant === undefined ? source : applyMutant(source, mutant))
  vitest.invalidateFile(file)
  for (const tests of rounds) {
    vitest.state.clearErrors()
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications([...tests], true)
    // Results of earlier runs stay in the list.
    const files = new Set(tests.map(({ moduleId }) => moduleId))
    if (unhandledErrors.length > 0 || !testModules.filter(({ moduleId }) => files.has(moduleId)).every((module) => module.ok())) return false
  }
  return true
}

async function tryAll(): Promise<void> {
  const began = performance.now()
  if (rounds.length === 0 || !await survives(undefined)) return say({ kind: 'broken' })
  say({ kind: 'unchanged', milliseconds: performance.now() - began })
  const mutants = mutantsOf(path, source)
  for (let index = Number(from); index < mutants.length; index += 1) say({ kind: 'tried', index, survived: await survives(mutants[index]) })
  // What was left behind by a change must not have killed the ones after it.
  say({ kind: await survives(undefined) ? 'done' : 'broken' })
}

await tryAll()
await vitest.close()
// vitest counts what was killed as a failure.
process.exit(0)
