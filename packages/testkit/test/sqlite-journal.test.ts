import { mkdtempSync, rmSync } from 'node:fs'
import { StatementSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteJournal } from '@sluice/core/sqlite'
import { testJournal } from '@sluice/testkit'
import { vi } from 'vitest'

/** Every commit fails as it does when the disk is full. */
function fillDisk(): void {
  const { run } = StatementSync.prototype
  vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function runOrFail(this: StatementSync, ...values: Parameters<typeof run>) {
    if (this.sourceSQL === 'COMMIT') throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
    return Reflect.apply(run, this, values)
  })
}

testJournal({
  create: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-conformance-'))
    const path = join(folder, 'orders.db')
    let journal = sqliteJournal(path)
    return {
      journal,
      reopen: async () => {
        await journal.close()
        vi.restoreAllMocks()
        journal = sqliteJournal(path)
        return journal
      },
      fault: fillDisk,
      close: async () => {
        vi.restoreAllMocks()
        await journal.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
})
