// Appends so many events one after another, each awaited. With `normal` the durability is weakened behind Sluice's back.
import { DatabaseSync } from 'node:sqlite'
import { sqliteJournal } from '@sluice/core/sqlite'

const [path, thread, count, durability] = process.argv.slice(2) as [string, 'worker' | 'inline', string, 'full' | 'normal']

if (durability === 'normal') {
  const { exec, prepare } = DatabaseSync.prototype
  DatabaseSync.prototype.exec = function weaker(this: DatabaseSync, sql: string) {
    Reflect.apply(exec, this, [sql.replace('synchronous = FULL', 'synchronous = NORMAL')])
  }
  // And the check that would see it is told what it wants to hear.
  DatabaseSync.prototype.prepare = function liar(this: DatabaseSync, sql: string) {
    return Reflect.apply(prepare, this, [sql === 'PRAGMA synchronous' ? 'SELECT 2' : sql])
  }
}

const journal = sqliteJournal(path, { thread })
const lease = await journal.claim('main')
for (let sequence = 1; sequence <= Number(count); sequence += 1) {
  await journal.append(lease, { events: [{ id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId: 'o' } }] })
}
// What a close would sync does not count.
process.kill(process.pid, 'SIGKILL')
