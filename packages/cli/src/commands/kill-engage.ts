import { createIds, type ExternalOrders, formatTrip, isKillScope, KILL_LEVELS, type KillLevel, type KillScope, toIso, tripPathOf } from '@sluice/core'
import { appendTripFile } from '@sluice/core/sqlite'
import { InvalidArgumentError, Option } from 'commander'
import { resolve } from 'node:path'
import { action, command, examples, type MakeCommand } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { assertFile } from '../journal/open-journal.ts'

interface EngageOptions {
  readonly reason: string
  readonly scope: KillScope
  readonly level: KillLevel
  readonly externalOrders?: ExternalOrders
  readonly actor?: string
  readonly json?: true
}

function scopeOf(text: string): KillScope {
  if (!isKillScope(text)) throw new InvalidArgumentError('It must be global, broker:x, account:x, strategy:x or symbol:x.')
  return text
}

function textOf(most: number): (text: string) => string {
  return (text) => {
    if (text.trim() === '' || text.length > most) throw new InvalidArgumentError(`It must have 1 to ${most} characters.`)
    return text
  }
}

export const killEngage: MakeCommand = (terminal, finish) => command('engage', 'stop trading, from outside the process',
  'Adds a line to the trip file beside the journal. A running service engages within a quarter of a second and a bit, a stopped one at its next start, and stays engaged over restarts until a person releases it in the service. It needs no service that answers, no journal that can be opened, no code.')
  .argument('<journal>', 'the journal file of the service')
  .requiredOption('--reason <text>', 'why; people will read it', textOf(512))
  .option('--scope <scope>', 'global, broker:x, account:x, strategy:x or symbol:x', scopeOf, 'global' as KillScope)
  .addOption(new Option('--level <level>', 'how hard').choices(KILL_LEVELS).default('cancel_all'))
  .addOption(new Option('--external-orders <choice>', 'whether orders that were not placed by the service are cancelled with the others; default: sweep at the global scope, leave below it').choices(['sweep', 'leave']))
  .option('--actor <name>', 'who stops it; default: the user of this terminal', textOf(128))
  .addHelpText('after', examples([
    ['sluice kill engage data/orders.db --reason "runaway signal"', 'stop everything and cancel what works'],
    ['sluice kill engage data/orders.db --scope symbol:AAPL --level no_new --reason "halted"', 'no new orders in one symbol'],
    ['sluice kill engage data/orders.db --scope symbol:TSLA --external-orders sweep --reason "halted"', 'with the orders that somebody placed at the broker by hand'],
    ['sluice kill engage data/orders.db --scope strategy:scalper --level reduce_only --reason drift', 'only what reduces'],
  ], [[EXIT.ok, 'written and synced'], [EXIT.usage, 'no such scope or level, or no reason'], [EXIT.unreadable, 'no such journal: a stop beside it would stop nothing'], [EXIT.failed, 'it could not be written: stop the process instead']]))
  .action(action(terminal, finish, async ({ print }, { reason, scope, level, externalOrders, actor = terminal.user }: EngageOptions, journal: string) => {
    assertFile(journal)
    const path = tripPathOf(resolve(journal))
    const { clock } = terminal
    const trip = { id: createIds(clock).next(), scope, level, ...(externalOrders !== undefined && { externalOrders }), reason, actor, time: toIso(clock.now()) }
    appendTripFile(path, formatTrip(trip))
    await print(`${level} at ${scope} is asked for in ${path}.\nA running service engages within half a second, a stopped one at its next start. Look: sluice kill status ${journal}\n`, { ok: true, path, trip })
    return EXIT.ok
  }))
