import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../src/bin.ts', import.meta.url))

/** The sources are compiled once for all processes, as a built package would be. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'sluice-cli-compile-cache') }

export interface Finished {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

/** Starts the real command from its sources, as a process of its own. */
export function startCli(args: readonly string[], more: NodeJS.ProcessEnv = {}): { readonly child: ChildProcessWithoutNullStreams; readonly finished: Promise<Finished> } {
  const child = spawn(process.execPath, ['--conditions=@sluice/source', BIN, ...args], { stdio: 'pipe', env: { ...env, ...more } })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text })
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exit) => { resolve({ exit, out, err }) })
  })
  return { child, finished }
}

export const runCli = (...args: readonly string[]): Promise<Finished> => startCli(args).finished

/** The one JSON object a command printed. */
export function jsonOf({ out }: Finished): Record<string, unknown> {
  return JSON.parse(out) as Record<string, unknown>
}
