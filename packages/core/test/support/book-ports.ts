import type { Journal } from '../../src/journal/journal.ts'
import type { BookPorts } from '../../src/pipeline/book/account-book.ts'
import { createVirtualClock } from '../../src/testing/index.ts'

/** Ports of a book that is looked at without a service around it. */
export function bookPorts(journal: Journal, overrides: Partial<BookPorts> = {}): BookPorts {
  return {
    clock: createVirtualClock(), journal, guards: [], finishedOrders: 4096, snapshotEvery: 0,
    applied: () => undefined, warn: (message, cause) => { throw new Error(message, { cause }) }, publish: () => undefined, failed: (error) => { throw error }, ...overrides,
  }
}
