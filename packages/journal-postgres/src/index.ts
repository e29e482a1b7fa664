export { migratePostgres } from './migrate.ts'
export type { PostgresJournalOptions } from './options.ts'
export { postgresJournal } from './postgres-journal.ts'
export { rolesSql, type RolesOptions } from './roles.ts'
