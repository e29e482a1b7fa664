// Our side of the comparison in a process of its own, as the peers have: `node own-rates.ts REPORT_FILE ROUNDS MESSAGES`.
import { codecWork } from './codec-work.ts'
import { report } from './sample-messages.ts'

const [rounds, messages] = [Number(process.argv[2]), Number(process.argv[3])]
const work = codecWork(report())

function rates(once: () => void): number[] {
  for (let index = 0; index < messages / 2; index += 1) once()
  return Array.from({ length: rounds }, () => {
    const before = process.threadCpuUsage()
    for (let index = 0; index < messages; index += 1) once()
    const { user, system } = process.threadCpuUsage(before)
    return messages / ((user + system) / 1e6)
  })
}

process.stdout.write(`${JSON.stringify({ view: rates(work.view), typed: rates(work.typed), validated: rates(work.validated), encode: rates(work.encode) })}\n`)
if (work.seen() === 0) process.exitCode = 1
