import { action, command, examples, type MakeCommand } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { assertFile } from '../journal/open-journal.ts'
import { readKill } from '../kill/read-kill.ts'
import { describeKill } from './kill-status.ts'

const HOW = `A release goes through the running service, by a person with a reason and a fresh code (PROTOCOL F3). This command changes nothing.

  in the process   await service.killSwitch.release({ scope: 'global', code, reason })
  over HTTP        POST /kill-switch {"action":"release","scope":"global","code":"…","reason":"…"}
  on a page        <sluice-kill-switch>

Start the service first if it is stopped: it starts engaged, and can be released then. Deleting the trip file releases nothing that was engaged.
`

export const killRelease: MakeCommand = (terminal, finish) => command('release', 'say how to release; releases nothing itself',
  'Whoever can write to a disk may stop trading, but not start it: that takes a person, a reason and a code, in the running service.')
  .argument('<journal>', 'the journal file of the service')
  .addHelpText('after', examples([
    ['sluice kill release data/orders.db', 'what is engaged, and how a person releases it'],
  ], [[EXIT.ok, 'there is nothing to release'], [EXIT.engaged, 'something is engaged, or may be; it still is']]))
  .action(action(terminal, finish, async ({ print }, _options: { json?: true }, journal: string) => {
    assertFile(journal)
    const reading = await readKill(journal)
    const released = reading.engaged?.length === 0 && reading.waiting.length === 0
    await print(released ? describeKill(reading) : `${describeKill(reading)}\n${HOW}`, { ok: released, engaged: reading.engaged ?? null, waiting: reading.waiting, how: HOW })
    return released ? EXIT.ok : EXIT.engaged
  }))
