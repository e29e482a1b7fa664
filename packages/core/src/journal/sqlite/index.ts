export { sqliteJournal } from './sqlite-journal.ts'
export { sqliteStore } from './sqlite-store.ts'
