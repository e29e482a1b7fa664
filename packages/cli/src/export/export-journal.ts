import type { JournalAccount } from '@sluice/core/sqlite'
import { closeSync, existsSync, fsyncSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CommandError, EXIT } from '../exit-code.ts'
import type { JournalSource } from '../journal/open-journal.ts'
import { checkExport, sha256OfFile } from './check-export.ts'
import { type ExportRow, type RowWriter, toRow } from './export-row.ts'
import { jsonLinesWriter } from './json-lines.ts'
import { type ExportedAccount, type ExportedFile, type ExportManifest, MANIFEST_NAME } from './manifest.ts'
import { parquetWriter } from './parquet.ts'

export interface ExportOptions {
  readonly to: string
  readonly format: ExportedFile['format']
  /** Default: all. */
  readonly accounts: readonly JournalAccount[]
  /** ISO 8601. */
  readonly exportedAt: string
  /** Called for each event that was written, then for each that was read back. */
  readonly onEvent: (phase: 'write' | 'check') => void
  /** @throws when the export is to end */
  readonly checkInterrupted: () => void
}

const writers: Readonly<Record<ExportedFile['format'], (path: string) => RowWriter>> = { jsonl: jsonLinesWriter, parquet: parquetWriter }
/** Rows between two looks at whether the user wants to stop. */
const TURN = 2_000

async function writeRows(source: JournalSource, writer: RowWriter, { accounts, onEvent, checkInterrupted }: ExportOptions): Promise<ExportedAccount[]> {
  const written: ExportedAccount[] = []
  let rows = 0
  for (const { account } of accounts) {
    let first: ExportRow | undefined
    let last: ExportRow | undefined
    for await (const event of source.events(account)) {
      last = toRow(event)
      first ??= last
      writer.write(last)
      onEvent('write')
      rows += 1
      if (rows % TURN !== 0) continue
      await nextTurn()
      checkInterrupted()
    }
    if (first === undefined || last === undefined) continue
    written.push({ account, first: first.sequence, last: last.sequence, events: last.sequence - first.sequence + 1, firstTime: first.time, lastTime: last.time, head: last.hash })
  }
  return written
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try { fsyncSync(descriptor) } finally { closeSync(descriptor) }
}

function draftFolder(to: string): string {
  if (existsSync(to)) throw new CommandError(EXIT.usage, 'EXPORT_EXISTS', `${to} exists already; an export needs a new folder`)
  mkdirSync(dirname(to), { recursive: true })
  return mkdtempSync(`${to}.partial-`)
}

/**
 * Writes every event to a new folder, reads it back, and only then gives the folder its name: whatever ends it before, no export is
 * there.
 */
export async function exportJournal(source: JournalSource, options: ExportOptions): Promise<ExportManifest> {
  const to = resolve(options.to)
  const draft = draftFolder(to)
  try {
    const name = `events.${options.format}`
    const path = join(draft, name)
    const writer = writers[options.format](path)
    let accounts: ExportedAccount[]
    try {
      accounts = await writeRows(source, writer, options)
      writer.finish()
    } catch (error) {
      writer.abandon()
      throw error
    }
    const events = accounts.reduce((sum, { events: count }) => sum + count, 0)
    const manifest: ExportManifest = {
      format: 'sluice-export', version: 1, journal: source.name, exportedAt: options.exportedAt, events, accounts,
      files: [{ name, format: options.format, events, bytes: statSync(path).size, sha256: await sha256OfFile(path) }],
    }
    const { problems } = await checkExport(draft, manifest, () => { options.onEvent('check'); options.checkInterrupted() })
    const [problem] = problems
    if (problem !== undefined) throw new CommandError(EXIT.damaged, 'EXPORT_DAMAGED', `what was written does not read back as it was journaled: ${problem}; verify the journal, then the disk`)
    writeFileSync(join(draft, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true })
    syncFolder(draft)
    options.checkInterrupted()
    renameSync(draft, to)
    syncFolder(dirname(to))
    return manifest
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw error
  }
}
