import { hash } from 'node:crypto'
import { SluiceError } from '@sluice/core'
import { Client, escapeIdentifier } from 'pg'
import { type PostgresJournalOptions, settingsOf } from './options.ts'
import { MIGRATIONS } from './schema.ts'

interface AppliedVersion {
  readonly version: number
  readonly sha256: string
}

const hashOf = (sql: string): string => hash('sha256', sql)

async function appliedVersions(client: Client, schema: string): Promise<readonly AppliedVersion[]> {
  const { rows: [found] } = await client.query<{ readonly there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [`${schema}.schema_versions`])
  if (found?.there !== true) return []
  return (await client.query<AppliedVersion>('SELECT version, sha256 FROM schema_versions ORDER BY version')).rows
}

/** How many versions there are; @throws when they are not ours. */
function assertKnown(applied: readonly AppliedVersion[], schema: string): number {
  if (applied.length > MIGRATIONS.length) throw new SluiceError('JOURNAL_NEWER', `schema ${schema} was made by a newer Sluice (version ${applied.length}, this one knows ${MIGRATIONS.length}); update Sluice`)
  for (const [index, { sha256 }] of applied.entries()) {
    if (sha256 !== hashOf(MIGRATIONS[index] as string)) throw new SluiceError('JOURNAL_CORRUPT', `schema ${schema}: version ${index + 1} is not what this Sluice made`)
  }
  return applied.length
}

/** How many versions the tables have; 0 where there are none. @throws SluiceError JOURNAL_NEWER, JOURNAL_CORRUPT */
export const appliedVersion = async (client: Client, schema: string): Promise<number> => assertKnown(await appliedVersions(client, schema), schema)

/** Brings the tables up to date, one process at a time. Forward only. */
export async function migrate(client: Client, schema: string, allowed: boolean): Promise<void> {
  if (assertKnown(await appliedVersions(client, schema), schema) === MIGRATIONS.length) return
  if (!allowed) throw new SluiceError('CONFIGURATION_INVALID', `schema ${schema} is not up to date: run migratePostgres as its owner`)
  const place = escapeIdentifier(schema)
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`sluice ${schema}`])
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${place}`)
    await client.query(`CREATE TABLE IF NOT EXISTS ${place}.schema_versions (version integer PRIMARY KEY, sha256 text NOT NULL, applied timestamptz NOT NULL DEFAULT now())`)
    const applied = assertKnown(await appliedVersions(client, schema), schema)
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < applied) continue
      await client.query(sql)
      await client.query('INSERT INTO schema_versions (version, sha256) VALUES ($1, $2)', [index + 1, hashOf(sql)])
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/**
 * Makes or updates the tables, as the owner of the schema. A journal does it by itself at its first use, unless `migrate` is
 * false because its role may not.
 * @throws SluiceError JOURNAL_NEWER, JOURNAL_CORRUPT
 */
export async function migratePostgres(options: Pick<PostgresJournalOptions, 'connectionString' | 'schema' | 'ssl'>): Promise<void> {
  const { schema, ssl, connectionString } = settingsOf(options)
  const client = new Client({ connectionString, options: `-c search_path=${schema}`, ...(ssl !== undefined && { ssl }) })
  await client.connect()
  try {
    await migrate(client, schema, true)
  } finally {
    await client.end()
  }
}
