import { escapeIdentifier } from 'pg'
import { APPENDED, CHANGED } from './schema.ts'

/** Who gets which rights. */
export interface RolesOptions {
  /** Where the tables are. Default `sluice`. */
  readonly schema?: string
  /** The role a service connects as: it appends to histories and can change or delete none. */
  readonly service: string
  /** A role that reads everything and writes nothing. Default: none. */
  readonly reports?: string
}

/**
 * SQL that gives existing roles the least they need. Run it as the owner of the schema after `migratePostgres`, and connect
 * services as `service`: what they write they cannot change again.
 */
export function rolesSql({ schema = 'sluice', service, reports }: RolesOptions): string {
  const place = escapeIdentifier(schema)
  const tables = (names: readonly string[]): string => names.map((name) => `${place}.${name}`).join(', ')
  const grant = (role: string, writes: boolean): readonly string[] => {
    const to = escapeIdentifier(role)
    return [
      `GRANT USAGE ON SCHEMA ${place} TO ${to};`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA ${place} TO ${to};`,
      ...(writes ? [
        `GRANT INSERT ON ${tables([...APPENDED, ...CHANGED])} TO ${to};`,
        `GRANT UPDATE ON ${tables(CHANGED)} TO ${to};`,
        `GRANT DELETE ON ${tables(['commands', 'members'])} TO ${to};`,
        `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${place} TO ${to};`,
      ] : []),
    ]
  }
  return [...grant(service, true), ...(reports === undefined ? [] : grant(reports, false))].join('\n')
}
