import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, '../../docs/threats.md'), 'utf8')

/** `file: name; name · file: name` of each row. */
const named = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| threat')).flatMap((line) => {
  const cell = line.split(' | ').at(-1)?.replace(/ \|$/, '') ?? ''
  return cell.split(' · ').flatMap((part) => {
    const [, file = '', names = ''] = /^`([^`]+)`: (.+)$/.exec(part) ?? []
    return [[file, names] as const]
  })
})

test.each(named)('%s tries what the page of threats says: %s', (file, names) => {
  const path = join(root, file.startsWith('src/') ? file : `test/${file}`)
  expect(existsSync(path), path).toBe(true)
  const text = readFileSync(path, 'utf8').replaceAll('\\\'', '\'')
  // A name may itself have a semicolon in it.
  let rest = names
  while (rest !== '') {
    const parts = rest.split('; ')
    const known = parts.map((_, index) => parts.slice(0, index + 1).join('; ')).findLast((name) => text.includes(name))
    expect(known, `${file} has no test named: ${rest}`).toBeDefined()
    rest = rest.slice((known ?? rest).length + 2)
  }
})

test('the page names tests', () => { expect(named.length).toBeGreaterThan(30) })
