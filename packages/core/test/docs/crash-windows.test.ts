import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../../../', import.meta.url)
const section = readFileSync(new URL('docs/recovery.md', root), 'utf8').split('## Crash windows')[1] ?? ''
/** The last cell of each row: `file: "title"`. */
const shown = [...section.matchAll(/\| ([a-z-]+): "([^"]+)" \|$/gm)].map(([, file = '', title = '']) => [file, title] as const)

describe('the table of crash windows in docs/recovery.md', () => {
  it('has a test in every row', () => {
    const rows = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| the process dies'))
    expect(rows.length).toBeGreaterThanOrEqual(15)
    expect(shown).toHaveLength(rows.length)
  })

  it.each(shown)('%s has "%s"', (file, title) => {
    const source = readFileSync(new URL(`packages/core/test/service/${file}.test.ts`, root), 'utf8')
    expect(source.includes(title), `no test of ${file}.test.ts is named so`).toBe(true)
  })
})
