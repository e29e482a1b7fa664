import { pruneJournal } from '@sluice/core/sqlite'
import { action, checkInterrupted, command, examples, type MakeCommand, type Run } from '../command.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { checkExport } from '../export/check-export.ts'
import { type ExportManifest, readManifest } from '../export/manifest.ts'
import { assertFile, explain } from '../journal/open-journal.ts'
import { formatCount, formatTable, printable } from '../terminal/format.ts'
import { startProgress } from '../terminal/progress.ts'

interface PruneOptions {
  readonly export: string
  readonly dryRun?: boolean
  readonly withoutSink?: readonly string[]
  readonly json?: true
}

/** Reads every event of the export back: what is about to go must be there, today and not only on the day it was written. */
async function provenExport({ terminal }: Run, folder: string): Promise<ExportManifest> {
  const manifest = readManifest(folder)
  const progress = startProgress(terminal, 'Reading the export', manifest.events)
  const { problems } = await checkExport(folder, manifest, () => {
    progress.advance()
    checkInterrupted(terminal)
  }).finally(() => progress.end())
  checkInterrupted(terminal)
  const [problem] = problems
  if (problem === undefined) return manifest
  throw new CommandError(EXIT.damaged, 'EXPORT_DAMAGED', `${folder} is not whole, so nothing was pruned: ${printable(problem)}; export again`)
}

export const journalPrune: MakeCommand = (terminal, finish) => command('prune', 'take old events out of a journal, behind an export of them',
  'Reads every event of the export back, verifies the journal, checks that the one is of the other, and takes out what the export holds up to each account\'s newest snapshot, in one transaction. Keys, names and executions stay: a repeated key is still answered, a repeated fill still refused. What a sink of an event relay has not got yet, or gave up, stays until it has it. Keep the export: the events of the orders in it are nowhere else.')
  .argument('<file>', 'the journal file')
  .requiredOption('--export <folder>', 'an export that holds what is to go')
  .option('--without-sink <name...>', 'prune also what this sink of an event relay has not got: it is gone, or begins anew')
  .option('--dry-run', 'say what would go, and leave the journal as it is')
  .addHelpText('after', examples([
    ['sluice journal export data/orders.db --to exports/2026-11', 'first: export'],
    ['sluice journal prune data/orders.db --export exports/2026-11 --dry-run', 'what would go'],
    ['sluice journal prune data/orders.db --export exports/2026-11', 'take it out'],
    ['sluice journal prune data/orders.db --export exports/2026-11 --without-sink kafka', 'also what the sink kafka never got'],
  ], [[EXIT.ok, 'pruned, or nothing to prune'], [EXIT.failed, 'the export is of another journal, or leaves a gap; nothing was pruned'], [EXIT.damaged, 'journal or export is damaged; nothing was pruned'], [EXIT.locked, 'a service has the journal open'], [EXIT.unreadable, 'no such file or export']]))
  .action(action(terminal, finish, async (run, { export: folder, dryRun = false, withoutSink = [] }: PruneOptions, path: string) => {
    assertFile(path)
    const manifest = await provenExport(run, folder)
    const { pruned, held } = await pruneJournal(path, manifest.accounts, { dryRun, withoutSinks: withoutSink }).catch((error: unknown) => { throw explain(error) })
    const events = pruned.reduce((sum, { first, last }) => sum + last - first + 1, 0)
    const lines = formatTable(pruned.map(({ account, first, last }) => [`  ${account}`, `${formatCount(first)} to ${formatCount(last)}`]))
    const waiting = held.map(({ account, sink, first, last }) => `  ${printable(account)}: ${formatCount(first)} to ${formatCount(last)} stay, the sink ${printable(sink)} has not got them (--without-sink ${printable(sink)} lets them go)\n`).join('')
    const verdict = events === 0 && held.length > 0 ? 'nothing to prune' : events === 0 ? 'nothing to prune: a snapshot has to stand behind what goes, and an account without one keeps everything'
      : dryRun ? `${formatCount(events)} events would go, the journal is as it was` : `${formatCount(events)} events went; keep ${folder}`
    await run.print(`${path}: ${verdict}\n${lines}${waiting}`, { ok: true, dryRun, events, accounts: pruned, held })
    return EXIT.ok
  }))
