import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FixVersion } from '../../src/codec/dictionary/dictionary.ts'

const SOURCE = join(import.meta.dirname, '../quickfix/acceptor.cpp')
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/quickfix')

export const hasQuickFix = existsSync('/usr/include/quickfix/Application.h')

/** Compiles the acceptor, once for each form of its source. */
function compiled(): string {
  const program = join(CACHE, createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16))
  if (existsSync(program)) return program
  mkdirSync(CACHE, { recursive: true })
  const building = `${program}.${process.pid}`
  // The headers declare exceptions in a way that C++17 refuses.
  execFileSync('g++', ['-std=c++14', '-O1', '-w', '-o', building, SOURCE, '-lquickfix', '-lpthread'], { stdio: ['ignore', 'ignore', 'inherit'] })
  renameSync(building, program)
  return program
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => { server.close(resolve) })
  return port
}

/** A QuickFIX C++ broker in a process of its own. */
export interface QuickFixAcceptor {
  readonly port: number
  /** Everything it said, a line each: `logon`, `logout`, `order ID`, `trade ID ExecID`, `request TYPE ID`. */
  readonly lines: readonly string[]
  trade(clientOrderId: string, quantity: number, price: string): void
  /** Cuts the line. */
  drop(): void
  /** Makes it ask for messages again that it has taken already. */
  rewind(count: number): Promise<void>
  close(): Promise<void>
}

const BEGIN: Readonly<Record<FixVersion, string>> = { '4.2': 'FIX.4.2', '4.4': 'FIX.4.4', '5.0SP2': 'FIXT.1.1' }

export async function startQuickFix(version: FixVersion): Promise<QuickFixAcceptor> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-quickfix-'))
  const port = await freePort()
  const child = spawn(compiled(), [String(port), folder, BEGIN[version]], { stdio: ['pipe', 'pipe', 'inherit'] as const })
  const lines: string[] = []
  let rest = ''
  const ready = Promise.withResolvers<void>()
  const ended = new Promise<void>((resolve) => { child.on('exit', () => { resolve() }) })
  child.on('exit', (code) => { ready.reject(new Error(`the QuickFIX acceptor ended with ${String(code)}`)) })
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    if (lines.includes('ready')) ready.resolve()
  })
  await ready.promise
  const say = (line: string): void => { child.stdin.write(`${line}\n`) }
  return {
    port, lines,
    trade: (clientOrderId, quantity, price) => { say(`trade ${clientOrderId} ${quantity} ${price}`) },
    drop: () => { say('drop') },
    rewind: async (count) => {
      const before = lines.length
      say(`rewind ${count}`)
      while (!lines.slice(before).includes('rewound')) await once(child.stdout, 'data')
    },
    close: async () => {
      say('quit')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
