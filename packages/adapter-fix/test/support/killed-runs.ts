import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FixVersion } from '../../src/codec/dictionary/dictionary.ts'

const PROGRAM = fileURLToPath(new URL('./killed-program.ts', import.meta.url))

export interface KilledRunOptions {
  readonly port: number
  readonly store: string
  readonly version: FixVersion
  readonly kills: number
}

/** What the killed processes said, all of them together. */
export interface KilledRuns {
  /** The last words of the lines that begin with this one. */
  said(what: string): string[]
}

/** Runs the program and kills it with no warning, this many ms after it has logged on. */
function runAndKill({ port, store, version }: KilledRunOptions, first: number, after: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@sluice/source', PROGRAM, String(port), store, String(first), version], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    let isArmed = false
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (isArmed || !output.includes('ready\n')) return
      isArmed = true
      setTimeout(() => { child.kill('SIGKILL') }, after)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(output.split('\n').slice(0, output.endsWith('\n') ? undefined : -1).filter((line) => line !== ''))
      else reject(new Error(`the program ended by itself with ${String(code)}: ${output.slice(-500)}`))
    })
  })
}

/** Kills one process after another on the same store; one more start takes in what the last kill has left on its way. */
export async function runUntilKilled(options: KilledRunOptions): Promise<KilledRuns> {
  const lines: string[] = []
  for (let kill = 0; kill < options.kills; kill += 1) lines.push(...await runAndKill(options, lines.length, 5 + (kill * 37) % 90))
  lines.push(...await runAndKill(options, lines.length, 200))
  return { said: (what) => lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.split(' ').at(-1) ?? '') }
}
