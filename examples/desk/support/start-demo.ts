import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type RunningProgram, startProgram } from '../../support/run-program.ts'

/** The demo in a process of its own, with what it printed. */
export interface Demo extends RunningProgram {
  readonly address: string
  readonly token: string
  readonly totpSecret: string
  /** The two lines to paste. */
  readonly placeLine: string
  readonly lookLine: string
}

export interface DemoOptions {
  readonly dataFolder: string
  readonly port?: number
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

const main = join(import.meta.dirname, '../main.ts')

/** The demo as a person starts it; it ends with the test at the latest. */
export function launchDemo({ dataFolder, port = 0, args = [], environment = {} }: DemoOptions): RunningProgram {
  const program = startProgram(main, { args, environment: { SLUICE_DATA: dataFolder, PORT: String(port), SLUICE_TOKEN: '', ...environment } })
  onTestFinished(() => { program.kill('SIGKILL') })
  return program
}

/** Resolves when it says that it is ready. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const program = launchDemo(options)
  await program.until(/Ctrl-C ends it/)
  const read = async (pattern: RegExp): Promise<string> => (await program.until(pattern))[1] ?? ''
  return {
    ...program,
    address: await read(/Page\s+(http:\S+)\//),
    token: await read(/Token\s+(\S+)/),
    totpSecret: await read(/TOTP\s+(\S+)/),
    placeLine: await read(/^ {2}(curl .*Idempotency-Key.*)$/m),
    lookLine: await read(/^ {2}(curl .*ORDER_ID.*)$/m),
  }
}
