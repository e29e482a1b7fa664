// Writes a journal with something in every table: `closed` closes it, `killed` leaves its WAL behind.
import type { StoredEvent } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'

const [path, end] = process.argv.slice(2) as [string, 'closed' | 'killed']
/** What is killed keeps everything in its WAL: no checkpoint has come yet. */
const EVENTS = end === 'killed' ? 24 : 60
const journal = sqliteJournal(path, { thread: 'inline' })

function event(account: string, sequence: number): StoredEvent {
  const place = { id: `${account}:${sequence}`, account, sequence, time: '2026-11-22T17:00:00.000Z' }
  const orderId = `order-${Math.ceil(sequence / 2)}`
  if (sequence % 2 === 1) return { ...place, type: 'order_accepted', data: { orderId, clientOrderId: `slc-${sequence}`, brokerOrderId: `b-${sequence}` } }
  const execution = {
    executionId: `e-${sequence}`, broker: 'main', brokerOrderId: `b-${sequence}`, symbol: 'AAPL', side: 'buy', lastQuantity: '1', lastPrice: '100.25', time: '2026-11-22T17:00:00.000Z',
  } as const
  return { ...place, type: 'order_filled', data: { orderId, execution, filledQuantity: '1', leavesQuantity: '0', averagePrice: '100.25' } }
}

for (const account of ['main', 'second', '*']) {
  const lease = await journal.claim(account)
  for (let sequence = 1; sequence <= EVENTS; sequence += 1) {
    const orderId = `order-${Math.ceil(sequence / 2)}`
    await journal.append(lease, {
      events: [event(account, sequence)], names: [{ name: `client\nslc-${sequence}`, orderId }], cursors: { [`broker:${account}`]: String(sequence) },
      ...(sequence % 2 === 1 && { keys: [{ key: `key-${sequence}`, orderId, digest: 'd1g3st'.repeat(8) }] }),
    })
    await journal.advance(`totp:${account}`, 58_000_000 + sequence)
  }
  await journal.saveSnapshot(lease, { sequence: EVENTS, state: { open: [], text: 'x'.repeat(6000) } })
}
if (end === 'closed') await journal.close()
else process.kill(process.pid, 'SIGKILL')
