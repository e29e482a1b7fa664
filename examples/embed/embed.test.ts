import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../support/run-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const main = join(import.meta.dirname, 'main.ts')

test('the program of the README runs as written, and run again it finds its orders instead of placing them twice', async () => {
  const folder = temporaryFolder()
  const first = await runProgram(main, { folder })
  expect(first.code, first.output).toBe(0)
  const id = /^order (\S+) is (?:new|partially_filled|filled)$/m.exec(first.output)?.[1]
  expect(first.output).toMatch(/^signal-2: (?:new|filled)$/m)
  expect(first.output).toMatch(/^signal-3: denied$/m)
  expect(first.output).toMatch(/^signal-4: ORDER_INVALID$/m)
  expect(first.output).toMatch(/^over HTTP: 200, the same order\nto a stranger: 401\n/m)
  const second = await runProgram(main, { folder })
  expect(second.code, second.output).toBe(0)
  expect(second.output).toMatch(new RegExp(`^order ${id ?? '-'} is \\w+$`, 'm'))
})
