import { type Database, loadSqlite } from './load-sqlite.ts'
import { journalSchema, VERSION_TABLE } from './schema.ts'
import type { Finding } from './verify-report.ts'

interface SchemaRow {
  readonly name: string
  readonly sql: string | null
}

function schemaOf(database: Database): ReadonlyMap<string, string | null> {
  const rows = database.prepare('SELECT name, sql FROM sqlite_schema').all() as unknown as SchemaRow[]
  return new Map(rows.map(({ name, sql }) => [name, sql]))
}

/** Compares tables, indexes and triggers with those that this version makes. */
export function verifySchema(database: Database): readonly Finding[] {
  const model = new (loadSqlite().DatabaseSync)(':memory:')
  try {
    for (const sql of [VERSION_TABLE, ...journalSchema.versions]) model.exec(sql)
    const [expected, found] = [schemaOf(model), schemaOf(database)]
    const names = new Set([...expected.keys(), ...found.keys()])
    return [...names].filter((name) => !expected.has(name) || expected.get(name) !== found.get(name))
      .map((name) => ({ code: 'SCHEMA_CHANGED', message: `${name} is not what Sluice made` }))
  } finally {
    model.close()
  }
}
