import type { GuardFactory } from '../guards/built-in-guards.ts'
import type { Journal, Snapshot } from '../journal/journal.ts'
import type { OrderState } from '../order/order.ts'
import { type DecodedBook, decodeBook, optionsIn } from '../pipeline/book/book-snapshot.ts'
import type { LedgerState } from '../risk/ledger.ts'
import type { Difference } from './difference.ts'
import type { GlobalHistory } from './global-history.ts'
import { guardsOf, type RememberingGuard } from './guard-memories.ts'

/** What a replay reads. */
export interface ReplayedJournal extends Pick<Journal, 'read' | 'accounts'>, Partial<Pick<Journal, 'readOrder'>> {
  /** The snapshot behind which an account was pruned: the replay begins there. Without it a pruned account is not replayed. */
  prunedSnapshot?(account: string): Promise<Snapshot | undefined>
}

/** Where the replay of an account begins: with nothing at its first event, or after the event that a snapshot was made after. */
export interface Beginning {
  readonly sequence: number
  readonly orders: Map<string, OrderState>
  readonly ledger: LedgerState | undefined
  readonly guards: RememberingGuard[]
  /** How many versions of the limits were in force by then. */
  readonly limits: number
}

/** The first event that is there; undefined where none is. */
async function firstOf(journal: Pick<Journal, 'read'>, account: string): Promise<number | undefined> {
  for await (const { sequence } of journal.read(account, 1)) return sequence
  return undefined
}

/** The guards in force after an event, with the memories a snapshot has of them. One without is taken at its word from then on. */
function guardsAt(snapshot: Snapshot, limits: GlobalHistory['limits'], factories: ReadonlyMap<string, GuardFactory>, take: (difference: Difference) => void): { readonly book: DecodedBook | undefined; readonly guards: RememberingGuard[] } {
  const inForce = limits.at(-1)
  const made = inForce === undefined ? [] : guardsOf(inForce, factories, take)
  // A reload keeps memories: then it is that of the options before, under the options of now.
  const saved = optionsIn(snapshot)
  const asked = made.map(({ guard }) => (inForce?.data.memory === 'kept' && saved.has(guard.name) ? { ...guard, options: saved.get(guard.name) } : guard))
  const book = decodeBook(snapshot, asked)
  const guards = made.map((entry, index): RememberingGuard => ({
    ...entry, unknown: entry.unknown || book?.missing.includes(index) === true, state: book?.guardStates[index], pure: inForce?.data.memory === 'rebuilt',
  }))
  return { book, guards }
}

/** Finds where the replay of an account begins; undefined for a pruned account without a snapshot that can be read. */
export async function beginAccount(account: string, journal: ReplayedJournal, global: GlobalHistory, factories: ReadonlyMap<string, GuardFactory>, take: (difference: Difference) => void): Promise<{ readonly beginning: Beginning | undefined; readonly first: number | undefined }> {
  const first = await firstOf(journal, account)
  if (first === 1) return { beginning: { sequence: 0, orders: new Map(), ledger: undefined, guards: [], limits: 0 }, first }
  const snapshot = journal.readOrder === undefined ? undefined : await journal.prunedSnapshot?.(account)
  if (snapshot === undefined) return { beginning: undefined, first }
  const limits = global.limits.filter(({ data }) => (data.after[account] ?? 0) <= snapshot.sequence)
  const { book, guards } = guardsAt(snapshot, limits, factories, take)
  if (book === undefined) return { beginning: undefined, first }
  const orders = new Map(book.orders.open.map(({ state }) => [state.id, state]))
  return { beginning: { sequence: snapshot.sequence, orders, ledger: book.ledger, guards, limits: limits.length }, first }
}
