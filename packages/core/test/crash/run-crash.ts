// `pnpm crash --points N`: kills real processes with real files at every step of a trading day, breaks their disks and clocks,
// and compares what is left with the broker. The last line is `N runs, V violations`.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { CrashResult } from './crash-run.ts'
import { type PlanReport, runPlan } from './crash-plan.ts'
import { PLANTS } from './desk.ts'
import { type JournalName, JOURNALS, servedPlace } from './journal-place.ts'

const HELP = `pnpm crash [--points N] [--from N] [--jobs N] [--journal PLACE] [--plant BUG] [--json]

  --points N   crashes to run (100)
  --from N     number of the first one: with --points 1 a run that failed is run again
  --jobs N     side by side (the processors, at most 4)
  --journal P  where the journals are kept: ${JOURNALS.join(', ')} (sqlite); postgres is PG_URL's server or one of its own, and leaves out the faults of disks
  --plant BUG  with a bug that must be found: ${PLANTS.join(', ')}
  --json       one line of JSON before the last`

const say = (text: string): void => { process.stdout.write(`${text}\n`) }

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '100' }, from: { type: 'string', default: '1' }, jobs: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    journal: { type: 'string', default: 'sqlite' }, plant: { type: 'string' }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
  },
})

function countOf(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`--${name} is a whole number from 1 up`)
  return value
}

const describe = (number: number, { places, problems }: CrashResult): string => `point ${number}, died ${places.join(', then ')}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`

/** One line that is written over where somebody watches, a line for each tenth where nobody does. */
function progressOf(points: number): () => void {
  let done = 0
  const start = performance.now()
  return () => {
    done += 1
    const left = Math.round(((performance.now() - start) / done) * (points - done) / 1000)
    const text = `${done}/${points} runs, about ${left} s left`
    if (process.stdout.isTTY) process.stdout.write(`\r${text}\u001b[K${done === points ? '\n' : ''}`)
    else if (done % Math.max(1, Math.floor(points / 10)) === 0) say(text)
  }
}

function print({ kinds, missing, steps, runs, violations }: PlanReport): void {
  say(`A day has ${steps} steps at which a process can die.`)
  for (const { kind, runs: count, took } of kinds.toSorted((left, right) => right.runs - left.runs)) say(`  ${String(count).padStart(5)}  ${kind}${took === count ? '' : ` (${took} ${kind.includes('torn') ? 'hit acknowledged data and were noticed' : 'took effect'})`}`)
  for (const reason of missing) say(`Left out: ${reason}`)
  if (values.json) say(JSON.stringify({ runs, steps, kinds, missing, violations: violations.map(([number, { places, problems }]) => ({ number, places, problems })) }))
}

if (values.help) say(HELP)
else {
  const plant = PLANTS.find((name) => name === values.plant)
  if (values.plant !== undefined && plant === undefined) throw new RangeError(`--plant is one of ${PLANTS.join(', ')}`)
  const kept: JournalName | undefined = JOURNALS.find((name) => name === values.journal)
  if (kept === undefined) throw new RangeError(`--journal is one of ${JOURNALS.join(', ')}`)
  const points = countOf(values.points, 'points')
  const stop = kept === 'sqlite' ? undefined : await (await servedPlace()).start()
  if (kept !== 'sqlite' && stop === undefined) throw new Error(`no server for ${kept} was found`)
  const progress = progressOf(points)
  try {
    const report = await runPlan({
      points, from: countOf(values.from, 'from'), jobs: countOf(values.jobs, 'jobs'), plant, kept, ...(kept !== 'sqlite' && { without: 'faults' as const }),
      onResult: (number, _, result) => {
        progress()
        if (result.problems.length > 0) say(describe(number, result))
      },
    })
    print(report)
    say(`${report.runs} runs, ${report.violations.length} violations`)
    process.exitCode = report.violations.length > 0 ? 1 : 0
  } finally {
    await stop?.()
  }
}
