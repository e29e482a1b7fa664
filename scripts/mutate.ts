// Mutation testing of guards, risk, approvals and kill switch: `pnpm mutate [paths…] [--list] [--again=LOG]`. Every small change of a source must make
// one of its tests fail. Not part of CI: it takes minutes. Survivors that cannot be killed are in docs/mutation.md with a reason.
import { type ChildProcess, fork } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Finding } from './mutate/finding.ts'
import { type Mutant, mutantsOf } from './mutate/mutants.ts'

const root = join(import.meta.dirname, '..')
const DEFAULT = ['packages/core/src/guards/*.ts', 'packages/core/src/risk/*.ts', 'packages/core/src/approval/**/*.ts', 'packages/core/src/kill-switch/*.ts']

const args = process.argv.slice(2)
const wanted = args.filter((argument) => !argument.startsWith('--'))
const targets = (wanted.length > 0 ? wanted : DEFAULT).flatMap((pattern) => globSync(pattern, { cwd: root })).filter((path) => !path.endsWith('.test.ts') && !path.endsWith('index.ts')).toSorted()

/** A copy of the package, in which one file after another is changed; what is installed is shared. */
function copyOfCore(): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-mutants-')))
  mkdirSync(join(copy, 'packages'))
  cpSync(join(root, 'packages/core'), join(copy, 'packages/core'), { recursive: true, filter: (from) => !/\/(?:node_modules|dist)$/.test(from) })
  for (const folder of ['.', 'packages/core']) symlinkSync(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'))
  symlinkSync(join(root, 'docs'), join(copy, 'docs'))
  for (const name of ['package.json', 'tsconfig.base.json']) cpSync(join(root, name), join(copy, name))
  writeFileSync(join(copy, 'tsconfig.json'), '{ "files": [], "references": [] }')
  return copy
}

/** With `--again`: of the sources in the printed output of another run only what survived there is tried, where tests were added since. */
const survivedBefore = new Set(args.filter((argument) => argument.startsWith('--again=')).flatMap((argument) => readFileSync(argument.slice('--again='.length), 'utf8').split('\n')).filter((line) => line.startsWith('survived ')))
const isTried = (path: string, { line, change }: Mutant): boolean => survivedBefore.size === 0 || survivedBefore.has(survivor(path, line, change))
const survivor = (path: string, line: number, change: string): string => `survived ${path}:${line}: ${change}`

interface Score { readonly path: string; readonly mutants: number; readonly survivors: readonly string[]; readonly endless: number }

/**
 * A change that uses so much of the processor in ms, or so many times what the unchanged source needs, never ends. Not the time that
 * passes: on a busy machine that says nothing.
 */
const MOST_WORK = 10_000
const TIMES = 8

/** As they were at the start: somebody may go on working on them. */
const sources = new Map(targets.map((path) => [path, readFileSync(join(root, path), 'utf8')]))

/** Runs the changes of one source from one on; answers where it stopped when a change never came back. */
function runFrom(copy: string, path: string, from: number, survivors: string[]): Promise<'done' | 'broken' | number> {
  const { promise, resolve } = Promise.withResolvers<'done' | 'broken' | number>()
  const source = sources.get(path) ?? ''
  const mutants = mutantsOf(path, source)
  // A process that was killed left its change behind.
  writeFileSync(join(copy, path), source)
  const wantedOnes = mutants.flatMap((mutant, at) => (at >= from && isTried(path, mutant) ? [at] : []))
  const child: ChildProcess = fork(join(root, 'scripts/mutate/try-mutants.ts'), [copy, path, wantedOnes.join(',')])
  let index = wantedOnes[0] ?? mutants.length
  let most = Number.POSITIVE_INFINITY
  // What it had used when it began with the change it is at.
  let since = 0
  let work = 0
  child.on('message', (finding: Finding) => {
    switch (finding.kind) {
      case 'busy':
        ({ work } = finding)
        if (work - since > most) {
          child.kill('SIGKILL')
          resolve(index)
        }
        break
      case 'unchanged':
        since = work
        most = Math.max(MOST_WORK, finding.work * TIMES)
        break
      case 'tried': {
        const { line, change } = mutants[finding.index] ?? { line: 0, change: '' }
        if (finding.survived) {
          survivors.push(change)
          console.log(survivor(path, line, change))
        }
        index = wantedOnes.find((at) => at > finding.index) ?? mutants.length
        since = work
        break
      }
      default: resolve(finding.kind)
    }
  })
  child.on('exit', () => { resolve('broken') })
  return promise
}

async function scoreOf(copy: string, path: string, mutants: number): Promise<Score | undefined> {
  const survivors: string[] = []
  let endless = 0
  for (let from = 0; from < mutants;) {
    const stopped = await runFrom(copy, path, from, survivors)
    if (stopped === 'broken') return undefined
    if (stopped === 'done') break
    endless += 1
    from = stopped + 1
  }
  return { path, mutants, survivors, endless }
}

const counts = [...sources].map(([path, source]) => ({ path, mutants: mutantsOf(path, source).length }))
const total = counts.reduce((sum, { mutants }) => sum + mutants, 0)
if (args.includes('--list')) {
  for (const { path, mutants } of counts) console.log(`${path}: ${mutants}`)
  console.log(`${total} mutants`)
} else {
  const copy = copyOfCore()
  let survived = 0
  let tried = 0
  try {
    for (const { path, mutants } of counts.filter((count) => count.mutants > 0)) {
      const score = await scoreOf(copy, path, mutants)
      if (score === undefined) {
        console.error(`${path}: its tests are missing, do not pass as they are, or stopped`)
        process.exitCode = 1
        continue
      }
      console.log(`${path}: ${mutants - score.survivors.length} of ${mutants} killed${score.endless === 0 ? '' : `, ${score.endless} of them by never ending`}`)
      survived += score.survivors.length
      tried += mutants
    }
  } finally {
    rmSync(copy, { recursive: true })
  }
  const share = tried === 0 ? 100 : ((tried - survived) * 100) / tried
  console.log(`${tried} mutants, ${survived} survived, ${share.toFixed(1)} % killed`)
  if (share < 95) process.exitCode = 1
}
