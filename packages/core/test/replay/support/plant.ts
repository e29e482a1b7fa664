import type { Journal, Snapshot } from '../../../src/journal/journal.ts'
import type { StoredEvent } from '../../../src/order/event.ts'
import { orderIdOf } from '../../../src/order/order-of-event.ts'
import type { ReplayedJournal } from '../../../src/replay/begin-account.ts'

export interface Data { [key: string]: unknown }
export type Histories = ReadonlyMap<string, readonly StoredEvent[]>
export type ReadableJournal = Pick<Journal, 'read' | 'accounts'>

/** A journal of these events. */
export const journalOf = (events: Histories): ReadableJournal => ({
  accounts: async () => [...events.keys()],
  read: async function* read(account, from) { for (const event of events.get(account) ?? []) if (event.sequence >= from) yield event },
})

/** The journal with one event changed: the last one of a type that the change fits. */
export function plant(histories: Histories, type: StoredEvent['type'], change: (data: Data, event: Data) => boolean | void): { readonly journal: ReadableJournal; readonly id: string } {
  const copy = structuredClone(histories)
  for (const events of copy.values()) {
    for (const event of events.toReversed()) {
      if (event.type === type && change(event.data as never, event) !== false) return { journal: journalOf(copy), id: event.id }
    }
  }
  throw new Error(`no ${type} fits`)
}

/** Something else in its place, so that the history has no hole. */
export const remark = (event: Data, code = 'PLANTED'): void => { Object.assign(event, { type: 'anomaly_detected', data: { code, message: 'planted' } }) }

/** The histories as a pruning behind the snapshot leaves them. */
export function prunedAt(histories: Histories, snapshot: Snapshot): ReplayedJournal {
  const main = histories.get('main') ?? []
  return {
    ...journalOf(new Map([...histories, ['main', main.filter(({ sequence }) => sequence > snapshot.sequence)]])),
    prunedSnapshot: async () => snapshot,
    readOrder: async (_, orderId) => main.filter((event) => orderIdOf(event) === orderId),
  }
}
