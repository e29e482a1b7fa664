import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FixVersion } from '../src/codec/dictionary/dictionary.ts'
import { type FixAcceptor, startFixAcceptor } from '../src/testing/index.ts'

/** The most points of each version and policy. `SLUICE_FIX_STEPS=1000 pnpm test packages/adapter-fix/test/kill-steps` kills at every one. */
const MOST = Number(process.env['SLUICE_FIX_STEPS'] ?? 5)
const PROGRAM = fileURLToPath(new URL('./support/stepped-program.ts', import.meta.url))

let folder = ''
let acceptor: FixAcceptor

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sluice-fix-steps-')) })
afterEach(async () => {
  await acceptor.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Round {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
  said(what: string): string[]
}

interface Way {
  readonly version: FixVersion
  readonly fsync: 'always' | 'interval'
}

function round({ version, fsync }: Way, store: string, prefix: string, killAt: number): Promise<Round> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@sluice/source', PROGRAM, String(acceptor.port), join(folder, store), prefix, String(killAt), version, fsync], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => { output += chunk })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const lines = output.split('\n').slice(0, -1)
      resolve({ code, signal, said: (what) => lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1)) })
    })
  })
}

it.each<Way>([
  { version: '4.2', fsync: 'always' }, { version: '4.4', fsync: 'always' }, { version: '5.0SP2', fsync: 'always' }, { version: '4.4', fsync: 'interval' },
])('$version, fsync $fsync: killed at a step of the store or the socket, the next process finds the numbers, and no order is lost or doubled', { timeout: 60_000 + MOST * 4000 }, async (way) => {
  const { version } = way
  acceptor = await startFixAcceptor({ version })
  const whole = await round(way, 'whole', 'W', 0)
  expect(whole.code).toBe(0)
  const [steps = 0] = whole.said('steps').map(Number)
  expect(steps, 'a round has steps to be killed at').toBeGreaterThan(way.fsync === 'always' ? 60 : 30)
  let points = 0
  const stride = Math.max(1, steps / MOST)
  for (let at = 1; at <= steps; at += stride) {
    const point = Math.floor(at)
    points += 1
    // Each point has its own broker: numbers of another one would be too low for it.
    await acceptor.close()
    acceptor = await startFixAcceptor({ version })
    const killed = await round(way, `store-${point}`, `K${point}-`, point)
    const next = await round(way, `store-${point}`, `N${point}-`, 0)
    const context = `killed at step ${point} of ${steps}`
    // The last steps belong to the end of the process and may not come in the same order.
    if (killed.code !== 0) expect(killed.signal, context).toBe('SIGKILL')
    expect(next.code, `${context}: the next process logs on with the right numbers and ends well`).toBe(0)
    const ids = acceptor.orders.map(({ clientOrderId }) => clientOrderId.replace(/-[rc]$/, ''))
    expect(new Set(ids).size, `${context}: doubled`).toBe(ids.length)
    const known = [...killed.said('intent'), ...next.said('intent')]
    expect(ids.filter((id) => !known.includes(id)), `${context}: orders without an intent`).toEqual([])
    expect([...killed.said('accepted'), ...next.said('accepted')].filter((id) => !ids.includes(id)), `${context}: accepted and lost`).toEqual([])
    expect([...killed.said('not_sent'), ...next.said('not_sent')].filter((id) => ids.includes(id)), `${context}: said not to be sent`).toEqual([])
    // What traded is heard of by one of the two, what the killed one missed by the next.
    const heard = new Set([...killed.said('fill'), ...next.said('fill')])
    const traded = acceptor.orders.filter(({ filled }) => filled > 0n).map(({ clientOrderId }) => clientOrderId)
    expect(traded.filter((id) => !heard.has(id)), `${context}: trades that were never heard of`).toEqual([])
    expect(next.said('canceled'), context).toEqual(['accepted'])
  }
  process.stdout.write(`${version}, fsync ${way.fsync}: killed at ${points} of ${steps} steps\n`)
})
