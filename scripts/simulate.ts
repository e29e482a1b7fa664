// `pnpm simulate --seeds N [--from S] [--length L] [--json] [--trace]`: N deterministic runs of the service among faults, judged by
// the invariants of docs/design.md §4. A failing seed is run again, shrunk and shown. Ends with `N runs, V violations`.
import { parseArgs } from 'node:util'
import {
  addRun, createSummary, describeFailure, describeSummary, describeUnreached, planOf, runPlan, shrinkPlan, unreachedOf, violationsOf,
} from '@sluice/testkit/simulation'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    length: { type: 'string', default: '45' },
    json: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    shrink: { type: 'string', default: '1' },
  },
})
const count = Number(values.seeds)
const first = Number(values.from)
const length = Number(values.length)
if (![count, first, length].every((number) => Number.isSafeInteger(number) && number >= 0)) throw new RangeError('--seeds, --from and --length are whole numbers')

/** From so many runs on, every fault, status and transition row has to be reached. */
const LARGE = 10_000

const say = (text: string): void => { if (!values.json) console.log(text) }
const summary = createSummary()
const began = performance.now()
let toShrink = Number(values.shrink)
let said = began

for (let seed = first; seed < first + count; seed += 1) {
  const result = await runPlan(planOf(String(seed), length))
  addRun(summary, result)
  if (values.trace) say(result.trace.join('\n'))
  if (result.violations.length > 0) {
    say(`seed ${seed}: ${result.violations.map(({ invariant, message }) => `${invariant} ${message}`).join('; ')}`)
    if (toShrink > 0) {
      toShrink -= 1
      const { result: smallest, runs } = await shrinkPlan(result)
      say(`\nshrunk in ${runs} runs to:\n${describeFailure(smallest)}\n`)
    }
  }
  if (performance.now() - said > 5000) {
    said = performance.now()
    say(`${summary.runs} of ${count} runs, ${violationsOf(summary)} violations, ${Math.round(summary.runs / (said - began) * 60_000)} runs a minute`)
  }
}

const violations = violationsOf(summary)
if (values.json) {
  const { runs, failures, faults, statuses, events, transitions } = summary
  console.log(JSON.stringify({ runs, violations, failures, faults: Object.fromEntries(faults), statuses: Object.fromEntries(statuses), events: Object.fromEntries(events), transitions: Object.fromEntries(transitions), unreached: unreachedOf(summary) }))
} else console.log(`${describeSummary(summary)}\n\n${describeUnreached(summary)}`)
const { faults: faultsMissing, statuses: statusesMissing, rows: rowsMissing } = unreachedOf(summary)
// A large run that does not reach every kind of thing proves less than it says.
const isThin = summary.runs >= LARGE && faultsMissing.length + statusesMissing.length + rowsMissing.length > 0
console.log(`${summary.runs} runs, ${violations} violations`)
process.exitCode = violations > 0 || isThin ? 1 : 0
