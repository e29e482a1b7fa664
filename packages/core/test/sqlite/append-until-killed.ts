// A child of sqlite-crash.test.ts: appends batches of one to five events, three in flight, and writes the last sequence number
// of each acknowledged one to standard output. It ends by SIGKILL.
import { writeSync } from 'node:fs'
import type { StoredEvent } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'

const journal = sqliteJournal(process.argv[2] as string)
const lease = await journal.claim('main')
let last = lease.sequence

async function appendNext(): Promise<void> {
  const first = last + 1
  const size = 1 + (first % 5)
  last += size
  const orderId = `${first}+${size}`
  const events = Array.from({ length: size }, (_, index): StoredEvent => {
    const sequence = first + index
    return { id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId } }
  })
  const appended = await journal.append(lease, { events, keys: [{ key: orderId, orderId, digest: orderId }], cursors: { at: String(first) } })
  writeSync(1, `${appended.last}\n`)
}

async function appendForEver(): Promise<never> {
  for (;;) await appendNext()
}

await Promise.all([appendForEver(), appendForEver(), appendForEver()])
