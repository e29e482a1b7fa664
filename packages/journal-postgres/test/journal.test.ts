import type { Journal, StoredEvent } from '@sluice/core'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migratePostgres, postgresJournal, type PostgresJournalOptions, rolesSql, verifyPostgres } from '../src/index.ts'
import { type LineProxy, lineProxy, startPostgres } from '../src/testing/index.ts'
import { dropSchema, execute, newSchema } from './support/schemas.ts'

const server = await startPostgres()
afterAll(() => server?.stop())

const makeEvent = (sequence: number, account = 'main'): StoredEvent =>
  ({ id: `${account}:${sequence}`, account, sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId: `order-${sequence}` } })

const sequences = async (journal: Journal): Promise<number[]> => {
  const found: number[] = []
  for await (const { sequence } of journal.read('main', 1)) found.push(sequence)
  return found
}

describe.skipIf(server === undefined)('a PostgreSQL journal', () => {
  const url = server?.connectionString ?? ''
  const opened: Journal[] = []
  let schema: string
  let proxy: LineProxy

  const open = (options: Partial<PostgresJournalOptions> = {}): Journal => {
    const journal = postgresJournal({ connectionString: url, schema, lease: 1000, connections: 3, ...options })
    opened.push(journal)
    return journal
  }
  const throughProxy = (): string => proxy.through(url)

  beforeEach(async () => {
    schema = newSchema()
    proxy = await lineProxy(server?.port ?? 0, server?.host)
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((journal) => journal.close()))
    await proxy.close()
    await dropSchema(url, schema)
  })

  it('texts of every kind come back as they were, alone in a statement and among others', async () => {
    const journal = open()
    const lease = await journal.claim('main')
    const texts = ['', 'NULL', '"', '\\', '\\"', "'; --", '{a,b}', '$1', 'line\nline\r\t', 'żółw \u{1F422} \u2028']
    const eventOf = (sequence: number, message: string): StoredEvent => ({ id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_rejected', data: { orderId: message, rejection: { code: 'REJECTED', message } } })
    const batchOf = (sequence: number, text: string) => ({ events: [eventOf(sequence, text)], keys: [{ key: `${sequence} ${text}`, orderId: text, digest: text }] })
    for (const [index, text] of texts.entries()) await journal.append(lease, batchOf(index + 1, text))
    // Together: the first is written alone, the others share a statement.
    await Promise.all(texts.map((text, index) => journal.append(lease, batchOf(texts.length + index + 1, text))))
    const read: StoredEvent[] = []
    for await (const event of journal.read('main', 1)) read.push(event)
    expect(read).toEqual([...texts, ...texts].map((text, index) => eventOf(index + 1, text)))
    for (const [index, text] of [...texts, ...texts].entries()) expect(await journal.find('main', `${index + 1} ${text}`)).toEqual({ orderId: text, digest: text })
    expect(await verifyPostgres({ connectionString: url, schema })).toMatchObject({ ok: true, events: 2 * texts.length })
  })

  it('an append whose answer was lost is found by its link in the chain, and written once', async () => {
    const journal = open({ connectionString: throughProxy(), statementTimeout: 1000, reconnectFor: 30_000 })
    const lease = await journal.claim('main')
    await journal.append(lease, { events: [makeEvent(1)] })
    for (let sequence = 2; sequence <= 6; sequence += 1) {
      proxy.deafen()
      const appended = journal.append(lease, { events: [makeEvent(sequence)], keys: [{ key: `k${sequence}`, orderId: `order-${sequence}`, digest: 'd' }] })
      // The statement has reached the server and is committed there; nobody has heard of it.
      await expect.poll(() => execute(url, `SELECT sequence FROM ${schema}.accounts WHERE account = 'main'`)).toEqual([{ sequence: String(sequence) }])
      proxy.heal()
      expect(await appended).toEqual({ first: sequence, last: sequence })
    }
    expect(await sequences(journal)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it.each(['an append', 'a question'])('%s to a server that has gone silent ends, for good when the time to reconnect is over', async (what) => {
    const journal = open({ connectionString: throughProxy(), statementTimeout: 300, reconnectFor: 1500 })
    const lease = await journal.claim('main')
    await journal.append(lease, { events: [makeEvent(1)] })
    await journal.find('main', 'k')
    proxy.deafen()
    const asked = what === 'an append' ? journal.append(lease, { events: [makeEvent(2)] }) : journal.find('main', 'k')
    await expect(asked).rejects.toMatchObject({ code: 'JOURNAL_FAILED', retryable: true })
  })

  it('an advance whose answer was lost is told from one that came second', async () => {
    const journal = open({ connectionString: throughProxy(), statementTimeout: 1000, reconnectFor: 30_000 })
    await journal.advance('totp', 1)
    proxy.deafen()
    const advanced = journal.advance('totp', 2)
    await expect.poll(() => execute(url, `SELECT value FROM ${schema}.counters`)).toEqual([{ value: 2 }])
    proxy.heal()
    expect(await advanced).toBe(true)
    expect(await open().advance('totp', 2)).toBe(false)
  })

  it('connections that are cut between and under appends are replaced: nothing is lost and nothing doubled', async () => {
    const journal = open({ connectionString: throughProxy() })
    const lease = await journal.claim('main')
    const appends: Promise<unknown>[] = []
    for (let sequence = 1; sequence <= 300; sequence += 1) {
      appends.push(journal.append(lease, { events: [makeEvent(sequence)] }))
      if (sequence % 50 === 0) proxy.cut()
      await Promise.resolve()
      if (sequence % 10 === 0) await appends.at(-1)
    }
    await Promise.all(appends)
    expect(await sequences(journal)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
  })

  it('an account belongs to one process: another gets it when the owner closes, or at once when its session is gone', async () => {
    const first = open({ name: 'first', connectionString: throughProxy(), lease: 30_000, reconnectFor: 500 })
    const old = await first.claim('main')
    expect(old.isLive?.()).toBe(true)
    const second = open({ name: 'second' })
    await expect(second.claim('main')).rejects.toMatchObject({ code: 'JOURNAL_LOCKED', message: expect.stringContaining('first-') })
    await proxy.close()
    const taken = await expect.poll(() => second.claim('main').catch(() => undefined)).toBeDefined().then(() => second.claim('main'))
    expect(taken.epoch).toBeGreaterThan(old.epoch)
    proxy = await lineProxy(server?.port ?? 0)
  })

  it('what the owner before could still send is known: an early claim says until when', async () => {
    const first = open({ connectionString: throughProxy(), lease: 30_000, reconnectFor: 300 })
    await first.claim('main')
    await proxy.close()
    const second = open()
    let lease
    await expect.poll(async () => { lease = await second.claim('main').catch(() => undefined); return lease }).toBeDefined()
    expect((lease as unknown as { precededUntil: number }).precededUntil).toBeGreaterThan(performance.now() + 15_000)
    proxy = await lineProxy(server?.port ?? 0)
  })

  it('a lease that cannot be renewed ends for the sender before it ends for the others', async () => {
    const journal = open({ connectionString: throughProxy(), reconnectFor: 300 })
    const lease = await journal.claim('main')
    await proxy.close()
    await expect.poll(() => lease.isLive?.()).toBe(false)
    const [row] = await execute(url, `SELECT until > clock_timestamp() AS held FROM ${schema}.leases`)
    expect(row).toEqual({ held: true })
    proxy = await lineProxy(server?.port ?? 0)
  })

  it('a history cannot be changed, whoever tries', async () => {
    const journal = open()
    await journal.append(await journal.claim('main'), { events: [makeEvent(1)] })
    for (const change of ["UPDATE x SET data = '{}'", 'DELETE FROM x', 'TRUNCATE x']) {
      await expect(execute(url, change.replace('x', `${schema}.events`))).rejects.toThrow('append-only')
    }
  })

  it('a server that may lose commits is refused unless that is said, and is then no durable journal', async () => {
    const weak = new URL(url)
    const name = `weak_${schema}`
    await execute(url, `CREATE ROLE ${name} SUPERUSER LOGIN`)
    await execute(url, `ALTER ROLE ${name} SET synchronous_commit = off`)
    weak.username = name
    await expect(open({ connectionString: weak.href }).claim('main')).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining('synchronous_commit is off') })
    const told = open({ connectionString: weak.href, allowDataLoss: true })
    expect(told.durability).toBe('memory')
    await told.claim('main')
    await told.close()
    await dropSchema(url, schema)
    await execute(url, `DROP ROLE ${name}`)
  })

  it('eight processes that open a new schema at once migrate it once', async () => {
    const journals = Array.from({ length: 8 }, () => open({ connections: 1 }))
    await Promise.all(journals.map((journal, index) => journal.claim(`account-${index}`)))
    expect(await execute(url, `SELECT version FROM ${schema}.schema_versions`)).toEqual([{ version: 1 }, { version: 2 }])
  })

  it('a schema of a newer Sluice is left alone', async () => {
    await open().claim('main')
    await execute(url, `INSERT INTO ${schema}.schema_versions VALUES (3, 'x')`)
    await expect(open().claim('main')).rejects.toMatchObject({ code: 'JOURNAL_NEWER' })
  })

  it('the service\'s role appends and cannot change history; the reports\' role only reads', async () => {
    const [service, reports] = [`service_${schema}`, `reports_${schema}`]
    await migratePostgres({ connectionString: url, schema })
    for (const role of [service, reports]) await execute(url, `CREATE ROLE ${role} LOGIN`)
    await execute(url, rolesSql({ schema, service, reports }))
    const as = (role: string): string => Object.assign(new URL(url), { username: role }).href
    const journal = open({ connectionString: as(service), migrate: false })
    const lease = await journal.claim('main')
    await journal.append(lease, { events: [makeEvent(1)], keys: [{ key: 'k', orderId: 'order-1', digest: 'd' }], names: [{ name: 'n', orderId: 'order-1' }], cursors: { c: '1' } })
    await journal.saveSnapshot(lease, { sequence: 1, state: {} })
    expect(await journal.advance('totp', 1)).toBe(true)
    for (const sql of ['UPDATE events SET hash = hash', 'DELETE FROM keys', 'TRUNCATE events', 'ALTER TABLE events DISABLE TRIGGER ALL']) {
      await expect(execute(as(service), sql.replace(/events|keys/, (table) => `${schema}.${table}`))).rejects.toThrow(/denied|owner/)
    }
    expect(await execute(as(reports), `SELECT sequence FROM ${schema}.events`)).toEqual([{ sequence: '1' }])
    await expect(execute(as(reports), `UPDATE ${schema}.accounts SET epoch = 9`)).rejects.toThrow('denied')
    await journal.close()
    for (const role of [service, reports]) await execute(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })
})
