import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** How a program ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Everything it wrote, errors included. */
  readonly output: string
}

export interface RunningProgram {
  output(): string
  /** Waits for what it writes; throws when it ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

export interface ProgramOptions {
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** The working folder; default this process's. */
  readonly folder?: string
}

/** Starts an example as a person would, in a process of its own. */
export function startProgram(file: string, { args = [], environment = {}, folder }: ProgramOptions = {}): RunningProgram {
  const child: ChildProcess = spawn(process.execPath, ['--conditions=@sluice/source', file, ...args], {
    cwd: folder, env: { ...process.env, NODE_OPTIONS: '', ...environment }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let isOver = false
  let wake = (): void => undefined
  const take = (text: string): void => {
    output += text
    wake()
  }
  child.stdout?.setEncoding('utf8').on('data', take)
  child.stderr?.setEncoding('utf8').on('data', take)
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    isOver = true
    wake()
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, output }
  })
  return {
    output: () => output,
    until: async (pattern) => {
      for (;;) {
        const found = pattern.exec(output)
        if (found !== null) return found
        if (isOver) throw new Error(`${file} ended before it wrote ${String(pattern)}:\n${output}`)
        await new Promise<void>((resolve) => { wake = resolve })
      }
    },
    kill: (signal) => { child.kill(signal) },
    ended,
  }
}

/** Runs an example to its end. */
export async function runProgram(file: string, options?: ProgramOptions): Promise<Ended> {
  return startProgram(file, options).ended
}
