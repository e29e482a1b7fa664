import { join } from 'node:path'
import { startPostgres } from '@sluice/journal-postgres/testing'
import { expect, test } from 'vitest'
import { runProgram } from '../support/run-program.ts'

const server = await startPostgres()
await server?.stop()

test.skipIf(server === undefined)('three nodes lose and double no order while one is killed every few seconds', { timeout: 90_000 }, async () => {
  const { code, output } = await runProgram(join(import.meta.dirname, 'main.ts'), { args: ['--seconds', '8', '--every', '3', '--accounts', '6'] })
  expect(code, output).toBe(0)
  expect(output).toMatch(/node1 .*node2 .*node3 .*orders\/s/)
  expect(output).toMatch(/^[1-9]\d* orders, [12] kills, \d+ accounts taken over: 0 lost, 0 doubled$/m)
})
