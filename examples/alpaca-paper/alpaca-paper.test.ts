import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../support/run-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const main = join(import.meta.dirname, 'main.ts')

test('on the fake: an order is placed, rests and is taken back', async () => {
  const { code, output } = await runProgram(main, { args: ['--fake', '--journal', join(temporaryFolder(), 'paper.db')] })
  expect(code, output).toBe(0)
  expect(output).toMatch(/^Connected\. Equity 1000000, buying power 2000000 USD$/m)
  expect(output).toMatch(/^Placing: buy 1 AAPL, limit 93 \(bid 187\.5\)$/m)
  expect(output).toMatch(/^Order \S+: new$/m)
  expect(output).toMatch(/^Now: canceled\./m)
})

test('without keys it says what to set, and trades nothing', async () => {
  const { code, output } = await runProgram(main, { environment: { ALPACA_KEY_ID: '', ALPACA_SECRET_KEY: '' } })
  expect(code).toBe(1)
  expect(output).toBe('Set ALPACA_KEY_ID and ALPACA_SECRET_KEY to the API keys of an Alpaca paper account, or pass --fake.\n')
})
