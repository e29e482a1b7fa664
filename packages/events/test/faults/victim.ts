// A relay to a Kafka broker that dies by its own hand at a step of its way: `victim.ts JOURNAL BROKER STEP OCCURRENCE`.
// STEP `none` lives until everything is delivered.
import { sqliteJournal } from '@sluice/core/sqlite'
import { type EventSink, startEventRelay } from '@sluice/events'
import { kafkaSink } from '@sluice/events/kafka'
import { makeHistory } from '../support/make-history.ts'

const [path = '', broker = '', step = 'none', occurrence = '1'] = process.argv.slice(2)
let left = Number(occurrence)

function dieAt(here: string): void {
  if (here !== step) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

const journal = sqliteJournal(path)
const { service } = makeHistory(journal)
const inner = kafkaSink({ brokers: [broker], source: '/test', retryDelay: 20 })
const sink: EventSink = {
  ...inner,
  open: async (context) => {
    dieAt('opening')
    await inner.open?.(context)
  },
  send: async (batch) => {
    dieAt('before sending')
    await inner.send(batch)
    dieAt('acknowledged')
  },
}
const saveCursor = async (name: string, value: string): Promise<void> => {
  const what = value.includes('dead') ? 'dead letter' : 'place'
  dieAt(`before writing a ${what}`)
  await journal.saveCursor(name, value)
  dieAt(`after writing a ${what}`)
}

const relay = await startEventRelay({
  service, journal: { ...journal, saveCursor }, sinks: [sink], onAlert: () => undefined, batch: 20, saveEvery: 5, retryDelay: 10, attempts: 2,
})
while (!(await relay.drained(100)));
await relay.close()
await journal.close()
process.stdout.write('drained\n')
