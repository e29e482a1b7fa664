import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../peers')
const SOURCE = join(FOLDER, 'fix/quickfix.cpp')
const DICTIONARY = join(FOLDER, 'node_modules/jspurefix/data/FIX44.xml')
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/bench-quickfix')

/** Messages a second of a thread's CPU time, by round. */
export interface PeerRates {
  readonly view: readonly number[]
  readonly typed: readonly number[]
  readonly encode: readonly number[]
}

interface Peer {
  readonly name: 'jspurefix' | 'QuickFIX C++'
  /** One process: a few rounds of each kind of work. */
  measure(rounds: number, messages: number): PeerRates
}

export interface Peers {
  readonly present: readonly Peer[]
  /** A line for each that is not here: what it takes to have it. */
  readonly missing: readonly string[]
  close(): void
}

function run(command: string, words: readonly string[]): PeerRates {
  return JSON.parse(execFileSync(command, [...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 300_000 })) as PeerRates
}

/** The program, compiled once for each form of its source; undefined where there is nothing to compile it with. */
function quickFix(): string | undefined {
  if (!existsSync('/usr/include/quickfix/Message.h') || spawnSync('g++', ['--version']).status !== 0) return undefined
  const program = join(CACHE, createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16))
  if (existsSync(program)) return program
  mkdirSync(CACHE, { recursive: true })
  // The headers declare exceptions in a way that C++17 refuses.
  execFileSync('g++', ['-std=c++14', '-O2', '-w', '-o', program, SOURCE, '-lquickfix', '-lpthread'], { stdio: ['ignore', 'ignore', 'inherit'] })
  return program
}

export function findPeers(report: Uint8Array): Peers {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-fix-'))
  const file = join(folder, 'report.fix')
  writeFileSync(file, report)
  const present: Peer[] = []
  const missing: string[] = []
  const hasJspurefix = existsSync(DICTIONARY)
  if (hasJspurefix) {
    const program = join(FOLDER, 'fix/jspurefix.mjs')
    present.push({ name: 'jspurefix', measure: (rounds, messages) => run(process.execPath, [program, file, `${rounds}`, `${messages}`]) })
  } else missing.push('jspurefix is left out: `pnpm bench peers` installs it')
  const program = quickFix()
  if (program === undefined) missing.push('QuickFIX C++ is left out: it needs g++ and libquickfix-dev')
  else present.push({ name: 'QuickFIX C++', measure: (rounds, messages) => run(program, [file, `${rounds}`, `${messages}`, ...(hasJspurefix ? [DICTIONARY] : [])]) })
  if (program !== undefined && !hasJspurefix) missing.push('QuickFIX C++ runs without a dictionary, which comes with jspurefix: it checks less and takes no group apart, in its favour')
  return { present, missing, close: () => { rmSync(folder, { recursive: true, force: true }) } }
}
