import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COLUMNS, ROWS, transition } from '../support/transitions.ts'

/** The table of the guide: what people read is what is tested. */
function readTable(): { readonly columns: readonly string[]; readonly rows: readonly { readonly state: string; readonly cells: readonly string[] }[] } {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/order-lifecycle.md'), 'utf8')
  const section = page.split('## Every state and every word')[1]?.split('\n## ')[0] ?? ''
  const [head, ...lines] = section.split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
  return { columns: head?.slice(1) ?? [], rows: [...lines].map(([state = '', ...cells]) => ({ state, cells })) }
}

const { columns, rows } = readTable()

it('the table has every state and every word', () => {
  expect(columns).toEqual(COLUMNS)
  expect(rows.map(({ state }) => state)).toEqual(ROWS)
})

describe.each(rows)('$state', ({ state, cells }) => {
  it.each(columns.map((word, index) => [word, cells[index] ?? 'missing'] as const))('%s: %s', async (word, expected) => {
    expect(await transition(state, word)).toBe(expected)
  })
})
