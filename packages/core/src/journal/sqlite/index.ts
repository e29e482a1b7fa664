export { sqliteJournal } from './sqlite-journal.ts'
export { sqliteStore } from './sqlite-store.ts'
export { appendTripFile, readTripFile } from './trip-file.ts'
