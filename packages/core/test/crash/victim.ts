// A process that dies. Its last argument is a `Victim` as JSON; what its caller saw goes to standard output, a line each.
import { writeSync } from 'node:fs'
import { SluiceError } from '../../src/runtime/errors.ts'
import { type Desk, openDesk, type Plant } from './desk.ts'
import type { JournalName } from './journal-place.ts'
import { mortalProcess } from './mortal-process.ts'
import { trade } from './trading-day.ts'

/** How a victim lives and when it ends. */
export interface Victim {
  readonly folder: string
  readonly seed: string
  /** The step at which it is killed; 0 = at the end of its day. */
  readonly diesAt: number
  /** `trade` = a whole day, `recover` = start on what is there, then wait a little. */
  readonly work: 'trade' | 'recover'
  readonly plant?: Plant | undefined
  readonly kept?: JournalName | undefined
}

const { folder, seed, diesAt, work, plant, kept } = JSON.parse(process.argv.at(-1) as string) as Victim
const say = (line: string): void => { writeSync(1, `${line}\n`) }
const kill = (place: string): void => {
  say(`died ${place}`)
  process.kill(process.pid, 'SIGKILL')
}
const mortal = mortalProcess(diesAt, kill)

/** A broker whose own disk has failed never answers. It also keeps this process alive until then. */
const patience = setTimeout(() => { kill('while its broker hung') }, 8_000)

async function open(): Promise<Desk> {
  try {
    return await openDesk({ folder, seed, thread: 'worker', plant, kept, journal: (inner) => mortal.journal(inner), broker: (inner) => mortal.broker(inner) })
  } catch (error) {
    // A disk that fails may do so at the start.
    if (SluiceError.isInstance(error) && error.code === 'JOURNAL_FAILED') {
      say(`alert ${error.code}`)
      kill('at a refused start')
    }
    throw error
  }
}

const { service } = await open()
clearTimeout(patience)
say('ready')
service.on('alert', ({ code }) => { say(`alert ${code}`) })
if (work === 'trade') await trade(service, { asked: (key) => { say(`asked ${key}`) }, answered: (key, id) => { say(`answered ${key} ${id}`) } })
else await new Promise((resolve) => { setTimeout(resolve, 40) })
say(`steps ${mortal.steps}`)
kill('at the end of its day')
