// Every fake of these tests is started here: its exchanges are held against Alpaca's published description, and counted for the whole run.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { type FakeAlpaca, type FakeAlpacaOptions, type FakeExchangeRecord, startFakeAlpaca } from '../src/testing/index.ts'
import { exceptionOf, missingDescription, openDescription } from './published-description.ts'

interface Count {
  requests: number
  answers: number
  /** Problems that are faults of the description itself, by their name. */
  excepted: Record<string, number>
}

const count: Count = { requests: 0, answers: 0, excepted: {} }
const problems = new Set<string>()
const description = missingDescription === undefined ? openDescription() : undefined

/** Market data has a host and a description of its own. */
const isTrading = (path: string): boolean => !path.includes('/quotes')

/** Holds one request, and its answer where it was carried out, against the description. */
export function recordExchange(record: FakeExchangeRecord): void {
  if (description === undefined || !isTrading(record.path)) return
  count.requests += 1
  if (record.carriedOut) count.answers += 1
  for (const problem of description.problemsOf(record)) {
    const exception = exceptionOf(problem)
    if (exception === undefined) problems.add(problem)
    else count.excepted[exception] = (count.excepted[exception] ?? 0) + 1
  }
}

export function startRecordedFake(options: FakeAlpacaOptions = {}): Promise<FakeAlpaca> {
  const { observe } = options
  return startFakeAlpaca({ ...options, observe: (record) => { recordExchange(record); observe?.(record) } })
}

/** The test files that record, directly or through what they start their fakes with. */
const recorders = (): string[] => globSync('*.test.ts', { cwd: import.meta.dirname })
  .filter((file) => /from '\.\/(?:recorded-fake|open-alpaca|fake-client|fault-script)\.ts'/.test(readFileSync(join(import.meta.dirname, file), 'utf8')))

/** Workers of one run have one parent. What a file counted is left for whoever ends last, who says it. */
function addToRun(file: string): void {
  const folder = join(tmpdir(), `sluice-alpaca-${process.ppid}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${file}.json`), JSON.stringify(count))
  const done = globSync('*.json', { cwd: folder })
  if (!recorders().every((each) => done.includes(`${each}.json`))) return
  try {
    writeFileSync(join(folder, 'said'), '', { flag: 'wx' })
  } catch {
    return
  }
  const counts = done.map((each) => JSON.parse(readFileSync(join(folder, each), 'utf8')) as Count)
  const sum = (read: (each: Count) => number): number => counts.reduce((total, each) => total + read(each), 0)
  const names = [...new Set(counts.flatMap(({ excepted }) => Object.keys(excepted)))]
  const excepted = names.map((name) => `${name} ${sum((each) => each.excepted[name] ?? 0)}`)
  process.stdout.write(`The whole run: ${sum(({ requests }) => requests)} requests and ${sum(({ answers }) => answers)} answers held against Alpaca's description, 0 problems`
    + ` (faults of the description itself, excepted by name: ${excepted.join(', ')})\n`)
  rmSync(folder, { recursive: true, force: true })
}

afterAll(() => {
  if (description === undefined) return
  if (problems.size > 0) throw new Error(`not as Alpaca describes it:\n${[...problems].slice(0, 20).join('\n')}`)
  addToRun(basename(expect.getState().testPath ?? ''))
})
