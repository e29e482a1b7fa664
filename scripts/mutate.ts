// Mutation testing of guards, risk and approvals: `pnpm mutate [paths…] [--list]`. Every small change of a source must make one of
// the tests beside it fail. Not part of CI: it takes minutes. Survivors that cannot be killed are in docs/mutation.md with a reason.
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { defaultServerConditions } from 'vite'
import { createVitest, type TestSpecification } from 'vitest/node'
import { applyMutant, type Mutant, mutantsOf } from './mutate/mutants.ts'

const root = join(import.meta.dirname, '..')
const SOURCE = '@sluice/source'
const DEFAULT = ['packages/core/src/guards/*.ts', 'packages/core/src/risk/*.ts', 'packages/core/src/approval/**/*.ts']

const args = process.argv.slice(2)
const listing = args.includes('--list')
const wanted = args.filter((argument) => !argument.startsWith('--'))
const targets = (wanted.length > 0 ? wanted : DEFAULT).flatMap((pattern) => globSync(pattern, { cwd: root })).filter((path) => !path.endsWith('.test.ts') && !path.endsWith('index.ts')).toSorted()

/** A copy of the package, in which one file after another is changed; what is installed is shared. */
function copyOfCore(): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-mutants-')))
  mkdirSync(join(copy, 'packages'))
  cpSync(join(root, 'packages/core'), join(copy, 'packages/core'), { recursive: true, filter: (from) => !/\/(?:node_modules|dist)$/.test(from) })
  for (const folder of ['.', 'packages/core']) symlinkSync(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'))
  for (const name of ['package.json', 'tsconfig.base.json']) cpSync(join(root, name), join(copy, name))
  writeFileSync(join(copy, 'tsconfig.json'), '{ "files": [], "references": [] }')
  return copy
}

const copy = copyOfCore()
const conditions = [SOURCE, ...defaultServerConditions]
const vitest = await createVitest(
  { root: copy, config: false, watch: false, reporters: [{}], include: ['packages/core/{src,test}/**/*.test.ts'], exclude: ['**/*.browser.test.ts', '**/node_modules/**'], bail: 1, fileParallelism: false, pool: 'threads', testTimeout: 4000 },
  {
    resolve: { conditions }, ssr: { resolve: { conditions } },
  },
)
await vitest.standalone()

/** The tests beside a source: those of its room that import it, by whatever way. */
async function testsFor(path: string): Promise<TestSpecification[]> {
  const name = `/${basename(path)}'`
  const room = globSync('packages/core/src/{guards,risk,approval}/**/*.test.ts', { cwd: root })
  const direct = room.filter((test) => readFileSync(join(root, test), 'utf8').includes(name))
  // What only others import is tested through them.
  const through = direct.length > 0 ? direct : room.filter((test) => dirname(test) === dirname(path))
  return vitest.globTestSpecifications(through.map((test) => join(copy, test)))
}

async function survives(path: string, source: string, mutant: Mutant | undefined, tests: readonly TestSpecification[]): Promise<boolean> {
  const file = join(copy, path)
  writeFileSync(file, mutant === undefined ? source : applyMutant(source, mutant))
  vitest.invalidateFile(file)
  vitest.state.clearErrors()
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([...tests], true)
  // Results of earlier runs stay in the list.
  const files = new Set(tests.map(({ moduleId }) => moduleId))
  return unhandledErrors.length === 0 && testModules.filter(({ moduleId }) => files.has(moduleId)).every((module) => module.ok())
}

let total = 0
let survivors = 0
for (const path of targets) {
  const source = readFileSync(join(root, path), 'utf8')
  const mutants = mutantsOf(path, source)
  if (listing) {
    console.log(`${path}: ${mutants.length}`)
    total += mutants.length
    continue
  }
  if (mutants.length === 0) continue
  const tests = await testsFor(path)
  if (tests.length === 0 || !await survives(path, source, undefined, tests)) {
    console.error(`${path}: its tests are missing or do not pass as they are`)
    process.exitCode = 1
    continue
  }
  let killed = 0
  for (const mutant of mutants) {
    if (await survives(path, source, mutant, tests)) {
      survivors += 1
      console.log(`survived ${path}:${mutant.line}: ${mutant.change}`)
    } else killed += 1
  }
  writeFileSync(join(copy, path), source)
  total += mutants.length
  console.log(`${path}: ${killed} of ${mutants.length} killed`)
}
await vitest.close()
rmSync(copy, { recursive: true })
const share = total === 0 ? 100 : ((total - survivors) * 100) / total
console.log(listing ? `${total} mutants` : `${total} mutants, ${survivors} survived, ${share.toFixed(1)} % killed`)
if (!listing && share < 95) process.exitCode = 1
