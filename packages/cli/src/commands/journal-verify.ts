import { verifyJournal } from '@sluice/core/sqlite'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { action, checkInterrupted, command, examples, type MakeCommand, type Run } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { checkExport } from '../export/check-export.ts'
import { MANIFEST_NAME, readManifest } from '../export/manifest.ts'
import { assertFile, assertOne, explain, postgresAddress, postgresSchema } from '../journal/open-journal.ts'
import { explainPostgres, type PostgresOptions, postgresPlace } from '../journal/open-postgres.ts'
import { formatCount, formatTable, printable } from '../terminal/format.ts'
import { describeReport, type Progress, startProgress } from '../terminal/progress.ts'

const LABELS = { events: 'Computing the chain', structure: 'Comparing the ends' } as const

interface Finding {
  readonly code: string
  readonly message: string
}

function describeFindings({ findings }: { readonly findings: readonly Finding[] }): string {
  return findings.map(({ code, message }) => `  ${code}  ${printable(message)}\n`).join('')
}

function describeAccounts({ accounts }: { readonly accounts: readonly { readonly account: string; readonly sequence: number; readonly head: string }[] }): string {
  return formatTable(accounts.map(({ account, sequence, head }) => [`  ${account}`, `${formatCount(sequence)} events`, `head ${head}`]))
}

async function verifyFile({ terminal, print }: Run, path: string): Promise<ExitCode> {
  assertFile(path)
  let shown: { readonly phase: keyof typeof LABELS; readonly progress: Progress; done: number } | undefined
  const whole = startProgress({ ...terminal, interactive: false }, 'Verifying')
  const report = await verifyJournal(path, {
    signal: terminal.signal,
    onProgress: ({ phase, done, total }) => {
      if (shown?.phase !== phase) {
        shown?.progress.end()
        shown = { phase, progress: startProgress(terminal, LABELS[phase], total), done: 0 }
      }
      shown.progress.advance(done - shown.done)
      shown.done = done
    },
  }).catch((error: unknown) => { throw explain(error) }).finally(() => shown?.progress.end())
  whole.advance(report.events)
  const speed = whole.end()
  const verdict = report.ok ? `${path} is sound` : `${path} IS DAMAGED`
  await print(`${verdict}: ${describeReport(speed)}\n${describeAccounts(report)}${describeFindings(report)}${report.ok ? '' : 'Keep the file as it is, stop trading on it, and restore a backup that verifies.\n'}`, { ...report, ...speed })
  return report.ok ? EXIT.ok : EXIT.damaged
}

async function verifyPostgres({ terminal, print }: Run, given: string, schema: string | undefined): Promise<ExitCode> {
  const { postgres, options, shown } = await postgresPlace(given, schema)
  const progress = startProgress(terminal, LABELS.events)
  const report = await postgres.verifyPostgres({
    ...options,
    onEvents: (count) => {
      progress.advance(count)
      checkInterrupted(terminal)
    },
  }).catch((error: unknown) => { throw explainPostgres(error) }).finally(() => { progress.end() })
  const speed = progress.end()
  const verdict = report.ok ? `${shown} is sound` : `${shown} IS DAMAGED`
  await print(`${verdict}: ${describeReport(speed)}\n${describeAccounts(report)}${describeFindings(report)}${report.ok ? '' : 'Keep the database as it is, stop trading on it, and restore a backup that verifies.\n'}`, { ...report, ...speed })
  return report.ok ? EXIT.ok : EXIT.damaged
}

async function verifyExport({ terminal, print }: Run, folder: string): Promise<ExitCode> {
  const manifest = readManifest(folder)
  const progress = startProgress(terminal, 'Reading back', manifest.events)
  const check = await checkExport(folder, manifest, () => {
    progress.advance()
    checkInterrupted(terminal)
  }).finally(() => progress.end())
  checkInterrupted(terminal)
  const speed = progress.end()
  const ok = check.problems.length === 0
  const problems = check.problems.map((problem) => `  ${printable(problem)}\n`).join('')
  await print(ok ? `${folder} is the whole export: ${describeReport(speed)}\n` : `${folder} IS DAMAGED\n${problems}Export again from the journal.\n`, { ok, folder, ...check, ...speed })
  return ok ? EXIT.ok : EXIT.damaged
}

export const journalVerify: MakeCommand = (terminal, finish) => command('verify', 'prove that a journal, or an export of one, is what was written',
  'Computes the hash chain of every account again and compares its end with the heads that are kept beside the file; checks every index and page. Of an export it reads every event back and compares files, ranges and chains with the manifest.')
  .argument('[path]', 'the journal file, or the folder of an export')
  .addOption(postgresAddress())
  .addOption(postgresSchema())
  .addHelpText('after', examples([
    ['sluice journal verify data/orders.db', 'a journal whose service is stopped'],
    ['sluice journal verify copy.db --json', 'a backup, for a script'],
    ['sluice journal verify exports/2026-11', 'an export'],
    ['sluice journal verify --postgres REPORTS_URL', 'PostgreSQL, by the address in that variable, while services write'],
  ], [[EXIT.ok, 'sound'], [EXIT.damaged, 'damaged: the findings say what and where'], [EXIT.locked, 'a service has it open'], [EXIT.unreadable, 'no such file']]))
  .action(action(terminal, finish, (run, options: PostgresOptions, path: string | undefined) => {
    assertOne(path, options)
    if (path === undefined) return verifyPostgres(run, options.postgres ?? '', options.schema)
    const isFolder = existsSync(path) && statSync(path).isDirectory()
    return isFolder || existsSync(join(path, MANIFEST_NAME)) ? verifyExport(run, path) : verifyFile(run, path)
  }))
