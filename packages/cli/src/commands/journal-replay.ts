import { type GuardFactory, type ReplayAccountReport, replayJournal, type ReplayReport } from '@sluice/core'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { action, checkInterrupted, command, examples, type MakeCommand } from '../command.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { accountsOf, countEvents, postgresAddress, postgresSchema, withJournal } from '../journal/open-journal.ts'
import type { PostgresOptions } from '../journal/open-postgres.ts'
import { readable, readAs } from '../journal/replay-source.ts'
import { formatCount, formatTable, printable } from '../terminal/format.ts'
import { describeReport, startProgress } from '../terminal/progress.ts'

interface ReplayCommandOptions extends PostgresOptions {
  readonly guards?: string
  readonly account?: string
  readonly json?: true
}

/** The user's guards: the module's export `guards`, functions by guard name. */
async function loadGuards(path: string | undefined): Promise<Readonly<Record<string, GuardFactory>>> {
  if (path === undefined) return {}
  let module: { readonly guards?: unknown }
  try {
    module = await import(pathToFileURL(resolve(path)).href) as typeof module
  } catch (cause) {
    throw new CommandError(EXIT.usage, 'GUARDS_UNREADABLE', `${path} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
  const { guards } = module
  if (typeof guards !== 'object' || guards === null || Object.values(guards).some((factory) => typeof factory !== 'function')) {
    throw new CommandError(EXIT.usage, 'GUARDS_INVALID', `${path} must export guards: an object of functions by guard name, for example export const guards = { 'quiet-open': quietOpen }`)
  }
  return guards as Record<string, GuardFactory>
}

/** Where the replay of a pruned account began, and what nobody can derive any more. */
function describeBeginning({ account, from, underived }: ReplayAccountReport): string {
  if (from === undefined) return ''
  const { events = 0, decisions = 0, guards = [] } = underived ?? {}
  const missing = [
    ...(events === 0 ? [] : [`${formatCount(events)} events before it that were kept for a sink`]),
    ...(decisions === 0 ? [] : [`${formatCount(decisions)} decisions that were made before it`]),
    ...(guards.length === 0 ? [] : [`verdicts of ${guards.map(printable).join(', ')}, whose memory it does not have`]),
  ]
  return `${printable(account)} was pruned: replayed from the snapshot after ${formatCount(from)}${missing.length === 0 ? '' : `. NOT DERIVED: ${missing.join('; ')}`}\n`
}

function describeReplay({ accounts, differences, first, unknownGuards, pruned }: ReplayReport): string {
  const rows = accounts.map(({ account, events, decisions, orders, openOrders, digest }) => [
    `  ${account}`, `${formatCount(events)} events`, `${formatCount(decisions)} decisions`, `${formatCount(orders)} orders, ${formatCount(openOrders)} open`, `state ${digest.slice(0, 16)}`])
  const found = first.map(({ kind, event, guard, message, recorded, derived }) =>
    `  ${printable(`${event}  ${kind}${guard === undefined ? '' : ` (${guard})`}  ${message}`)}\n    journaled ${printable(JSON.stringify(recorded).slice(0, 300))}\n    derived   ${printable(JSON.stringify(derived).slice(0, 300))}\n`)
  const more = differences > first.length ? `  and ${formatCount(differences - first.length)} more\n` : ''
  const unknown = unknownGuards.length === 0 ? '' : `Not derived, for lack of their code: ${unknownGuards.map(printable).join(', ')}. Give it with --guards ./module.js\n`
  const begun = accounts.map(describeBeginning).join('')
  const missing = pruned.map(({ account, begins }) => `NOT REPLAYED: of ${printable(account)} ${begins === undefined ? 'every event' : `what was before ${formatCount(begins)}`} is pruned, and no snapshot of then is kept. A backup of before that replays\n`).join('')
  return `${formatTable(rows)}${found.join('')}${more}${begun}${unknown}${missing}`
}

export const journalReplay: MakeCommand = (terminal, finish) => command('replay', 'derive every order state and every verdict again, and say what differs',
  'Runs the guards of the journal on its history and on the inputs recorded with each decision: verdicts, reservations, ids, fills and positions must come out as they are journaled. Guards of your own need their code: a module that exports `guards`, functions by guard name that take the journaled options.')
  .argument('[file]', 'the journal file')
  .option('--guards <module>', 'a JavaScript module with the guards that are yours')
  .option('--account <account>', 'one account instead of all')
  .addOption(postgresAddress())
  .addOption(postgresSchema())
  .addHelpText('after', examples([
    ['sluice journal replay data/orders.db', 'everything'],
    ['sluice journal replay copy.db --guards ./guards.js', 'with export const guards = { \'quiet-open\': quietOpen }'],
    ['sluice journal replay --postgres REPORTS_URL --account alpha', 'one account of a cluster on PostgreSQL'],
    ['sluice journal replay copy.db --json | jq .first', 'what differs, for a program'],
  ], [[EXIT.ok, 'nothing differs'], [EXIT.different, 'something differs: each difference names its event and what was expected'], [EXIT.incomplete, 'nothing differs, but of pruned accounts not everything could be derived: it says what'], [EXIT.usage, 'the module has no guards'], [EXIT.locked, 'a service has it open'], [EXIT.damaged, 'it is damaged: verify it']]))
  .action(action(terminal, finish, async ({ print }, { guards, account, ...place }: ReplayCommandOptions, path: string | undefined) => {
    const factories = await loadGuards(guards)
    return withJournal(path, place, async (source) => {
      const file = readAs(source, account)
      const accounts = accountsOf(file, account)
      const progress = startProgress(terminal, 'Replaying', countEvents(accounts))
      const report = await replayJournal(readable(file), {
        guards: factories, ...(account !== undefined && { accounts: [account] }),
        onEvent: () => {
          progress.advance()
          checkInterrupted(terminal)
        },
      }).finally(() => { progress.end() })
      const speed = progress.end()
      const shown = path ?? source.path
      const isWhole = report.pruned.length === 0 && report.accounts.every(({ underived }) => underived === undefined)
      const verdict = report.ok && !isWhole ? `${shown} was replayed in part, and nothing differs` : report.ok ? `${shown} replays without a difference` : `${shown} DIFFERS in ${formatCount(report.differences)} place${report.differences === 1 ? '' : 's'}`
      await print(`${verdict}: ${describeReport(speed)}\n${describeReplay(report)}`, { ...report, ok: report.ok && isWhole, seconds: speed.seconds, perSecond: speed.perSecond })
      return report.ok ? isWhole ? EXIT.ok : EXIT.incomplete : EXIT.different
    })
  }))
