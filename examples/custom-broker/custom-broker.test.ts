import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../support/run-program.ts'

test('the program places an order, finds one whose answer was lost and gives up one that never arrived', async () => {
  const { code, output } = await runProgram(join(import.meta.dirname, 'main.ts'))
  expect(code, output).toBe(0)
  expect(output).toMatch(/^Nothing lost: (?:new|filled)$/m)
  expect(output).toMatch(/^Lost answer: (?:unknown, then )?(?:new|filled)$/m)
  expect(output).toMatch(/^Lost request: (?:unknown, then )?denied \(NOT_SENT: /m)
  expect(output).toMatch(/^Held: 20 AAPL$/m)
})
