// One contestant in a process of its own: `server.ts HOST/WORK`. Tells its port, then how much CPU it has used whenever it is asked.
import { startContestant } from './contestants.ts'

const port = await startContestant(process.argv[2] ?? '')
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on('disconnect', () => { process.exit() })
process.send?.(port)
