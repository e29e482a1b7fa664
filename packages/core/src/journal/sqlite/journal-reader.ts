import { SluiceError } from '../../runtime/errors.ts'
import type { KeyRecord } from '../journal.ts'
import { type AccountRows, type FenceRow, placeOf, positionOf } from './account-rows.ts'
import { archivedOrders } from './archived-orders.ts'
import type { AnchoredHead } from './anchors.ts'
import { type EventPage, PAGE_TEXTS, packPage, type PageRow } from './event-page.ts'
import type { Database } from './load-sqlite.ts'
import { orderEventReader } from './order-index.ts'

/** Rows in one page: about a millisecond of parsing, so that sockets get their turn in between. */
export const PAGE = 256

/** What can be asked of the journal. The questions run between transactions, so they see committed rows only. */
export interface JournalQueries {
  readonly page: { readonly input: { readonly account: string; readonly from: number }; readonly output: EventPage }
  readonly order: { readonly input: { readonly account: string; readonly orderId: string }; readonly output: readonly EventPage[] }
  readonly find: { readonly input: { readonly account: string; readonly key: string }; readonly output: KeyRecord | undefined }
  readonly resolve: { readonly input: { readonly account: string; readonly name: string }; readonly output: string | undefined }
  readonly accounts: { readonly input: object; readonly output: readonly string[] }
  readonly snapshotOf: {
    readonly input: { readonly account: string }; readonly output: { readonly sequence: number; readonly state: string } | undefined
  }
  /** Where every history ends. */
  readonly heads: { readonly input: object; readonly output: readonly AnchoredHead[] }
  readonly cursorOf: { readonly input: { readonly name: string }; readonly output: string | undefined }
}

export type JournalQuery = { readonly [Kind in keyof JournalQueries]: { readonly kind: Kind } & JournalQueries[Kind]['input'] }[keyof JournalQueries]

interface StoredPage extends Pick<EventPage, 'text' | 'evaluations' | 'size'> {
  readonly lowest: number | null
  readonly highest: number | null
}

interface PositionedRow extends Omit<PageRow, 'sequence'> {
  readonly position: number
}

/** Answers the questions. A failed journal still does. */
export function journalReader(database: Database, path: string, accounts: Pick<AccountRows, 'get' | 'all'>): (query: JournalQuery) => unknown {
  const selectPage = database.prepare(`
    SELECT count(*) AS size, min(position) AS lowest, max(position) AS highest, ${PAGE_TEXTS}
    FROM (SELECT position, time, type, data, evaluation FROM events WHERE position BETWEEN ? AND ? ORDER BY position LIMIT ${PAGE})`)
  const selectPositions = database.prepare(`SELECT position FROM events WHERE position BETWEEN ? AND ? ORDER BY position LIMIT ${PAGE}`)
  const selectKey = database.prepare('SELECT order_id AS orderId, digest FROM keys WHERE account = ? AND key = ?')
  const selectName = database.prepare('SELECT order_id AS orderId FROM names WHERE account = ? AND name = ?')
  const selectOrder = orderEventReader(database, 'position, time, type, data, evaluation')
  const archived = archivedOrders(database)
  const selectSnapshot = database.prepare('SELECT sequence, state FROM snapshots WHERE account = ?')
  const selectCursor = database.prepare('SELECT value FROM cursors WHERE name = ?')

  /** The first event that should be there and is not. */
  const missing = ({ account, slot, sequence }: FenceRow, first: number): SluiceError => {
    const found = selectPositions.all(positionOf(slot, first), positionOf(slot, sequence))
    const gap = found.findIndex(({ position }, index) => position !== positionOf(slot, first + index))
    return new SluiceError('JOURNAL_CORRUPT', `${path}: event ${account}:${first + (gap === -1 ? found.length : gap)} is missing; verify the file and restore a backup`)
  }

  const page = (account: string, from: number): EventPage => {
    const fence = accounts.get(account)
    if (fence === undefined) return packPage([])
    const { slot, pruned, sequence } = fence
    const first = Math.max(from, pruned + 1)
    const { size, lowest, highest, text, evaluations } = selectPage.get(positionOf(slot, first), positionOf(slot, sequence)) as unknown as StoredPage
    const count = Math.min(PAGE, Math.max(0, sequence + 1 - first))
    if (size !== count || (size > 0 && (lowest !== positionOf(slot, first) || highest !== positionOf(slot, first + size - 1)))) throw missing(fence, first)
    return { first, size, text, evaluations }
  }

  const orderEvents = (account: string, orderId: string): readonly EventPage[] => {
    const fence = accounts.get(account)
    if (fence === undefined) return []
    return [
      ...archived(account, orderId).map((row) => packPage([row])),
      ...(selectOrder(fence, orderId) as readonly PositionedRow[]).map(({ position, ...row }) => packPage([{ ...row, sequence: placeOf(position)[1] }])),
    ]
  }

  return (query) => {
    switch (query.kind) {
      case 'page': return page(query.account, query.from)
      case 'order': return orderEvents(query.account, query.orderId)
      case 'find': return selectKey.get(query.account, query.key)
      case 'resolve': return selectName.get(query.account, query.name)?.['orderId']
      case 'accounts': return accounts.all().filter(({ sequence }) => sequence > 0).map(({ account }) => account).toSorted()
      case 'snapshotOf': return selectSnapshot.get(query.account)
      case 'heads': return accounts.all().filter(({ sequence }) => sequence > 0).map(({ account, sequence, head }): AnchoredHead => [account, sequence, head])
      case 'cursorOf': return selectCursor.get(query.name)?.['value']
    }
  }
}
