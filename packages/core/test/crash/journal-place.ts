import { join } from 'node:path'
import type { Journal } from '../../src/journal/journal.ts'
import { sqliteJournal, verifyJournal } from '../../src/journal/sqlite/index.ts'

/** Where the journals of the suite are: each folder has one of its own. */
export interface JournalPlace {
  open(folder: string, thread: 'worker' | 'inline'): Journal
  /** What is wrong with the chain of what was left. */
  findings(folder: string): Promise<readonly string[]>
  remove(folder: string): Promise<void>
}

/** A place that needs a server: started once, found by the victims through the environment. Undefined when there is none. */
export interface ServedPlace extends JournalPlace {
  start(): Promise<(() => Promise<void>) | undefined>
}

export const JOURNALS = ['sqlite', 'postgres'] as const
export type JournalName = (typeof JOURNALS)[number]

/** In a folder of its own: what breaks the journal's disk leaves the broker's alone. */
export const journalPath = (folder: string): string => join(folder, 'journal', 'orders.db')

const files: JournalPlace = {
  open: (folder, thread) => sqliteJournal(journalPath(folder), { thread }),
  findings: async (folder) => (await verifyJournal(journalPath(folder))).findings.map(({ code, message }) => `chain: ${code} ${message}`),
  remove: async () => undefined,
}

/** Core knows no other journal: the package that has one brings its place, found by a path and not by an import. */
export async function servedPlace(): Promise<ServedPlace> {
  const { place } = await import(new URL('../../../journal-postgres/test/crash/postgres-place.ts', import.meta.url).href) as { readonly place: ServedPlace }
  return place
}

export async function placeOf(journal: JournalName = 'sqlite'): Promise<JournalPlace> {
  return journal === 'sqlite' ? files : servedPlace()
}
