import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../support/run-program.ts'

test('the program shows the guard denying right after the open and allowing a minute later', async () => {
  const { code, output } = await runProgram(join(import.meta.dirname, 'main.ts'))
  expect(code, output).toBe(0)
  expect(output).toMatch(/^2 s after the open: denied, SESSION_JUST_OPENED: Wait after the open$/m)
  expect(output).toMatch(/^60 s after the open: sent, \w+$/m)
})
