import { toIso } from '@sluice/core'
import { Option } from 'commander'
import { action, checkInterrupted, command, examples, type MakeCommand } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { exportJournal } from '../export/export-journal.ts'
import type { ExportedFile } from '../export/manifest.ts'
import { accountsOf, countEvents, postgresAddress, postgresSchema, withJournal } from '../journal/open-journal.ts'
import type { PostgresOptions } from '../journal/open-postgres.ts'
import { formatCount } from '../terminal/format.ts'
import { describeReport, type Progress, startProgress } from '../terminal/progress.ts'

interface ExportCommandOptions extends PostgresOptions {
  readonly to: string
  readonly format: ExportedFile['format']
  readonly account?: string
  readonly json?: true
}

export const journalExport: MakeCommand = (terminal, finish) => command('export', 'copy events into files that other tools read',
  'Writes JSON Lines or Parquet with a manifest of ranges and hashes, and reads everything back before the folder gets its name. Interrupted or failed, it leaves nothing. `sluice journal verify <folder>` proves the export again at any time.')
  .argument('[file]', 'the journal file')
  .requiredOption('--to <folder>', 'the folder to make; it must not exist')
  .addOption(new Option('--format <format>', 'how the events are written').choices(['jsonl', 'parquet']).default('jsonl'))
  .option('--account <account>', 'one account instead of all; * holds kill switch and limits')
  .addOption(postgresAddress())
  .addOption(postgresSchema())
  .addHelpText('after', examples([
    ['sluice journal export data/orders.db --to exports/2026-11', 'everything, one JSON object a line'],
    ['sluice journal export copy.db --to q4 --format parquet', 'for DuckDB, pandas, Spark'],
    ['sluice journal export --postgres REPORTS_URL --to q4', 'from PostgreSQL, by the address in that variable'],
  ], [[EXIT.ok, 'exported and read back'], [EXIT.usage, 'the folder exists already'], [EXIT.damaged, 'what was written does not read back'], [EXIT.locked, 'a service has the journal open'], [EXIT.interrupted, 'interrupted; nothing is left']]))
  .action(action(terminal, finish, async ({ print }, { to, format, account, ...place }: ExportCommandOptions, path: string | undefined) => withJournal(path, place, async (file) => {
    const accounts = accountsOf(file, account)
    const total = countEvents(accounts)
    const progress: { write: Progress; check?: Progress } = { write: startProgress(terminal, 'Writing', total) }
    const manifest = await exportJournal(file, {
      to, format, accounts, exportedAt: toIso(terminal.clock.now()),
      checkInterrupted: () => { checkInterrupted(terminal) },
      onEvent: (phase) => {
        if (phase === 'write') return progress.write.advance()
        if (progress.check === undefined) progress.write.end()
        progress.check ??= startProgress(terminal, 'Reading back', total)
        progress.check.advance()
      },
    }).finally(() => { (progress.check ?? progress.write).end() })
    const written = progress.write.end()
    const [data] = manifest.files
    await print(`${to}: ${formatCount(manifest.events)} events in ${data?.name ?? ''} (${formatCount(data?.bytes ?? 0)} bytes), read back and whole: ${describeReport(written)}\n`, { ok: true, to, ...manifest, seconds: written.seconds, perSecond: written.perSecond })
    return EXIT.ok
  })))
