import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { MARKER } from './canaries/find-canaries.ts'
import { takeLeaks } from './canaries/leaks.ts'

const look = (path: string): { readonly status: number | null; readonly out: string; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'canaries.ts'), path], { encoding: 'utf8' })
  return { status, out: stdout, said: stderr }
}

test('what a run left behind is looked through: reports, output, names of pictures; a find ends with an error and does not show the secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-left-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
    takeLeaks()
  })
  expect(look(folder)).toMatchObject({ status: 1, out: '0 files, 0 canaries\n' })
  writeFileSync(join(folder, 'output.txt'), 'all is well\n')
  expect(look(folder)).toMatchObject({ status: 0, out: '1 files, 0 canaries\n' })
  mkdirSync(join(folder, 'pictures'))
  writeFileSync(join(folder, 'pictures', `${MARKER}-code.png`), '')
  writeFileSync(join(folder, 'tests.json'), JSON.stringify({ message: `expected ${Buffer.from(`key:${MARKER}-1`).toString('base64')}` }))
  const { status, out, said } = look(folder)
  expect([status, out]).toEqual([1, '3 files, 2 canaries\n'])
  expect(said).toContain('tests.json: ')
  expect(said.split('\n').filter((line) => line.startsWith(join(folder, 'tests.json'))).join()).not.toContain(MARKER)
})
