import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import type { MakeCommand } from './command.ts'
import { journalExport } from './commands/journal-export.ts'
import { journalPrune } from './commands/journal-prune.ts'
import { journalReplay } from './commands/journal-replay.ts'
import { journalShow } from './commands/journal-show.ts'
import { journalVerify } from './commands/journal-verify.ts'
import { killEngage } from './commands/kill-engage.ts'
import { killRelease } from './commands/kill-release.ts'
import { killStatus } from './commands/kill-status.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import type { Terminal } from './terminal/terminal.ts'

const GROUPS: readonly { readonly name: string; readonly summary: string; readonly description: string; readonly commands: readonly MakeCommand[] }[] = [
  {
    name: 'journal', summary: 'verify, show, export, replay and prune a journal file',
    description: 'These read a journal file that no service has open; prune alone changes it. Of a running service, read a copy made by service.backup(path).',
    commands: [journalVerify, journalShow, journalExport, journalReplay, journalPrune],
  },
  {
    name: 'kill', summary: 'stop trading from outside the process',
    description: 'The stop is a line in a file beside the journal, which every service on that journal reads at its start and four times a second.',
    commands: [killEngage, killStatus, killRelease],
  },
]

function version(): string {
  const { version: text } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return text
}

/** Commander's own errors are about the command line; help and version are none. */
function quiet(target: Command, terminal: Terminal): Command {
  target.exitOverride().configureOutput({ writeOut: (text) => { void terminal.write(text) }, writeErr: terminal.note, outputError: (text, write) => { write(text.replace(/^error: /, 'sluice: ')) } })
  for (const child of target.commands) quiet(child, terminal)
  return target
}

/** Runs one command line; resolves with the exit code. */
export async function runSluice(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok
  const program = new Command('sluice').description('The command line of Sluice.').version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help').showHelpAfterError('(--help says what there is)').showSuggestionAfterError()
    .addHelpText('after', '\nEvery command has its own help with examples: sluice journal verify --help')
  for (const { name, summary, description, commands } of GROUPS) {
    const group = program.command(name).summary(summary).description(`${summary}.\n\n${description}`)
    for (const make of commands) group.addCommand(make(terminal, (code) => { exit = code }))
  }
  try {
    await quiet(program, terminal).parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  return exit
}
