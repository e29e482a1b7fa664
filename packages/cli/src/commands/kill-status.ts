import type { KillEntry, OutsideTrip } from '@sluice/core'
import { action, command, examples, type MakeCommand } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { assertFile } from '../journal/open-journal.ts'
import { type KillReading, readKill } from '../kill/read-kill.ts'
import { formatTable, printable } from '../terminal/format.ts'

const row = ({ scope, level, externalOrders, actor, reason }: KillEntry | OutsideTrip): string[] =>
  [`  ${scope}`, externalOrders === undefined ? level : `${level} (orders of others: ${externalOrders})`, actor, reason].map(printable)

/** What is known, for a person. */
export function describeKill({ engaged, journalError, waiting }: KillReading): string {
  const parts: string[] = []
  if (engaged === undefined) {
    parts.push(`The journal cannot be read now (${journalError?.message ?? ''}): the running service knows what is engaged and what was released.\n`)
    if (waiting.length > 0) parts.push(`Asked for in the trip file, engaged unless released since:\n${formatTable(waiting.map(row))}`)
    return parts.join('')
  }
  if (engaged.length > 0) parts.push(`Engaged:\n${formatTable(engaged.map(row))}`)
  if (waiting.length > 0) parts.push(`Asked for in the trip file, engaged at the next start:\n${formatTable(waiting.map(row))}`)
  return parts.length > 0 ? parts.join('') : 'Nothing is engaged.\n'
}

export const killStatus: MakeCommand = (terminal, finish) => command('status', 'say what is engaged, as far as it can be known from outside',
  'Of a stopped service the journal and the trip file beside it tell everything. While a service runs it has the journal to itself: then only the trip file can be read, and the service (`killSwitch.status()`, GET /kill-switch) tells the rest.')
  .argument('<journal>', 'the journal file of the service')
  .addHelpText('after', examples([
    ['sluice kill status data/orders.db', 'what is engaged'],
    ['sluice kill status data/orders.db --json', 'for a script'],
  ], [[EXIT.ok, 'nothing is engaged'], [EXIT.engaged, 'something is engaged, or may be'], [EXIT.locked, 'a service runs and nothing was asked for from outside: ask the service'], [EXIT.unreadable, 'no such file']]))
  .action(action(terminal, finish, async ({ print }, _options: { json?: true }, journal: string) => {
    assertFile(journal)
    const reading = await readKill(journal)
    const { engaged, journalError, ...trips } = reading
    await print(describeKill(reading), { ok: journalError === undefined, engaged: engaged ?? null, ...trips, ...(journalError !== undefined && { journal: journalError.message }) })
    if (trips.waiting.length > 0 || (engaged ?? []).length > 0) return EXIT.engaged
    return engaged === undefined ? EXIT.locked : EXIT.ok
  }))
