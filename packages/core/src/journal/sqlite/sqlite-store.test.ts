import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqliteStore } from './sqlite-store.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-store-'))
  path = join(folder, 'broker.db')
})
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

test('what was committed is there after a restart: sets, changes and deletions in the order of the calls', async () => {
  const store = sqliteStore(path)
  const changes = new Map<string, string | undefined>([['a', '1'], ['b', '2']])
  const first = store.commit(changes)
  changes.set('a', 'changed by the caller too late')
  await Promise.all([first, store.commit(new Map([['a', '3'], ['b', undefined]])), store.commit(new Map([['c', '4']]))])
  await store.close()
  const again = sqliteStore(path)
  expect(await again.load()).toEqual(new Map([['a', '3'], ['c', '4']]))
  await again.close()
})

test('one commit is written whole or not at all, and a failure ends the store', async () => {
  const store = sqliteStore(path)
  await store.commit(new Map([['a', '1']]))
  const broken = new Map<string, string>([['a', '2'], ['b', null as unknown as string]])
  await expect(store.commit(broken)).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  await expect(store.commit(new Map([['c', '3']]))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  expect(await store.load()).toEqual(new Map([['a', '1']]))
  await store.close()
})

test('a second owner is refused, and a closed store refuses', async () => {
  const store = sqliteStore(path)
  expect(() => sqliteStore(path)).toThrow(expect.objectContaining({ code: 'JOURNAL_LOCKED' }) as Error)
  await store.close()
  await store.close()
  await expect(store.load()).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  await expect(store.commit(new Map([['a', '1']]))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
})
