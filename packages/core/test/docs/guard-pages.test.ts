import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GUARDS } from '../support/guard-catalogue.ts'
import { guardPages, SERVICE_CODES, serviceCodes, testsOf } from './guard-pages.ts'
import { optionRows } from './option-table.ts'

const root = new URL('../../../../', import.meta.url)
const guards = new URL('packages/core/src/guards/', root)

describe('the pages made from the code', () => {
  it.each(Object.entries(guardPages()))('%s says what the code says (if not: pnpm docs:guards)', (path, text) => {
    expect(readFileSync(new URL(path, root), 'utf8')).toBe(text)
  })

  it('have every code the service denies with', () => { expect(serviceCodes().filter((code) => SERVICE_CODES[code] === undefined)).toEqual([]) })

  it('name a test for every guard', () => { expect(GUARDS.filter(({ guard }) => testsOf(guard).filter((file) => file !== 'fail-closed.test.ts').length === 0).map(({ guard }) => guard.name)).toEqual([]) })

  it('say of every option what it means, and which change makes it stricter', () => {
    for (const { guard, factory } of GUARDS) {
      if (factory === undefined) continue
      const rows = optionRows(readFileSync(new URL(`${guard.name}.ts`, guards), 'utf8'), `${factory.charAt(0).toUpperCase()}${factory.slice(1)}Options`).filter(({ name }) => name !== 'approvals')
      expect([guard.name, rows.map(({ name }) => name).toSorted()]).toEqual([guard.name, Object.keys(guard.control?.tightens ?? {}).toSorted()])
      // What is left out has a meaning too.
      expect([guard.name, rows.filter(({ name, meaning, required }) => !required && name !== 'symbols' && !/[Dd]efault/.test(meaning))]).toEqual([guard.name, []])
    }
  })
})
