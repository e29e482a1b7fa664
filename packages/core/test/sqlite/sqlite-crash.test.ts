import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sqliteJournal, verifyJournal } from '@sluice/core/sqlite'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('append-until-killed.ts', import.meta.url))
const KILLS = 24

/** Kills the child `delay` milliseconds after its first acknowledgement; answers the last sequence number it acknowledged. */
async function runAndKill(path: string, delay: number): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=@sluice/source', program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text })
  await once(child.stdout, 'data')
  await sleep(delay)
  child.kill('SIGKILL')
  await once(child, 'close')
  return Number(output.trimEnd().split('\n').at(-1))
}

test(`after each of ${KILLS} kills every acknowledged batch is there, and no batch in part`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-crash-'))
  const path = join(folder, 'orders.db')
  try {
    let before = 0
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const acknowledged = await runAndKill(path, (kill * 7) % 23)
      expect((await verifyJournal(path)).findings, 'what the killed process left').toEqual([])
      const journal = sqliteJournal(path)
      let next = before + 1
      let end = before
      for await (const event of journal.read('main', before + 1)) {
        expect(event.sequence).toBe(next)
        const batch = (event.data as { orderId: string }).orderId
        const [first = 0, size = 0] = batch.split('+').map(Number)
        if (next === end + 1) {
          expect(first).toBe(next)
          end += size
          expect(await journal.find('main', batch)).toEqual({ orderId: batch, digest: batch })
        }
        next += 1
      }
      expect(next, 'the last batch is whole').toBe(end + 1)
      expect(end, 'nothing acknowledged is lost').toBeGreaterThanOrEqual(acknowledged)
      expect(acknowledged).toBeGreaterThan(before)
      expect(Number(await journal.cursor('at')), 'the cursor moved with the last batch').toBeGreaterThan(before)
      expect((await journal.claim('main')).epoch).toBe(2 * kill)
      await journal.close()
      before = end
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
