import { randomUUID } from 'node:crypto'
import { Client } from 'pg'

export const newSchema = (): string => `test_${randomUUID().replaceAll('-', '')}`

/** One statement on a connection of its own. */
export async function execute(connectionString: string, sql: string, values: unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows
  } finally {
    await client.end()
  }
}

export const dropSchema = async (connectionString: string, schema: string): Promise<void> => { await execute(connectionString, `DROP SCHEMA IF EXISTS ${schema} CASCADE`) }
