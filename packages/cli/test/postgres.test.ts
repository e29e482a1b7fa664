import { maxPosition, simulatedBroker } from '@sluice/core'
import { createClusterNode, postgresJournal, rolesSql } from '@sluice/journal-postgres'
import { startPostgres } from '@sluice/journal-postgres/testing'
import { existsSync, readFileSync } from 'node:fs'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { testFolder, type TestFolder, writeOrders } from './support/make-journal.ts'
import { type Finished, jsonOf, startCli } from './support/run-cli.ts'

// Real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const server = await startPostgres()
afterAll(() => server?.stop())

const SECRET = 'zqcanary-reports-password'

describe.skipIf(server === undefined)('the journal commands on PostgreSQL', () => {
  const owner = server?.connectionString ?? ''
  const suffix = crypto.randomUUID().slice(0, 8)
  const [one, many, service, reports] = [`cli_one_${suffix}`, `cli_many_${suffix}`, `cli_service_${suffix}`, `cli_reports_${suffix}`]
  let files: TestFolder
  let orders: readonly string[]
  let readers: string

  const execute = async (...statements: readonly string[]): Promise<void> => {
    const client = new Client({ connectionString: owner })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
  }
  const run = (...args: readonly string[]): Promise<Finished> => startCli(['journal', ...args], { REPORTS_URL: readers }).finished
  const journal = (command: string, ...more: readonly string[]): Promise<Finished> => run(command, '--postgres', 'REPORTS_URL', '--schema', one, ...more)

  beforeAll(async () => {
    files = testFolder()
    orders = await writeOrders(postgresJournal({ connectionString: owner, schema: one }))
    const node = await createClusterNode({
      journal: { connectionString: owner, schema: many }, accounts: ['alpha', 'beta'],
      service: () => ({ broker: simulatedBroker(), guards: [maxPosition({ quantity: '3' })] }),
    })
    await vi.waitUntil(() => node.owned.length === 2)
    for (const account of ['alpha', 'beta']) for (let index = 0; index < 3; index += 1) await node.service.placeOrder({ account, symbol: 'AAPL', side: 'buy', type: 'market', quantity: '2', timeInForce: 'day' })
    await node.close()
    await execute(`CREATE ROLE ${service}`, `CREATE ROLE ${reports} LOGIN PASSWORD '${SECRET}'`, ...[one, many].map((schema) => rolesSql({ schema, service, reports })))
    const url = new URL(owner)
    url.username = reports
    url.password = SECRET
    readers = url.href
  })
  afterAll(async () => {
    files.remove()
    await execute(`DROP SCHEMA ${one} CASCADE`, `DROP SCHEMA ${many} CASCADE`, `DROP ROLE ${reports}`, `DROP ROLE ${service}`)
  })

  it('verify, show, export and replay read what a role that only reads may see', async () => {
    const verified = await journal('verify')
    expect(verified).toMatchObject({ exit: 0, err: '' })
    expect(verified.out).toMatch(new RegExp(`^postgresql://[^@]*/postgres \\(${one}\\) is sound`))
    expect(jsonOf(await journal('verify', '--json'))).toMatchObject({ ok: true, findings: [], accounts: [{ account: '*' }, { account: 'main' }] })
    const shown = jsonOf(await journal('show', '--json')) as { accounts: { account: string; events: number; orders: number }[] }
    expect(shown.accounts.find(({ account }) => account === 'main')).toMatchObject({ orders: orders.length })
    expect((await journal('show', '--order', orders[1] as string)).out).toContain(`${orders[1]} is canceled`)
    const to = files.at('export')
    expect(await journal('export', '--to', to)).toMatchObject({ exit: 0 })
    expect(JSON.parse(readFileSync(`${to}/manifest.json`, 'utf8'))).toMatchObject({ journal: one, accounts: [{ account: '*' }, { account: 'main', events: shown.accounts.at(-1)?.events }] })
    expect((await run('verify', to)).exit).toBe(0)
    expect(jsonOf(await journal('replay', '--json'))).toMatchObject({ ok: true, differences: 0, unknownGuards: [] })
  })

  it('replays the account of a cluster as its service had it, and asks for its name', async () => {
    const place = ['--postgres', 'REPORTS_URL', '--schema', many]
    expect(await run('verify', ...place)).toMatchObject({ exit: 0 })
    expect(await run('replay', ...place)).toMatchObject({ exit: 2, err: expect.stringContaining('alpha, beta') as string })
    const report = jsonOf(await run('replay', ...place, '--account', 'alpha', '--json'))
    expect(report).toMatchObject({ ok: true, differences: 0 })
    expect(report['decisions']).toBeGreaterThanOrEqual(3)
  })

  it('names what was changed, exports nothing damaged and says where a replay differs', async () => {
    const copy = `cli_copy_${suffix}`
    await writeOrders(postgresJournal({ connectionString: owner, schema: copy }))
    await execute(`ALTER TABLE ${copy}.events DISABLE TRIGGER ALL`, `UPDATE ${copy}.events SET data = replace(data, '"quantity":"2"', '"quantity":"3"') WHERE account = 'main' AND sequence = 2`)
    const place = ['--postgres', 'SLUICE_OWNER', '--schema', copy]
    const asOwner = (...args: readonly string[]): Promise<Finished> => startCli(['journal', ...args, ...place], { SLUICE_OWNER: owner }).finished
    expect(await asOwner('verify')).toMatchObject({ exit: 5, out: expect.stringMatching(/IS DAMAGED[^]*CHAIN_BROKEN {2}main:2/) as string })
    expect((await asOwner('export', '--to', files.at('damaged'))).exit).toBe(5)
    expect(existsSync(files.at('damaged'))).toBe(false)
    expect((await asOwner('replay')).exit).toBe(6)
    await execute(`DROP SCHEMA ${copy} CASCADE`)
  })

  it.each([
    ['a file and an address', ['verify', 'orders.db', '--postgres', 'REPORTS_URL'], 2, 'not both'],
    ['neither', ['show'], 2, 'name a journal'],
    ['a variable that is not set', ['verify', '--postgres', 'NO_SUCH_VARIABLE'], 2, 'not set'],
    ['no address', ['verify', '--postgres', `host=h password=${SECRET}`], 2, 'takes a connection string'],
    ['an address that is none', ['show', '--postgres', `postgresql://x:${SECRET}@[`], 2, 'no connection string'],
    ['a server that is not there', ['verify', '--postgres', `postgresql://x:${SECRET}@127.0.0.1:1/none`], 3, 'ECONNREFUSED'],
    ['a schema without a journal', ['show', '--postgres', 'REPORTS_URL', '--schema', 'nothing_here'], 3, 'no journal in schema nothing_here'],
    ['a name that is no schema', ['export', '--to', 'x', '--postgres', 'REPORTS_URL', '--schema', 'a b'], 3, 'lower-case name'],
  ])('%s is said, and no secret with it', async (_, args, exit, message) => {
    for (const json of [[], ['--json']]) {
      const said = await run(...args, ...json)
      expect(said).toMatchObject({ exit })
      expect(said.out + said.err).toContain(message)
      expect(said.out + said.err).not.toContain(SECRET)
    }
  })
})
