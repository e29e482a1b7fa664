// Tries the changes of one source, in a process of its own: one of them may never end. Started by `pnpm mutate`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultServerConditions } from 'vite'
import { createVitest, type TestSpecification } from 'vitest/node'
import type { Finding } from './finding.ts'
import { applyMutant, type Mutant, mutantsOf } from './mutants.ts'
import { relatedTests } from './related-tests.ts'

const [copy = '', path = '', indexes = ''] = process.argv.slice(2)
const conditions = ['@sluice/source', ...defaultServerConditions]
// Nobody waits for the answer any more.
process.on('disconnect', () => process.exit())

/** Of this process and its threads, in ms. */
const workSoFar = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const say = (finding: Finding): void => { process.send?.(finding) }
setInterval(() => { say({ kind: 'busy', work: workSoFar() }) }, 1000)

const vitest = await createVitest(
  { root: copy, config: false, watch: false, reporters: [{}], include: ['packages/core/{src,test}/**/*.test.ts'], exclude: ['**/node_modules/**'], bail: 1, fileParallelism: false, pool: 'threads', testTimeout: 600_000 },
  { resolve: { conditions }, ssr: { resolve: { conditions } } },
)
await vitest.standalone()

const file = join(copy, path)
const source = readFileSync(file, 'utf8')
const { direct, indirect } = relatedTests(copy, path)
const specificationsOf = async (tests: readonly string[]): Promise<TestSpecification[]> => (tests.length === 0 ? [] : vitest.globTestSpecifications(tests.map((test) => join(copy, test))))

async function passes(test: TestSpecification): Promise<boolean> {
  vitest.state.clearErrors()
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([test], true)
  // Results of earlier runs stay in the list.
  return unhandledErrors.length === 0 && testModules.filter(({ moduleId }) => moduleId === test.moduleId).every((module) => module.ok())
}

interface Timed { readonly test: TestSpecification; readonly milliseconds: number }

/** Tests that only reach a source and take longer than this, in ms, are left out: they would be run for every change that survives. */
const LONG = 3000

/** The tests of the source as it is, the quick ones first; undefined when one does not pass. */
async function timed(tests: readonly TestSpecification[]): Promise<Timed[] | undefined> {
  const found: Timed[] = []
  for (const test of tests) {
    const began = performance.now()
    if (!await passes(test)) return undefined
    found.push({ test, milliseconds: performance.now() - began })
  }
  return found.toSorted((left, right) => left.milliseconds - right.milliseconds)
}

async function survives(mutant: Mutant | undefined, tests: readonly Timed[]): Promise<boolean> {
  writeFileSync(file, mutant === undefined ? source : applyMutant(source, mutant))
  vitest.invalidateFile(file)
  for (const { test } of tests) if (!await passes(test)) return false
  return true
}

async function tryAll(): Promise<void> {
  const began = workSoFar()
  // First those that import the source; only what gets past them meets the others that reach it.
  const [first, second] = [await timed(await specificationsOf(direct)), await timed(await specificationsOf(indirect))]
  if (first === undefined || second === undefined || first.length + second.length === 0) return say({ kind: 'broken' })
  const tests = [...first, ...(first.length === 0 ? second : second.filter(({ milliseconds }) => milliseconds < LONG))]
  say({ kind: 'busy', work: workSoFar() })
  say({ kind: 'unchanged', work: workSoFar() - began })
  const mutants = mutantsOf(path, source)
  for (const index of indexes.split(',').filter(Boolean).map(Number)) say({ kind: 'tried', index, survived: await survives(mutants[index], tests) })
  // What was left behind by a change must not have killed the ones after it.
  say({ kind: await survives(undefined, tests) ? 'done' : 'broken' })
}

await tryAll()
await vitest.close()
// vitest counts what was killed as a failure.
process.exit(0)
