import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { EXIT, runSluice, type Terminal } from '../src/index.ts'
import { systemClock } from '@sluice/core'
import { startProgress } from '../src/terminal/progress.ts'
import { formatCount, formatTable, printable } from '../src/terminal/format.ts'
import { runCli, startCli } from './support/run-cli.ts'
import { makeJournal, testFolder, type TestFolder } from './support/make-journal.ts'

vi.setConfig({ testTimeout: 30_000 })

let files: TestFolder
beforeAll(async () => {
  files = testFolder()
  await makeJournal(files.at('orders.db'), 3)
})
afterAll(() => { files.remove() })

/** A terminal that keeps what it is told. */
function fakeTerminal(interactive = false): Terminal & { readonly out: string[]; readonly err: string[] } {
  const out: string[] = []
  const err: string[] = []
  return {
    out, err, interactive, columns: 60, clock: systemClock, signal: new AbortController().signal, user: 'ops', readerLeft: () => false,
    write: async (text) => { out.push(text) }, note: (text) => { err.push(text) },
  }
}

const COMMANDS: readonly (readonly [group: string, name: string])[] = [['journal', 'verify'], ['journal', 'show'], ['journal', 'export'], ['journal', 'replay'], ['kill', 'engage'], ['kill', 'status'], ['kill', 'release']]

test.each(COMMANDS)('the help of %s %s teaches: examples, exit codes, and what --json does', async (...path) => {
  const terminal = fakeTerminal()
  expect(await runSluice([...path, '--help'], terminal)).toBe(EXIT.ok)
  const text = terminal.out.join('')
  expect(text).toContain(`Usage: sluice ${path.join(' ')}`)
  expect(text).toMatch(/Examples:\n {2}# \w[^\n]+\n {2}\$ sluice /)
  expect(text).toMatch(/Exit codes:\n {2}0 /)
  expect(text).toContain('--json')
})

test.each([[[]], [['nonsense']], [['journal', 'verfy', 'x']], [['journal', 'verify']], [['journal', 'show', 'x', '--from', '0']], [['journal', 'export', 'x']], [['journal', 'show', 'x', '--nonsense']], [['kill', 'engage', 'x', '--reason', 'r', '--scope', 'everything']]])(
  'a command line that makes no sense is told so and does nothing: %j', async (argv) => {
    const terminal = fakeTerminal()
    expect(await runSluice(argv, terminal)).toBe(EXIT.usage)
    expect(terminal.err.join('')).not.toBe('')
  })

test('as a process: help and version go to standard output, errors to standard error', async () => {
  const [help, version, wrong] = await Promise.all([runCli('--help'), runCli('--version'), runCli('journal', 'verfy')])
  expect(help).toMatchObject({ exit: 0, err: '', out: expect.stringContaining('journal') as string })
  expect(version).toMatchObject({ exit: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string })
  expect(wrong).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('Did you mean verify?') as string })
})

test('progress is shown to whoever looks, and to nobody else', () => {
  const [seen, unseen] = [fakeTerminal(true), fakeTerminal()]
  for (const terminal of [seen, unseen]) {
    const progress = startProgress(terminal, 'Reading', 1000)
    for (let index = 0; index < 512; index += 1) progress.advance()
    expect(progress.end().count).toBe(512)
  }
  expect(unseen.err).toEqual([])
  expect(seen.err[0]).toMatch(/Reading █+░+ \d+ %/)
  expect(seen.err.every((text) => text.length <= 60 + 6)).toBe(true)
  expect(seen.err.at(-1)).toBe('\r\u001B[2K')
})

test('a reader that has seen enough ends the command quietly', async () => {
  const { child, finished } = startCli(['journal', 'show', files.at('orders.db'), '--json', '--account', 'main'])
  child.stdout.destroy()
  expect(await finished).toMatchObject({ exit: 0, err: '' })
})

test('numbers, tables, and texts that could rewrite a terminal', () => {
  expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1 000', '1 234 567'])
  expect(formatTable([['a', 'b'], ['ccc', 'd']])).toBe('a    b\nccc  d\n')
  expect(printable('ok\u001B[2Jgone\u202E')).toBe('ok\\u001b[2Jgone\\u202e')
})
