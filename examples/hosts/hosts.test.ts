import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../support/run-program.ts'

const folder = join(import.meta.dirname, '..')

test('the Express example places and cancels an order beside a route of its own', async () => {
  const { code, output } = await runProgram(join(folder, 'express/main.ts'))
  expect(code, output).toBe(0)
  expect(output).toMatch(/^order \S+ is new\nand cancelled: canceled\nbeside it: \{"hello":"world"\}$/m)
})

test('the Fastify example signs its requests, and is denied what is over its limit', async () => {
  const { code, output } = await runProgram(join(folder, 'fastify/main.ts'))
  expect(code, output).toBe(0)
  expect(output).toMatch(/^denied: POSITION_LIMIT_EXCEEDED, 200 over 100\nunsigned: 401\nbeside it: \{"hello":"world"\}$/m)
})

test.each(['express/main.ts', 'fastify/main.ts', 'frameworks/nextjs/execution.ts', 'frameworks/nextjs/app/api/v1/execution/[[...path]]/route.ts'])('%s is short enough to be read at once', (file) => {
  expect(readFileSync(join(folder, file), 'utf8').split('\n').length).toBeLessThan(60)
})
