import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startFixAcceptor } from '../src/testing/index.ts'

/** `SLUICE_FIX_KILLS=200 pnpm test packages/adapter-fix/test/kill` for the long run. */
const KILLS = Number(process.env['SLUICE_FIX_KILLS'] ?? 3)
const PROGRAM = fileURLToPath(new URL('./support/killed-program.ts', import.meta.url))

/** Runs the program and kills it with no warning, this many ms after it has logged on. */
function runAndKill(port: number, store: string, first: number, after: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@sluice/source', PROGRAM, String(port), store, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] })
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

it('a process that is killed at any moment loses no order, doubles none, and finds its numbers again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-fix-kill-'))
  const acceptor = await startFixAcceptor({ version: '4.4' })
  try {
    const lines: string[] = []
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await runAndKill(acceptor.port, join(folder, 'session.fix'), lines.length, 5 + (kill * 37) % 90)
      lines.push(...said)
    }
    // One more start takes in what the last kill has left on its way.
    lines.push(...await runAndKill(acceptor.port, join(folder, 'session.fix'), lines.length, 200))
    const said = (what: string): string[] => lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.split(' ').at(-1) ?? '')
    const atBroker = acceptor.orders.map(({ clientOrderId }) => clientOrderId)
    expect(acceptor.logons).toBe(KILLS + 1)
    expect(new Set(atBroker).size).toBe(atBroker.length)
    expect(atBroker.filter((id) => !said('intent').includes(id)), 'orders without an intent').toEqual([])
    expect(said('accepted').filter((id) => !atBroker.includes(id)), 'accepted orders that the broker does not have').toEqual([])
    expect(said('not_sent').filter((id) => atBroker.includes(id)), 'orders that were said not to be sent').toEqual([])
    // Every trade was heard of at least once: those of the very last moment may still be on their way.
    const heard = new Set(said('fill'))
    const missing = atBroker.filter((id) => !heard.has(id))
    expect(missing.length, `trades that were never heard of: ${missing.join(' ')}`).toBeLessThanOrEqual(atBroker.at(-1) === missing.at(-1) ? 1 : 0)
    expect(atBroker.length).toBeGreaterThan(KILLS)
  } finally {
    await acceptor.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 30_000 + KILLS * 3_000)
