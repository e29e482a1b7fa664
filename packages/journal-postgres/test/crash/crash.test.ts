import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findBinaries, findRunner } from '../../src/testing/postgres-binaries.ts'

const PROGRAM = fileURLToPath(new URL('../../../core/test/crash/run-crash.ts', import.meta.url))
const POINTS = 8

const isMissing = process.env['PG_URL'] === undefined && findBinaries(findRunner()) === undefined

/** The suite of core in a process of its own; the last line counts. */
async function crash(...options: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@sluice/source', PROGRAM, '--journal', 'postgres', ...options])
    .catch((error: unknown) => error as { readonly stdout: string })
  return stdout.trim().split('\n').at(-1) ?? ''
}

test.skipIf(isMissing)(`I2, I3 on PostgreSQL: ${POINTS} killed processes, some of them killed again in their recovery, lose nothing, double nothing and break no chain`, async () => {
  expect(await crash('--points', String(POINTS), '--from', '11')).toBe(`${POINTS} runs, 0 violations`)
}, 180_000)

test.skipIf(isMissing)('and a recovery that does not look at the broker is seen', async () => {
  expect(await crash('--points', '10', '--plant', 'no-lookup')).toMatch(/^10 runs, [1-9]\d* violations$/)
}, 180_000)
