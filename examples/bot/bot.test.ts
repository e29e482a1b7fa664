import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../support/run-program.ts'

const main = join(import.meta.dirname, 'main.ts')

test('the bot takes every signal, is held back by its limits and ends by itself with a summary', async () => {
  const { code, output } = await runProgram(main, { args: ['--orders', '16'] })
  expect(code, output).toBe(0)
  const lines = output.trimEnd().split('\n')
  expect(lines).toHaveLength(17)
  expect(output).toMatch(/^buy \d+ AAPL: denied: the long position in AAPL could reach \d+, the limit is 25$/m)
  const summary = /^16 signals: (\d+) sent, (\d+) denied, 0 failed\. Held: (.+)$/.exec(lines.at(-1) ?? '')
  expect(summary, output).not.toBeNull()
  expect(Number(summary?.[1]) + Number(summary?.[2])).toBe(16)
  for (const [, quantity] of (summary?.[3] ?? '').matchAll(/(-?\d+) [A-Z]+/g)) expect(Math.abs(Number(quantity))).toBeLessThanOrEqual(25)
})

test('nonsense for --orders is refused', async () => {
  expect(await runProgram(main, { args: ['--orders', 'many'] })).toMatchObject({ code: 1, output: '--orders takes a whole number from 1\n' })
})
