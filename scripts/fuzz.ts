// `pnpm fuzz [--cases N] [--seed S]`: requests made from the OpenAPI document against the whole API.
import { parseArgs } from 'node:util'
import { runFuzz } from '../packages/http/test/fuzz/run-fuzz.ts'

const { values } = parseArgs({ options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } } })
const { runs, statuses, failure } = await runFuzz(Number(values.cases), Number(values.seed))
console.log(Object.entries(statuses).map(([status, count]) => `${status}: ${count}`).join('  '))
if (failure !== undefined) console.error(failure)
console.log(`${runs} runs, ${failure === undefined ? 0 : 1} violations`)
process.exitCode = failure === undefined ? 0 : 1
