import { testJournal } from '@sluice/testkit'
import { afterAll, describe } from 'vitest'
import { postgresJournal } from '../src/index.ts'
import { startPostgres } from '../src/testing/index.ts'
import { dropSchema, execute, newSchema } from './support/schemas.ts'

// Started before the tests are known: without a server they are visibly left out.
const server = await startPostgres()
afterAll(() => server?.stop())

describe.skipIf(server === undefined)(`PostgreSQL${server === undefined ? ' (left out: no server was found; set PG_URL)' : ''}`, () => {
  const connectionString = server?.connectionString ?? ''
  testJournal({
    create: async () => {
      const schema = newSchema()
      const open = (): ReturnType<typeof postgresJournal> => postgresJournal({ connectionString, schema, connections: 3, reconnectFor: 2000 })
      let journal = open()
      const mend = async (): Promise<void> => { await execute(connectionString, `DROP TRIGGER IF EXISTS full_disk ON ${schema}.accounts`) }
      return {
        journal,
        reopen: async () => {
          await journal.close()
          await mend()
          journal = open()
          return journal
        },
        fault: async () => {
          await execute(connectionString, `CREATE FUNCTION ${schema}.full_disk() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN RAISE disk_full; END $body$`)
          await execute(connectionString, `CREATE TRIGGER full_disk BEFORE UPDATE ON ${schema}.accounts FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.full_disk()`)
        },
        close: async () => {
          await journal.close()
          await dropSchema(connectionString, schema)
        },
      }
    },
  })
})
