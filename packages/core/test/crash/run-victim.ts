import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Victim } from './victim.ts'

const PROGRAM = fileURLToPath(new URL('victim.ts', import.meta.url))
/** A process that neither ends nor dies hangs. */
const LONGEST_LIFE = 60_000

/** What a victim left behind besides its files. */
export interface Testimony {
  /** Order ids by key, of everything that was answered. */
  readonly answered: ReadonlyMap<string, string>
  readonly asked: ReadonlySet<string>
  /** Codes of the alerts it gave. */
  readonly alerts: ReadonlySet<string>
  /** Where it died. */
  readonly place: string
  /** How many steps it took, where it lived to count them. */
  readonly steps: number | undefined
  /** Why it ended by itself, which no victim may. */
  readonly failure: string | undefined
}

/** How a program is started inside something that breaks its world: `['fiu-run', …]`, with an environment. */
export interface Wrapper {
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Called with each line the program says. */
  readonly heard?: (line: string) => void
}

function read(output: string, failure: string | undefined): Testimony {
  const lines = output.split('\n').map((line) => line.split(' '))
  const all = (word: string): string[][] => lines.filter(([first]) => first === word).map(([, ...rest]) => rest)
  const steps = all('steps')[0]?.[0]
  return {
    answered: new Map(all('answered').map(([key = '', id = '']) => [key, id])),
    asked: new Set(all('asked').map(([key = '']) => key)),
    alerts: new Set(all('alert').map(([code = '']) => code)),
    place: all('died')[0]?.join(' ') ?? 'by itself',
    steps: steps === undefined ? undefined : Number(steps),
    failure,
  }
}

/** Runs a victim to its end. */
export async function runVictim(victim: Victim, { command = [], environment = {}, heard }: Wrapper = {}): Promise<Testimony> {
  const line = [...command, process.execPath, '--conditions=@sluice/source', PROGRAM, JSON.stringify(victim)]
  const child = spawn(line[0] ?? process.execPath, line.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    for (const said of text.split('\n')) heard?.(said)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text })
  let hung = false
  const limit = setTimeout(() => { hung = true; child.kill('SIGKILL') }, LONGEST_LIFE)
  await once(child, 'close')
  clearTimeout(limit)
  const died = output.includes('\ndied ') || output.startsWith('died ')
  const failure = hung ? 'it hung' : died ? undefined : errors.trim().slice(-400) || 'it ended without a word'
  return read(output, failure)
}
