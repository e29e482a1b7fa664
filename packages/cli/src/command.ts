import { Command } from 'commander'
import { SluiceError } from '@sluice/core'
import { CommandError, EXIT, type ExitCode, exitCodeOf } from './exit-code.ts'
import type { Terminal } from './terminal/terminal.ts'

/** What a command's work gets besides its arguments. */
export interface Run {
  readonly terminal: Terminal
  /** Set by `--json`: results and errors are one JSON object on standard output. */
  readonly json: boolean
  /** Prints the result: `value` with `--json`, else `text`. */
  readonly print: (text: string, value: object) => Promise<void>
}

/** Makes one command; `finish` hears its exit code. */
export type MakeCommand = (terminal: Terminal, finish: (exit: ExitCode) => void) => Command

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const codeOf = (error: unknown): string => (error instanceof CommandError || SluiceError.isInstance(error) ? error.code : 'FAILED')

/** Binds a command's work to its arguments, its way of printing and its exit code. */
export function action(
  terminal: Terminal, finish: (exit: ExitCode) => void, work: (run: Run, options: never, ...positional: never[]) => Promise<ExitCode>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // Commander hands over the arguments, then the options, then itself.
    const options = given.at(-2) as { readonly json?: true }
    const json = options.json === true
    const print = (text: string, value: object): Promise<void> => terminal.write(json ? `${JSON.stringify(value)}\n` : text)
    try {
      finish(await work({ terminal, json, print }, options as never, ...(given.slice(0, -2) as never[])))
    } catch (error) {
      if (terminal.readerLeft()) {
        finish(EXIT.ok)
        return
      }
      if (terminal.signal.aborted) {
        terminal.note('sluice: interrupted; nothing half-written was left behind\n')
        finish(EXIT.interrupted)
        return
      }
      if (json) await terminal.write(`${JSON.stringify({ ok: false, error: { code: codeOf(error), message: describe(error) } })}\n`)
      else terminal.note(`sluice: ${describe(error)}\n`)
      finish(exitCodeOf(error))
    }
  }
}

/** The part of a help text that teaches: what to type, and what the exit codes mean. */
export function examples(lines: readonly (readonly [line: string, meaning: string])[], exits: readonly (readonly [ExitCode, string])[] = []): string {
  const shown = lines.flatMap(([line, meaning]) => [`  # ${meaning}`, `  $ ${line}`])
  const codes = exits.toSorted(([left], [right]) => left - right).map(([exit, meaning]) => `  ${String(exit).padEnd(4)} ${meaning}`)
  return ['', 'Examples:', ...shown, ...(codes.length > 0 ? ['', 'Exit codes:', ...codes] : [])].join('\n')
}

/** A command with what all commands have. */
export function command(name: string, summary: string, description: string): Command {
  return new Command(name).helpOption('-h, --help', 'print help').summary(summary).description(`${summary}.\n\n${description}`).option('--json', 'print one JSON object instead of text')
}

/** @throws when the user wants the command to end */
export function checkInterrupted({ signal }: Terminal): void {
  if (signal.aborted) throw new CommandError(EXIT.interrupted, 'INTERRUPTED', 'interrupted')
}
