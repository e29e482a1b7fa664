// The demo: one process with the execution service, its API over HTTP, a page with every widget and a small strategy.
//   pnpm demo
import { findBroker } from './desk-broker.ts'
import { readSettings } from './settings.ts'
import { type Desk, startDesk } from './start-desk.ts'
import { welcome } from './welcome.ts'

/** Terminals and package managers may both deliver one Ctrl-C. */
const SAME_SIGNAL = 200

function closeOnSignal(desk: Desk): void {
  let closingSince: number | undefined
  const onSignal = (): void => {
    if (closingSince !== undefined) {
      if (performance.now() - closingSince > SAME_SIGNAL) process.exit(1)
      return
    }
    closingSince = performance.now()
    console.log('Closing: what is on its way gets its verdict first. Again to leave at once.')
    desk.close().then(() => process.exit(0), fail)
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

try {
  const { broker: name, ...settings } = readSettings(process.argv.slice(2), process.env)
  const broker = await findBroker(name)
  const desk = await startDesk({ ...settings, broker })
  closeOnSignal(desk)
  console.log(welcome(desk, broker.title, settings.dataFolder))
} catch (error) {
  fail(error)
}
