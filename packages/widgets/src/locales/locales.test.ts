import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { arabic } from './ar.ts'
import { german } from './de.ts'
import { french } from './fr.ts'
import { japanese } from './ja.ts'

const locales = { arabic, german, french, japanese }
const sources = join(import.meta.dirname, '..')
const said = new Set(globSync('**/*.ts', { cwd: sources, exclude: ['**/*.test.ts', 'locales/*'] })
  .flatMap((file) => [...readFileSync(join(sources, file), 'utf8').matchAll(/\bt\('([^']+)'/g)].map(([, text]) => text!)))
const marks = (text: string): string[] => [...text.matchAll(/\{\d\}/g)].map(([mark]) => mark).toSorted()

test.each(Object.entries(locales))('%s has every text that widgets say, with the same values in it', (_name, dictionary) => {
  expect([...said].filter((text) => !(text in dictionary))).toEqual([])
  expect(Object.entries(dictionary).filter(([text, translated]) => new Set(marks(text)).size !== new Set(marks(translated)).size || translated === '')).toEqual([])
})

test('all languages know the same texts', () => {
  for (const dictionary of Object.values(locales)) expect(Object.keys(dictionary)).toEqual(Object.keys(german))
})
