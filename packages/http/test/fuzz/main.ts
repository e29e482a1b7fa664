// `pnpm fuzz [--cases N] [--seed S]`: requests made from the OpenAPI document against the whole API.
import { parseArgs } from 'node:util'
import { runFuzz } from './run-fuzz.ts'

const { values } = parseArgs({ options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } } })
const { runs, statuses, failure } = await runFuzz(Number(values.cases), Number(values.seed))
process.stdout.write(Object.entries(statuses).map(([status, count]) => `${status}: ${count}`).join('  ').concat('\n'))
if (failure !== undefined) process.stderr.write(`${failure}\n`)
process.stdout.write(`${runs} runs, ${failure === undefined ? 0 : 1} violations\n`)
process.exitCode = failure === undefined ? 0 : 1
