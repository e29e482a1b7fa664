// pnpm failover --failovers N [--seed S] [--plant blind]: three processes, killed, paused and cut off, with their server.
import { parseArgs } from 'node:util'
import { runFailovers } from './run-failovers.ts'

const { values } = parseArgs({ options: { failovers: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, plant: { type: 'string' }, verbose: { type: 'boolean', default: false } } })
const say = (text: string): void => { process.stdout.write(`${text}\n`) }
const report = await runFailovers({
  failovers: Number(values.failovers), seed: Number(values.seed), ...(values.plant !== undefined && { plant: values.plant }), ...(values.verbose && { log: say }),
})
if (report === undefined) say('left out: no PostgreSQL was found; set PG_URL')
else {
  for (const violation of report.violations.slice(0, 40)) say(violation)
  say(`faults ${JSON.stringify(report.faults)}, failed starts ${report.failedStarts}, orders ${report.orders}, acknowledged ${report.acknowledged}, ${report.seconds.toFixed(0)} s`)
  say(`${report.failovers} runs, ${report.violations.length} violations`)
  if (report.violations.length > 0) process.exitCode = 1
}
