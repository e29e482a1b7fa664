import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { squeezed } from '../../squeeze-templates.ts'
import { hashOf } from '../language/hash.ts'
import { arabic } from './ar.ts'
import { german } from './de.ts'
import { french } from './fr.ts'
import { japanese } from './ja.ts'
import { moreArabic } from './more/ar.ts'
import { moreGerman } from './more/de.ts'
import { moreFrench } from './more/fr.ts'
import { moreJapanese } from './more/ja.ts'

const locales = { ar: [arabic, moreArabic], de: [german, moreGerman], fr: [french, moreFrench], ja: [japanese, moreJapanese] } as const
const sources = join(import.meta.dirname, '..')
const textsOf = (file: string): string[] => [...readFileSync(file, 'utf8').matchAll(/\bt\('([^']+)'/g)].map(([, text]) => text!)
const said = new Set(globSync('**/*.ts', { cwd: sources, exclude: ['**/*.test.ts', 'locales/**'] }).flatMap((file) => textsOf(join(sources, file))))
const marks = (text: string): string[] => [...text.matchAll(/\{\d\}/g)].map(([mark]) => mark).toSorted()

test.each(Object.entries(locales))('%s has every text that widgets say, with the same values in it', (_name, [core, more]) => {
  const dictionary = { ...core, ...more }
  expect(Object.keys(dictionary)).toHaveLength(Object.keys(core).length + Object.keys(more).length)
  expect([...said].filter((text) => !(text in dictionary))).toEqual([])
  expect(Object.entries(dictionary).filter(([text, translated]) => new Set(marks(text)).size !== new Set(marks(translated)).size || translated === '')).toEqual([])
})

test('all languages know the same texts', () => {
  for (const [core, more] of Object.values(locales)) expect([Object.keys(core), Object.keys(more)]).toEqual([Object.keys(german), Object.keys(moreGerman)])
})

test('no two texts share a hash, and no hash is a text', () => {
  const texts = [...Object.keys(german), ...Object.keys(moreGerman)]
  const hashes = new Set(texts.map(hashOf))
  expect(hashes.size).toBe(texts.length)
  expect(texts.filter((text) => hashes.has(text))).toEqual([])
})

test.each(Object.entries(locales))('%s is shipped without the English texts, each word under the hash of its own', async (name, [core, more]) => {
  for (const [file, dictionary] of [[`${name}.ts`, core], [`more/${name}.ts`, more]] as const) {
    const shipped = await squeezed(join(import.meta.dirname, file))
    expect(Object.keys(dictionary).filter((text) => !shipped.includes(`\n  ${hashOf(text)}: '`))).toEqual([])
    expect(shipped.match(/^ {2}\S+: '/gm)).toHaveLength(Object.keys(dictionary).length)
  }
})
