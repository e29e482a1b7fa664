// Where the crash suite of core keeps its journals when it runs on PostgreSQL: a schema for each folder.
import { hash } from 'node:crypto'
import { type Journal, SluiceError } from '@sluice/core'
import { postgresJournal, verifyPostgres } from '../../src/index.ts'
import { startPostgres } from '../../src/testing/index.ts'
import { dropSchema } from '../support/schemas.ts'

const VARIABLE = 'SLUICE_CRASH_POSTGRES'
const LEASE = 500
/** A dead owner's session ends when the server has noticed it, its lease at the latest. */
const PATIENCE = 30_000
const PAUSE = 20

const urlOf = (): string => {
  const url = process.env[VARIABLE]
  if (url === undefined) throw new Error(`${VARIABLE} is not set`)
  return url
}
const schemaOf = (folder: string): string => `crash_${hash('sha256', folder).slice(0, 24)}`

/** Waits for the one who was killed to be gone; everything else is the journal's own. */
function patient(journal: Journal): Journal {
  return {
    ...journal,
    claim: async (account) => {
      for (let waited = 0; ; waited += PAUSE) {
        try {
          return await journal.claim(account)
        } catch (error) {
          if (!SluiceError.isInstance(error) || error.code !== 'JOURNAL_LOCKED' || waited >= PATIENCE) throw error
          await new Promise((resolve) => { setTimeout(resolve, PAUSE) })
        }
      }
    },
  }
}

async function findings(folder: string): Promise<readonly string[]> {
  const report = await verifyPostgres({ connectionString: urlOf(), schema: schemaOf(folder) })
  return report.findings.map(({ code, message }) => `chain: ${code} ${message}`)
}

export const place = {
  open: (folder: string): Journal => patient(postgresJournal({ connectionString: urlOf(), schema: schemaOf(folder), lease: LEASE, connections: 4 })),
  findings,
  remove: (folder: string): Promise<void> => dropSchema(urlOf(), schemaOf(folder)),
  start: async (): Promise<(() => Promise<void>) | undefined> => {
    const server = await startPostgres()
    if (server === undefined) return undefined
    process.env[VARIABLE] = server.connectionString
    return server.stop
  },
}
