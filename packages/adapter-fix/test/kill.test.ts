import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startFixAcceptor } from '../src/testing/index.ts'
import { runUntilKilled } from './support/killed-runs.ts'

/** `SLUICE_FIX_KILLS=200 pnpm test packages/adapter-fix/test/kill` for the long run. */
const KILLS = Number(process.env['SLUICE_FIX_KILLS'] ?? 3)
it('a process that is killed at any moment loses no order, doubles none, and finds its numbers again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-fix-kill-'))
  const acceptor = await startFixAcceptor({ version: '4.4' })
  try {
    const { said } = await runUntilKilled({ port: acceptor.port, store: join(folder, 'session.fix'), version: '4.4', kills: KILLS })
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
