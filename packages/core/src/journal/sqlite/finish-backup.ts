import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { SluiceError } from '../../runtime/errors.ts'
import type { JournalBackup } from '../journal.ts'
import { partialPath } from './copy-journal.ts'
import type { VerifyReport } from './verify-report.ts'

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try { fsyncSync(handle) } finally { closeSync(handle) }
}

/**
 * Verifies a copy and gives it its name; a copy that is not whole is removed.
 * @throws SluiceError JOURNAL_CORRUPT
 */
export async function finishBackup(target: string, verify: (path: string) => Promise<VerifyReport>): Promise<JournalBackup> {
  const path = resolve(target)
  const partial = partialPath(path)
  const { ok, findings, events } = await verify(partial)
  if (!ok) {
    for (const suffix of ['', '.heads']) rmSync(partial + suffix, { force: true })
    throw new SluiceError('JOURNAL_CORRUPT', `the copy for ${path} is not whole: ${findings[0]?.message ?? 'unknown'}; verify the journal itself`)
  }
  renameSync(`${partial}.heads`, `${path}.heads`)
  renameSync(partial, path)
  syncFolder(dirname(path))
  return { path, events }
}
