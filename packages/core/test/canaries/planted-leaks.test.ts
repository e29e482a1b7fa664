import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { memoryJournal } from '../../src/journal/memory-journal.ts'
import { sqliteJournal } from '../../src/journal/sqlite/index.ts'
import { SluiceError } from '../../src/runtime/errors.ts'
import { silentLogger } from '../../src/runtime/logger.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'

// What every test is watched with: scripts/canaries/watch-node.ts.
const { [Symbol.for('sluice.tests.takeLeaks')]: takeLeaks } = globalThis as unknown as Record<symbol, () => readonly { readonly channel: string }[]>
/** Which channels have leaked since. */
const channels = (): readonly string[] => [...new Set(takeLeaks?.().map(({ channel }) => channel))].toSorted()
afterEach(() => { takeLeaks?.() })

const SECRET = 'zqcanary-code-17'

it('a secret in a log line is seen', () => {
  silentLogger.warn('the broker refused', { password: SECRET })
  expect(channels()).toEqual(['log'])
})

it('a secret in an error or its cause is seen, and the error is what it was', () => {
  const error = new SluiceError('CONFIGURATION_INVALID', 'no', { cause: new Error(`401 of ${SECRET}`) })
  expect(error instanceof SluiceError && SluiceError.isInstance(error)).toBe(true)
  expect(channels()).toEqual(['error'])
})

it('a secret in an event of a journal in memory is seen', async () => {
  const service = await createExecutionService({ broker: simulatedBroker(), journal: memoryJournal() })
  await service.killSwitch.engage({ reason: `code ${SECRET}` })
  await service.close()
  expect(channels()).toContain('event')
})

it('a secret in a journal on the disk is seen by its bytes, before the file is removed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-canaries-'))
  const service = await createExecutionService({ broker: simulatedBroker(), journal: sqliteJournal(join(folder, 'orders.db')) })
  await service.killSwitch.engage({ reason: `code ${SECRET}` })
  await service.close()
  rmSync(folder, { recursive: true })
  expect(channels()).toContain('file')
})
