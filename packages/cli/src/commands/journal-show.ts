import { historyOrderIdOf, type OrderState, reduceOrder, type StoredEvent, toOrder } from '@sluice/core'
import { InvalidArgumentError } from 'commander'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { action, checkInterrupted, command, examples, type MakeCommand, type Run } from '../command.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { describeEvent } from '../journal/describe-event.ts'
import { accountsOf, countEvents, type JournalSource, postgresAddress, postgresSchema, withJournal } from '../journal/open-journal.ts'
import type { PostgresOptions } from '../journal/open-postgres.ts'
import { formatCount, formatTable } from '../terminal/format.ts'
import { describeReport, startProgress } from '../terminal/progress.ts'

interface ShowOptions extends PostgresOptions {
  readonly account?: string
  readonly order?: string
  readonly type?: readonly string[]
  readonly from?: number
  readonly limit?: number
  readonly json?: true
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 up.')
  return Number(text)
}

const TURN = 2_000

/** Events one by one; the process stays answerable in between. */
async function* eventsOf(run: Run, file: JournalSource, account: string, from: number): AsyncGenerator<StoredEvent, void, undefined> {
  let count = 0
  for await (const { event } of file.events(account, from)) {
    yield event
    count += 1
    if (count % TURN !== 0) continue
    await nextTurn()
    checkInterrupted(run.terminal)
  }
}

/** What is in the file: one pass over everything. */
async function overview(run: Run, file: JournalSource): Promise<ExitCode> {
  const accounts = accountsOf(file, undefined)
  const progress = startProgress(run.terminal, 'Reading', countEvents(accounts))
  const types = new Map<string, number>()
  const shown: { account: string; events: number; orders: number; firstTime: string; lastTime: string; pruned: number }[] = []
  for (const { account: name, sequence, pruned } of accounts) {
    const found = { account: name, events: sequence - pruned, orders: 0, firstTime: '', lastTime: '', pruned }
    for await (const event of eventsOf(run, file, name, 1)) {
      progress.advance()
      if (found.firstTime === '') found.firstTime = event.time
      found.lastTime = event.time
      if ('intent' in event.data && event.data.intent !== undefined) found.orders += 1
      types.set(event.type, (types.get(event.type) ?? 0) + 1)
    }
    shown.push(found)
  }
  const speed = progress.end()
  const rows = shown.map(({ account: name, events, orders, firstTime, lastTime }) => [`  ${name}`, `${formatCount(events)} events`, `${formatCount(orders)} decisions`, `${firstTime} to ${lastTime}`])
  const counts = [...types].toSorted(([, left], [, right]) => right - left)
  await run.print(`${file.path}: ${describeReport(speed)}\n${formatTable(rows)}\n${formatTable(counts.map(([type, count]) => [`  ${type}`, formatCount(count)]))}`,
    { ok: true, path: file.path, ...speed, accounts: shown, types: Object.fromEntries(counts) })
  return EXIT.ok
}

/** Events that match, one a line, as they are found. */
async function listEvents(run: Run, file: JournalSource, options: ShowOptions): Promise<ExitCode> {
  const { account, order, type, from = 1, limit = Number.POSITIVE_INFINITY } = options
  let state: OrderState | undefined
  let printed = 0
  for (const { account: name } of accountsOf(file, account)) {
    for await (const event of eventsOf(run, file, name, from)) {
      if (order !== undefined && !('orderId' in event.data && event.data.orderId === order)) continue
      if (order !== undefined && historyOrderIdOf(event) !== undefined) state = reduceOrder(state, event)
      if (type !== undefined && !type.includes(event.type)) continue
      if (printed >= limit) break
      printed += 1
      await run.terminal.write(run.json ? `${JSON.stringify(event)}\n` : `${describeEvent(event).join('  ')}\n`)
    }
  }
  if (order === undefined) return EXIT.ok
  if (state === undefined) throw new CommandError(EXIT.failed, 'ORDER_NOT_FOUND', `the journal has no order ${order}`)
  if (!run.json) {
    const { status, filledQuantity, leavesQuantity } = toOrder(state)
    await run.terminal.write(`\n${order} is ${status}: ${filledQuantity} filled${leavesQuantity === undefined ? '' : `, ${leavesQuantity} left`}\n`)
  }
  return EXIT.ok
}

export const journalShow: MakeCommand = (terminal, finish) => command('show', 'say what is in a journal, or list its events',
  'Without a filter it gives an overview: accounts, times, kinds of events. With one it lists events, one a line; with --json each line is the whole event.')
  .argument('[file]', 'the journal file')
  .option('--account <account>', 'events of one account; * holds kill switch and limits')
  .option('--order <id>', 'the story of one order, and where it stands')
  .option('--type <type...>', 'events of these kinds')
  .option('--from <sequence>', 'begin at this event of each account', positive)
  .option('--limit <count>', 'stop after so many events', positive)
  .addOption(postgresAddress())
  .addOption(postgresSchema())
  .addHelpText('after', examples([
    ['sluice journal show data/orders.db', 'what is in it'],
    ['sluice journal show data/orders.db --account main --from 120 --limit 20', 'twenty events'],
    ['sluice journal show data/orders.db --order 0198c2…', 'one order from its first event to its state'],
    ['sluice journal show --postgres REPORTS_URL', 'PostgreSQL, by the address in that variable'],
    ['sluice journal show data/orders.db --type order_denied --json', 'every denial, for jq'],
  ], [[EXIT.ok, 'shown'], [EXIT.failed, 'no such order'], [EXIT.unreadable, 'no such file, or no journal'], [EXIT.locked, 'a service has it open'], [EXIT.damaged, 'it is damaged: verify it']]))
  .action(action(terminal, finish, async (run, options: ShowOptions, path: string | undefined) => withJournal(path, options, (file) => {
    const lists = [options.account, options.order, options.type, options.from, options.limit].some((option) => option !== undefined)
    return lists ? listEvents(run, file, options) : overview(run, file)
  })))
