import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { sqliteJournal } from '../../src/journal/sqlite/index.ts'
import { createRandom } from '../../src/runtime/random.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'

const program = fileURLToPath(new URL('engage-until-killed.ts', import.meta.url))

/** Kills a process while it engages; answers what it had said to be durable. */
async function runAndKill(path: string, delay: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--conditions=@sluice/source', program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
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

/** Real processes, real files, SIGKILL: whatever engage called durable is engaged after the next start. */
export async function killDurability(kills: number, seed: string, progress?: (done: number) => void): Promise<DurabilityResult> {
  const random = createRandom(seed)
  const lost: string[] = []
  let durable = 0
  for (let kill = 1; kill <= kills; kill += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-kill-'))
    try {
      const path = join(folder, 'orders.db')
      const said = await runAndKill(path, random.integer(30))
      durable += said.length
      for (const scope of await lostAfterRestart(path, said)) lost.push(`kill ${kill}: ${scope}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    progress?.(kill)
  }
  return { kills, durable, lost }
}
