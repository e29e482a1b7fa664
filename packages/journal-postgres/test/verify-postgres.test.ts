import { chainText, type StoredEvent } from '@sluice/core'
import { hash } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { postgresJournal, verifyPostgres } from '../src/index.ts'
import { startPostgres } from '../src/testing/index.ts'
import { dropSchema, execute, newSchema } from './support/schemas.ts'

const server = await startPostgres()
afterAll(() => server?.stop())

const EVENTS = 2500
const eventOf = (account: string, sequence: number): StoredEvent =>
  ({ id: `${account}:${sequence}`, account, sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId: `order-${sequence}` } })

describe.skipIf(server === undefined)('the verification of a PostgreSQL journal', () => {
  const connectionString = server?.connectionString ?? ''
  let schema: string

  beforeEach(async () => {
    schema = newSchema()
    const journal = postgresJournal({ connectionString, schema })
    for (const account of ['alpha', 'beta']) {
      const lease = await journal.claim(account)
      await journal.append(lease, { events: Array.from({ length: EVENTS }, (_, index) => eventOf(account, index + 1)) })
    }
    await journal.close()
  })
  afterEach(() => dropSchema(connectionString, schema))

  /** As somebody who owns the tables could, past the trigger that refuses it. */
  const tamper = async (sql: string): Promise<void> => {
    await execute(connectionString, `ALTER TABLE ${schema}.events DISABLE TRIGGER ALL`)
    await execute(connectionString, sql.replace('events', `${schema}.events`))
  }

  it('finds nothing in what was written, over pages and accounts', async () => {
    const report = await verifyPostgres({ connectionString, schema })
    expect(report).toMatchObject({ ok: true, events: 2 * EVENTS, findings: [], accounts: [{ account: 'alpha', sequence: EVENTS }, { account: 'beta', sequence: EVENTS }] })
  })

  it.each([
    ['a changed event', "UPDATE events SET data = replace(data, 'order-2100', 'order-9999') WHERE account = 'alpha' AND sequence = 2100", { code: 'CHAIN_BROKEN', account: 'alpha', sequence: 2100 }],
    ['a changed time', "UPDATE events SET time = '2026-11-22T17:00:00.001Z' WHERE account = 'beta' AND sequence = 7", { code: 'CHAIN_BROKEN', account: 'beta', sequence: 7 }],
    ['an event taken out', "DELETE FROM events WHERE account = 'beta' AND sequence = 3", { code: 'EVENT_MISSING', account: 'beta', sequence: 4 }],
    ['a cut end', "DELETE FROM events WHERE account = 'alpha' AND sequence > 2400", { code: 'TAIL_MISSING', account: 'alpha', sequence: EVENTS }],
  ])('finds %s', async (_, sql, finding) => {
    await tamper(sql)
    const { ok, findings } = await verifyPostgres({ connectionString, schema })
    expect(ok).toBe(false)
    expect(findings).toMatchObject([finding])
  })

  it('finds what an owner wrote that had been replaced, even where its links are right', async () => {
    const journal = postgresJournal({ connectionString, schema })
    const { epoch } = await journal.claim('alpha')
    const lease = await journal.claim('alpha')
    await journal.append(lease, { events: [eventOf('alpha', EVENTS + 1)] })
    await journal.close()
    // What the fence prevents: a second owner is at work, and the first goes on under its own epoch.
    const { accounts } = await verifyPostgres({ connectionString, schema })
    const { head } = accounts.find(({ account }) => account === 'alpha') as { readonly head: string }
    const { time, type, data } = eventOf('alpha', EVENTS + 2)
    const stale = { account: 'alpha', sequence: EVENTS + 2, epoch, time, type, data: JSON.stringify(data) }
    const link = hash('sha256', chainText(head, stale))
    await execute(connectionString, `INSERT INTO ${schema}.events (account, sequence, epoch, time, type, data, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)`, [...Object.values(stale), link])
    await execute(connectionString, `UPDATE ${schema}.accounts SET sequence = $1, head = $2 WHERE account = 'alpha'`, [EVENTS + 2, link])
    expect(lease.epoch).toBe(epoch + 1)
    expect((await verifyPostgres({ connectionString, schema })).findings).toMatchObject([{ code: 'EPOCH_STALE', account: 'alpha', sequence: EVENTS + 2 }])
  })
})
