import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BUILT_IN_GUARDS } from './built-in-guards.ts'

test('every guard in this folder can be made again from its journaled options', () => {
  const sources = globSync('*.ts', { cwd: import.meta.dirname }).filter((name) => !name.endsWith('.test.ts') && name !== 'guard.ts')
  const names = sources.flatMap((name) => {
    const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8')
    return text.includes('defineGuard') ? [...text.matchAll(/^ {2,4}name: '([a-z-]+)'/gm)].map(([, found]) => found) : []
  })
  expect(names.length).toBeGreaterThanOrEqual(9)
  expect(new Set(BUILT_IN_GUARDS.keys())).toEqual(new Set(names))
})

test('a guard that is made again for a replay takes no code for right', async () => {
  const again = BUILT_IN_GUARDS.get('high-value-approval')?.({ above: '1' } as never)
  expect(again?.name).toBe('high-value-approval')
  expect(await again?.approvals?.verify({ code: '123456' } as never)).toEqual({ valid: false })
})
