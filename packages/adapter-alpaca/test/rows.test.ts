// The tables of what can go wrong, in docs/alpaca.md, number their rows. Each row is a test that names it, and no test names one that is not there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const REFERENCE = join(import.meta.dirname, '../../../../shared/reference/alpaca.md')

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8')

/** The numbers of a table's rows, in order. */
const rowsOf = (letter: string): string[] => [...read('../../../docs/alpaca.md').matchAll(new RegExp(`^\\| (${letter}\\d+) \\|`, 'gm'))].map(([, row = '']) => row)

/** The rows that a file's tests begin their names with. */
function namedIn(file: string, letter: string): string[] {
  const names = [...read(file).matchAll(new RegExp(`['\`]((?:${letter}\\d+(?: |(?=')))+)`, 'g'))].flatMap(([, rows = '']) => rows.trim().split(' '))
  return [...new Set(names)].toSorted((left, right) => Number(left.slice(1)) - Number(right.slice(1)))
}

test.each([['P', 'failed-post.test.ts'], ['S', 'trade-updates.test.ts']])('every row %s of the table is a test of %s, and every row that a test names is there', (letter, file) => {
  const rows = rowsOf(letter)
  expect(rows).toEqual(rows.map((_, index) => `${letter}${index + 1}`))
  expect(namedIn(file, letter)).toEqual(rows)
})

test('the tables have as many rows as the research that they come from', ({ skip }) => {
  if (!existsSync(REFERENCE)) skip('the research is not part of this project')
  const countIn = (heading: string): number => {
    const text = readFileSync(REFERENCE, 'utf8')
    const section = text.slice(text.indexOf(heading)).split(/^###? /m)[1] ?? ''
    return section.split('\n').filter((line) => line.startsWith('|')).length - 2
  }
  expect([rowsOf('P').length, rowsOf('S').length]).toEqual([countIn('### 1.1 '), countIn('### 1.2 ')])
})
