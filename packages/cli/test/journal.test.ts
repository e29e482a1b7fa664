import { allow, createExecutionService, defineGuard, maxPosition, reject, simulatedBroker } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { jsonOf, runCli, startCli } from './support/run-cli.ts'
import { makeJournal, makeLargeJournal, testFolder, type TestFolder } from './support/make-journal.ts'

// Real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 })

let files: TestFolder
let path: string
let orders: readonly string[]
beforeAll(async () => {
  files = testFolder()
  path = files.at('orders.db')
  orders = await makeJournal(path)
})
afterAll(() => { files.remove() })

/** A copy of the journal and its pinned heads. */
function copyOf(name: string): string {
  const copy = files.at(name)
  for (const suffix of ['', '.heads']) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`)
  return copy
}

/** What somebody with a SQLite tool might do. */
function tamper(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
}

const isLeft = (name: string): boolean => readdirSync(files.folder).some((entry) => entry.startsWith(name))

test('verify: a sound journal is sound, and is left as it was', async () => {
  const before = readFileSync(path)
  const text = await runCli('journal', 'verify', path)
  expect(text).toMatchObject({ exit: 0, err: '', out: expect.stringContaining('is sound') as string })
  expect(jsonOf(await runCli('journal', 'verify', path, '--json'))).toMatchObject({ ok: true, findings: [], accounts: [{ account: '*' }, { account: 'main' }] })
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('verify: one changed event is damage, and is named', async () => {
  const copy = copyOf('changed.db')
  tamper(copy, `DROP TRIGGER events_no_update; UPDATE events SET data = replace(data, '"2"', '"3"') WHERE position = (SELECT slot << 36 FROM accounts WHERE account = 'main') + 2`)
  const found = await runCli('journal', 'verify', copy)
  expect(found).toMatchObject({ exit: 5, out: expect.stringMatching(/IS DAMAGED[^]*CHAIN_BROKEN {2}event main:2/) as string })
  expect(jsonOf(await runCli('journal', 'verify', copy, '--json'))).toMatchObject({ ok: false })
})

test('verify: a file of which the tail is gone is damaged', async () => {
  const copy = copyOf('short.db')
  tamper(copy, `DROP TRIGGER events_no_delete; DELETE FROM events WHERE position > (SELECT slot << 36 FROM accounts WHERE account = 'main') + 20 AND position < (SELECT (slot + 1) << 36 FROM accounts WHERE account = 'main')`)
  expect((await runCli('journal', 'verify', copy)).exit).toBe(5)
})

test.each(['verify', 'show', 'export', 'replay'])('%s: what cannot be opened is said with what to do', async (command) => {
  const more = command === 'export' ? ['--to', files.at('never')] : []
  writeFileSync(files.at('text.db'), 'This is no database, it only is as long as the header of one has to be to be looked at, and longer.')
  const newer = copyOf('newer.db')
  tamper(newer, `INSERT INTO schema_versions (version, sha256) VALUES (99, '')`)
  const [missing, text, young] = await Promise.all([files.at('missing.db'), files.at('text.db'), newer].map((file) => runCli('journal', command, file, ...more)))
  expect(missing).toMatchObject({ exit: 3, err: expect.stringContaining('give the path that sqliteJournal(path) was given') as string })
  expect(text?.exit).toBe(5)
  expect(young).toMatchObject({ exit: 3, err: expect.stringContaining('update') as string })
  expect(existsSync(files.at('missing.db'))).toBe(false)
  expect(isLeft('never')).toBe(false)
})

test('C6: a journal that a service has open is locked, and the message says what to do', async () => {
  const copy = copyOf('busy.db')
  const journal = sqliteJournal(copy)
  await journal.accounts()
  for (const refused of await Promise.all(['verify', 'show', 'replay'].map((command) => runCli('journal', command, copy)))) {
    expect(refused).toMatchObject({ exit: 4, err: expect.stringMatching(/busy\.db is in use by process \d+[^]*service\.backup/) as string })
  }
  expect(jsonOf(await runCli('journal', 'show', copy, '--json'))).toMatchObject({ ok: false, error: { code: 'JOURNAL_LOCKED' } })
  await journal.close()
})

test('show: an overview, a part of an account, one order, one kind', async () => {
  const overview = jsonOf(await runCli('journal', 'show', path, '--json'))
  expect(overview).toMatchObject({ ok: true, accounts: [{ account: '*' }, { account: 'main', orders: 12 }], types: { order_denied: 2 } })
  const lines = (await runCli('journal', 'show', path, '--account', 'main', '--from', '3', '--limit', '4')).out.trim().split('\n')
  expect(lines.map((line) => line.split('  ')[0])).toEqual(['main:3', 'main:4', 'main:5', 'main:6'])
  const story = await runCli('journal', 'show', path, '--order', orders[0] ?? '')
  expect(story.out).toMatch(/order_pending_new {2}.*buy 2 AAPL market[^]*order_filled[^]*is filled: 2 filled, 0 left/)
  const denied = (await runCli('journal', 'show', path, '--type', 'order_denied', '--json')).out.trim().split('\n').map((line) => JSON.parse(line) as { type: string })
  expect(denied.map(({ type }) => type)).toEqual(['order_denied', 'order_denied'])
})

test('show: what is not there is said', async () => {
  expect(await runCli('journal', 'show', path, '--order', 'nobody')).toMatchObject({ exit: 1, err: expect.stringContaining('no order nobody') as string })
  expect(await runCli('journal', 'show', path, '--account', 'other')).toMatchObject({ exit: 2, err: expect.stringContaining('it has *, main') as string })
})

test.each(['jsonl', 'parquet'])('export: %s has every event as it was journaled, proven again by verify', async (format) => {
  const to = files.at(`whole-${format}`)
  const exported = jsonOf(await runCli('journal', 'export', path, '--to', to, '--format', format, '--json'))
  expect(exported).toMatchObject({ ok: true, format: 'sluice-export', accounts: [{ account: '*', first: 1 }, { account: 'main', first: 1 }], files: [{ name: `events.${format}` }] })
  expect(readdirSync(to).toSorted()).toEqual([`events.${format}`, 'manifest.json'])
  const checked = jsonOf(await runCli('journal', 'verify', to, '--json'))
  expect(checked).toMatchObject({ ok: true, problems: [], events: exported['events'] })
  expect(isLeft(`whole-${format}.partial`)).toBe(false)
})

test('export: every damage to an export is found', async () => {
  const to = files.at('damaged')
  expect((await runCli('journal', 'export', path, '--to', to, '--account', 'main')).exit).toBe(0)
  const data = readFileSync(`${to}/events.jsonl`, 'utf8')
  const manifest = readFileSync(`${to}/manifest.json`, 'utf8')
  const lines = data.trimEnd().split('\n')
  const damages: readonly (readonly [string, string])[] = [
    [data.replace('"2"', '"3"'), 'not the file'], [`${lines.toSpliced(4, 1).join('\n')}\n`, 'bytes'], [`${lines.toSpliced(-1, 1).join('\n')}\n`, 'bytes'],
    [`${data}nonsense\n`, 'cannot be read'], ['', 'bytes'],
  ]
  for (const [text, said] of damages) {
    writeFileSync(`${to}/events.jsonl`, text)
    expect(await runCli('journal', 'verify', to)).toMatchObject({ exit: 5, out: expect.stringContaining(said) as string })
  }
  writeFileSync(`${to}/events.jsonl`, data)
  writeFileSync(`${to}/manifest.json`, manifest.replace(/"last": \d+/, '"last": 12'))
  expect((await runCli('journal', 'verify', to)).exit).toBe(5)
  writeFileSync(`${to}/manifest.json`, manifest.slice(0, 90))
  expect(await runCli('journal', 'verify', to)).toMatchObject({ exit: 5, err: expect.stringContaining('damaged or of a newer Sluice') as string })
  rmSync(`${to}/manifest.json`)
  expect((await runCli('journal', 'verify', to)).exit).toBe(3)
})

test('export: a folder that exists is left alone', async () => {
  const to = files.at('mine')
  mkdirSync(to)
  writeFileSync(`${to}/notes`, 'keep')
  expect(await runCli('journal', 'export', path, '--to', to)).toMatchObject({ exit: 2, err: expect.stringContaining('needs a new folder') as string })
  expect(readdirSync(to)).toEqual(['notes'])
})

test('prune: takes out what an export holds, and a service goes on with the rest', async () => {
  const copy = copyOf('pruned.db')
  const to = files.at('pruned')
  expect((await runCli('journal', 'export', copy, '--to', to)).exit).toBe(0)
  const planned = jsonOf(await runCli('journal', 'prune', copy, '--export', to, '--dry-run', '--json'))
  expect(planned).toMatchObject({ ok: true, dryRun: true, accounts: [{ account: 'main', first: 1 }] })
  expect(await runCli('journal', 'prune', copy, '--export', to)).toMatchObject({ exit: 0, out: expect.stringContaining(`${planned['events'] as number} events went`) as string })
  expect(jsonOf(await runCli('journal', 'verify', copy, '--json'))).toMatchObject({ ok: true, findings: [] })
  expect(await runCli('journal', 'prune', copy, '--export', to)).toMatchObject({ exit: 0, out: expect.stringContaining('nothing to prune') as string })
  expect(await runCli('journal', 'replay', copy)).toMatchObject({ exit: 0, out: expect.stringMatching(/without a difference[^]*main was pruned: replayed from the snapshot after \d+\n/) as string })
  const service = await createExecutionService({ broker: simulatedBroker(), journal: sqliteJournal(copy), guards: [maxPosition({ quantity: '40' })] })
  // PROTOCOL A2: the shared result, for ever after.
  const again = await service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '2', timeInForce: 'day', idempotencyKey: 'key-0' })
  expect(again).toMatchObject({ id: orders[0], status: 'filled', filledQuantity: '2' })
  await service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '3', timeInForce: 'day', idempotencyKey: 'behind-the-pruning' })
  await service.close()
  expect((await runCli('journal', 'verify', copy)).exit).toBe(0)
  // What came after is derived from what the snapshot knows: the limits are others now, and a guard of before is gone.
  const behind = jsonOf(await runCli('journal', 'replay', copy, '--json'))
  expect(behind).toMatchObject({ differences: 0, accounts: expect.arrayContaining([expect.objectContaining({ account: 'main', decisions: 1, from: expect.any(Number) as number })]) as unknown })
  tamper(copy, "UPDATE cursors SET value = replace(value, '\"sequence\":', '\"sequence\": 1') WHERE name = 'pruned:main'")
  expect(await runCli('journal', 'replay', copy)).toMatchObject({ exit: 5, err: expect.stringContaining('the snapshot behind which main was pruned is damaged') as string })
})

test('prune: what a sink has not got stays until the sink is named', async () => {
  const copy = copyOf('sink.db')
  const to = files.at('sink')
  const journal = sqliteJournal(copy)
  await journal.saveCursor('sink:kafka:main', '{"sequence":5}')
  await journal.close()
  expect((await runCli('journal', 'export', copy, '--to', to)).exit).toBe(0)
  expect(await runCli('journal', 'prune', copy, '--export', to, '--without-sink', 'kafak')).toMatchObject({ exit: 1, err: expect.stringContaining('no sink kafak') as string })
  const held = await runCli('journal', 'prune', copy, '--export', to)
  expect(held).toMatchObject({ exit: 0, out: expect.stringMatching(/5 events went[^]*1 to 5[^]*the sink kafka has not got them \(--without-sink kafka/) as string })
  expect(jsonOf(await runCli('journal', 'prune', copy, '--export', to, '--json'))).toMatchObject({ events: 0, held: [{ sink: 'kafka', account: 'main', first: 6 }] })
  expect(jsonOf(await runCli('journal', 'prune', copy, '--export', to, '--without-sink', 'kafka', '--json'))).toMatchObject({ accounts: [{ account: 'main', first: 6 }], held: [] })
})

test('prune: a damaged export, and one of another journal, prune nothing', async () => {
  const copy = copyOf('kept.db')
  const [whole, other] = [files.at('kept'), files.at('others')]
  await makeJournal(files.at('other.db'), 3)
  await Promise.all([runCli('journal', 'export', copy, '--to', whole), runCli('journal', 'export', files.at('other.db'), '--to', other)])
  const data = readFileSync(`${whole}/events.jsonl`, 'utf8')
  writeFileSync(`${whole}/events.jsonl`, data.replace('"2"', '"3"'))
  expect(await runCli('journal', 'prune', copy, '--export', whole)).toMatchObject({ exit: 5, err: expect.stringContaining('nothing was pruned') as string })
  expect(await runCli('journal', 'prune', copy, '--export', other)).toMatchObject({ exit: 1, err: expect.stringContaining('not of this journal') as string })
  expect(await runCli('journal', 'prune', copy, '--export', files.at('nowhere'))).toMatchObject({ exit: 3 })
  expect(readFileSync(copy).equals(readFileSync(path))).toBe(true)
})

test.each(['SIGINT', 'SIGTERM'] as const)('export: %s in the middle leaves nothing behind', async (signal) => {
  const large = files.at('large.db')
  if (!existsSync(large)) await makeLargeJournal(large, 60_000)
  const name = `cut-${signal}`
  const { child, finished } = startCli(['journal', 'export', large, '--to', files.at(name)])
  await expect.poll(() => isLeft(`${name}.partial-`), { interval: 5 }).toBe(true)
  child.kill(signal)
  expect(await finished).toMatchObject({ exit: 130, out: '', err: expect.stringContaining('nothing half-written') as string })
  expect(isLeft(name)).toBe(false)
})

test('replay: a journal comes out as it is, and a changed limit is found and named', async () => {
  const replayed = await runCli('journal', 'replay', path)
  expect(replayed).toMatchObject({ exit: 0, err: '', out: expect.stringContaining('replays without a difference') as string })
  const [first, again] = await Promise.all([1, 2].map(async () => jsonOf(await runCli('journal', 'replay', path, '--json'))))
  expect(first).toMatchObject({ ok: true, differences: 0, accounts: [{ account: 'main', decisions: 12 }] })
  expect(again?.['accounts']).toEqual(first?.['accounts'])
  const copy = copyOf('limit.db')
  tamper(copy, `DROP TRIGGER events_no_update; UPDATE events SET data = replace(data, '{"quantity":"40"}', '{"quantity":"1"}') WHERE type = 'limits_changed'`)
  const found = await runCli('journal', 'replay', copy)
  expect(found).toMatchObject({ exit: 6, out: expect.stringMatching(/DIFFERS in \d+ places[^]*verdict \(max-position\) {2}guard max-position said allow; on these inputs it says reject \(POSITION_LIMIT_EXCEEDED\)/) as string })
})

test('replay: guards of the user need their code, and are derived with it', async () => {
  const own = files.at('own.db')
  const service = await createExecutionService({
    broker: simulatedBroker(), journal: sqliteJournal(own),
    guards: [defineGuard({ name: 'even', options: { by: 2 }, check: (order) => (order.quantity % 2_000_000_000n === 0n ? allow : reject('ODD', 'even quantities only')) })],
  })
  for (const quantity of ['2', '3']) await service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'market', quantity, timeInForce: 'day' })
  await service.close()
  const module = (check: string): string => `export const guards = { even: (options) => ({ name: 'even', options, check: (order) => ${check} }) }`
  writeFileSync(files.at('right.mjs'), module(`order.quantity % (BigInt(options.by) * 1000000000n) === 0n ? { verdict: 'allow' } : { verdict: 'reject', code: 'ODD', message: 'even quantities only' }`))
  writeFileSync(files.at('wrong.mjs'), module(`({ verdict: 'allow' })`))
  writeFileSync(files.at('none.mjs'), 'export const other = 1')
  const [without, right, wrong, none, missing] = await Promise.all([
    [], ['--guards', files.at('right.mjs')], ['--guards', files.at('wrong.mjs')], ['--guards', files.at('none.mjs')], ['--guards', files.at('missing.mjs')],
  ].map((options) => runCli('journal', 'replay', own, ...options)))
  expect(without).toMatchObject({ exit: 0, out: expect.stringContaining('Not derived, for lack of their code: even') as string })
  expect(right).toMatchObject({ exit: 0, out: expect.not.stringContaining('Not derived') as string })
  expect(wrong).toMatchObject({ exit: 6, out: expect.stringContaining('verdict (even)') as string })
  expect(none).toMatchObject({ exit: 2, err: expect.stringContaining('must export guards') as string })
  expect(missing).toMatchObject({ exit: 2, err: expect.stringContaining('cannot be loaded') as string })
})
