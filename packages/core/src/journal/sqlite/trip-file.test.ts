import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appendTripFile, readTripFile } from './trip-file.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-trip-'))
  path = join(folder, 'orders.db.trip')
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

test('no file is no trip; lines are added in order, and nothing else is left in the folder', async () => {
  expect(await readTripFile(path)).toBeUndefined()
  appendTripFile(path, 'one\n')
  appendTripFile(path, 'two\n')
  expect(await readTripFile(path)).toBe('one\ntwo\n')
  expect(readdirSync(folder)).toEqual(['orders.db.trip'])
})

test('a torn last line does not swallow the next one', async () => {
  writeFileSync(path, 'torn')
  expect(await readTripFile(path)).toBe('torn')
  appendTripFile(path, 'whole\n')
  expect(await readTripFile(path)).toBe('torn\nwhole\n')
})

test('what is there and cannot be read throws: a folder, or a file no trip fills', async () => {
  mkdirSync(path)
  await expect(readTripFile(path)).rejects.toThrow()
  const large = join(folder, 'large')
  writeFileSync(large, '')
  truncateSync(large, 1 << 24)
  await expect(readTripFile(large)).rejects.toThrow('larger than any trip file')
})

test('processes that write at once lose no line, and a reader never sees half of one', async () => {
  const module = new URL('trip-file.ts', import.meta.url).href
  const code = `const { appendTripFile } = await import(${JSON.stringify(module)})
    for (let index = 0; index < 25; index += 1) appendTripFile(process.argv[1], process.argv[2] + '-' + index + '-' + 'x'.repeat(300) + '\\n')`
  const children = ['a', 'b', 'c'].map((name) => spawn(process.execPath, ['--input-type=module', '-e', code, path, name], { stdio: 'inherit' }))
  const running = new Set(children)
  const ended = children.map((child) => new Promise<number | null>((resolve) => { child.on('exit', (exit) => { running.delete(child); resolve(exit) }) }))
  while (running.size > 0) {
    const text = await readTripFile(path)
    // A writer that looks while another is in the middle of a line ends that line itself: a line of nothing, which says nothing.
    if (text !== undefined) expect(text).toMatch(/^(?:[abc]-\d+-x{300}\n+)+$/)
  }
  expect(await Promise.all(ended)).toEqual([0, 0, 0])
  expect(new Set((await readTripFile(path))?.trim().split(/\n+/)).size).toBe(75)
})
