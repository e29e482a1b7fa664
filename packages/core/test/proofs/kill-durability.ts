import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { sqliteJournal } from '../../src/journal/sqlite/index.ts'
import { createRandom } from '../../src/runtime/random.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'

const program = fileURLToPath(new URL('engage-until-killed.ts', import.meta.url))

/** Where children find the sources compiled: starting them is most of what a kill costs. */
const cacheIn = (folder: string): NodeJS.ProcessEnv => ({ ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') })

function start(folder: string, path: string, mode: 'warm' | 'hasty' | ''): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, ['--conditions=@sluice/source', program, path, mode], { stdio: ['ignore', 'pipe', 'inherit'], env: cacheIn(folder) })
}

/** One run that ends by itself, since a killed process leaves no compile cache behind. */
async function warmUp(folder: string): Promise<void> {
  const child = start(folder, join(folder, 'warm.db'), 'warm')
  child.stdout.resume()
  await once(child, 'close')
}

/** Kills a process while it engages; answers what it had said to be durable. */
async function runAndKill(child: ChildProcessByStdio<null, Readable, null>, delay: number): Promise<string[]> {
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text })
  const failed = once(child, 'close').then((): never => { throw new Error('the process ended before it had engaged anything') })
  await Promise.race([once(child.stdout, 'data'), failed])
  failed.catch(() => undefined)
  await sleep(delay)
  child.kill('SIGKILL')
  await once(child, 'close')
  return output.split('\n').slice(0, -1)
}

async function lostAfterRestart(path: string, said: readonly string[]): Promise<readonly string[]> {
  const service = await createExecutionService({ broker: simulatedBroker(), journal: sqliteJournal(path) })
  const engaged = new Set(service.killSwitch.status().engaged.map(({ scope }) => scope as string))
  await service.close()
  return said.filter((scope) => !engaged.has(scope))
}

export interface DurabilityResult {
  readonly kills: number
  /** Engages that had answered durable before the kills. */
  readonly durable: number
  /** Those that the next start had forgotten. */
  readonly lost: readonly string[]
}

/** Real processes, real files, SIGKILL: whatever engage called durable is engaged after the next start, unless a bug is planted. */
export async function killDurability(kills: number, seed: string, { progress, plant = '' }: { readonly progress?: (done: number) => void; readonly plant?: 'hasty' | '' } = {}): Promise<DurabilityResult> {
  const random = createRandom(seed)
  const lost: string[] = []
  let durable = 0
  const folder = mkdtempSync(join(tmpdir(), 'sluice-kill-'))
  try {
    await warmUp(folder)
    for (let kill = 1; kill <= kills; kill += 1) {
      const own = join(folder, String(kill))
      mkdirSync(own)
      const path = join(own, 'orders.db')
      const said = await runAndKill(start(folder, path, plant), random.integer(30))
      durable += said.length
      for (const scope of await lostAfterRestart(path, said)) lost.push(`kill ${kill}: ${scope}`)
      rmSync(own, { recursive: true })
      progress?.(kill)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return { kills, durable, lost }
}
