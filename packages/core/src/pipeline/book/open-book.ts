import type { Guard } from '../../guards/guard.ts'
import { remember } from '../../guards/guard-memory.ts'
import type { Journal, Lease } from '../../journal/journal.ts'
import { GLOBAL_ACCOUNT, type StoredEvent } from '../../order/event.ts'
import { beginsOrder, historyOrderIdOf } from '../../order/order-of-event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import { type AccountBook, type BookPorts, createAccountBook } from './account-book.ts'
import { decodeBook } from './book-snapshot.ts'

/** Folds the memories that a snapshot does not have from the beginning of what is kept of the history to the snapshot. */
async function foldMissing({ journal, guards }: BookPorts, account: string, until: number, guardStates: unknown[], missing: readonly number[]): Promise<void> {
  if (missing.length === 0) return
  for await (const event of journal.read(account, 1)) {
    if (event.sequence > until) return
    for (const index of missing) guardStates[index] = remember(guards[index] as Guard, guardStates[index], event)
  }
}

/** The history in pages, where the journal has them: of a million events none waits for a promise of its own. */
async function* pagesOf(journal: Journal, account: string, from: number): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  if (journal.readPages === undefined) for await (const event of journal.read(account, from)) yield [event]
  else yield* journal.readPages(account, from)
}

/** The book as the latest snapshot has it; a new one where there is none to start from. */
async function beginBook(ports: BookPorts, lease: Lease): Promise<AccountBook> {
  const { account } = lease
  // The global account has few events, and they are folded by more than its book.
  const snapshot = account === GLOBAL_ACCOUNT ? undefined : await ports.journal.loadSnapshot(account)
  if (snapshot === undefined || snapshot.sequence > lease.sequence) return createAccountBook(account, lease, ports)
  try {
    const decoded = decodeBook(snapshot, ports.guards)
    if (decoded === undefined) return createAccountBook(account, lease, ports)
    await foldMissing(ports, account, snapshot.sequence, decoded.guardStates, decoded.missing)
    return createAccountBook(account, lease, ports, { sequence: snapshot.sequence, ...decoded })
  } catch (error) {
    // Nothing is lost by it: the events say the same.
    ports.warn(`the snapshot of account ${account} cannot be used; its whole history is replayed`, error)
    return createAccountBook(account, lease, ports)
  }
}

/** Becomes the owner of an account and rebuilds its book: from the latest snapshot, and the events after it. */
export async function openBook(account: string, ports: BookPorts): Promise<AccountBook> {
  const { journal } = ports
  const book = await beginBook(ports, await journal.claim(account))
  for await (const page of pagesOf(journal, account, book.sequence + 1)) {
    for (const event of page) {
      if (event.sequence !== book.sequence + 1) {
        throw new SluiceError('JOURNAL_CORRUPT', `the history of account ${account} goes on at ${event.sequence} after ${book.sequence}: what is between is pruned or lost, and no snapshot bridges it`)
      }
      const orderId = historyOrderIdOf(event)
      // Something that concerns an order which memory had let go by then.
      if (orderId !== undefined && book.memory.partial && !book.orders.has(orderId) && !beginsOrder(event)) {
        const history = await journal.readOrder(account, orderId)
        book.memory.restore(history.filter(({ sequence }) => sequence < event.sequence))
      }
      book.replay(event)
    }
    book.settle()
  }
  return book
}
