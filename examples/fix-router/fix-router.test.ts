import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../support/run-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const main = join(import.meta.dirname, 'main.ts')

test('orders find their broker by symbol, and a second run goes on from the first', { timeout: 40_000 }, async () => {
  const args = ['--data', temporaryFolder()]
  const first = await runProgram(main, { args })
  expect(first.code, first.output).toBe(0)
  expect(first.output).toBe(`buy 10 AAPL: filled at shares
buy 200 NOK: filled at receipts
buy 2 MSFT: new at shares
MSFT: canceled at shares
Held: 10 AAPL, 200 NOK
`)
  const second = await runProgram(main, { args })
  expect(second.code, second.output).toBe(0)
  expect(second.output).toContain('Held: 20 AAPL, 400 NOK')
})
