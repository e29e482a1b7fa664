import type { StoredEvent } from '@sluice/core'
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
})
