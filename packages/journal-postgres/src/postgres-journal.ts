import type { Journal } from '@sluice/core'
import { createConnections } from './connections.ts'
import { createJournalView, PLAIN_NAMES } from './journal-view.ts'
import { type PostgresJournalOptions, settingsOf } from './options.ts'
import { createOwnership } from './ownership.ts'

/**
 * A durable journal in PostgreSQL. Every account has one owner at a time: a lease row with an epoch that fences each append in
 * the same statement. A lease is renewed while the journal is open and released when it closes; an account whose owner is gone
 * can be claimed once its session has ended, at the latest when its lease has.
 *
 * It connects at its first use; what is wrong is the answer to that call: JOURNAL_FAILED when the server cannot be reached for
 * `reconnectFor`, CONFIGURATION_INVALID when it may lose commits, JOURNAL_NEWER when a newer Sluice made the tables,
 * JOURNAL_LOCKED when another process owns the account.
 * @throws SluiceError CONFIGURATION_INVALID
 */
export function postgresJournal(options: PostgresJournalOptions): Journal {
  const settings = settingsOf(options)
  const connections = createConnections(settings)
  const ownership = createOwnership(connections, settings)
  return createJournalView(connections, ownership, settings.allowDataLoss ? 'memory' : 'synced', PLAIN_NAMES, async () => {
    await ownership.close()
    await connections.close()
  })
}
