import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { StatementSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteJournal, type SqliteJournalOptions } from '@sluice/core/sqlite'
import { testJournal } from '@sluice/testkit'
import { describe, vi } from 'vitest'

/** Every commit fails as it does when the disk is full. */
function fillDisk(path: string): void {
  writeFileSync(`${path}.full`, '')
  const { run } = StatementSync.prototype
  vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function runOrFail(this: StatementSync, ...values: Parameters<typeof run>) {
    if (this.sourceSQL === 'COMMIT') throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
    return Reflect.apply(run, this, values)
  })
}

function freeDisk(path: string): void {
  rmSync(`${path}.full`, { force: true })
  vi.restoreAllMocks()
}

describe.each<SqliteJournalOptions>([
  { thread: 'inline' },
  { thread: 'worker', worker: new URL('support/full-disk-worker.ts', import.meta.url) },
])('SQLite, $thread', (options) => {
  testJournal({
    create: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sluice-conformance-'))
      const path = join(folder, 'orders.db')
      let journal = sqliteJournal(path, options)
      return {
        journal,
        reopen: async () => {
          await journal.close()
          freeDisk(path)
          journal = sqliteJournal(path, options)
          return journal
        },
        fault: () => { fillDisk(path) },
        close: async () => {
          freeDisk(path)
          await journal.close()
          rmSync(folder, { recursive: true, force: true })
        },
      }
    },
  })
})
