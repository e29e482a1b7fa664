import { resolve } from 'node:path'
import type { Json, StoredEvent } from '../../order/event.ts'
import { orderIdOf } from '../../order/order-of-event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { Batch, Journal, Lease } from '../journal.ts'
import { recordedFills } from '../recorded-fill.ts'
import { type AnchorOptions, createAnchorer } from './anchors.ts'
import { unpackPage } from './event-page.ts'
import { splitData } from './event-text.ts'
import { inlineThread } from './inline-thread.ts'
import type { EventRow, JournalOperations } from './journal-operation.ts'
import { type JournalQueries, PAGE } from './journal-reader.ts'
import type { JournalThread } from './journal-thread.ts'
import { assertFilePath } from './open-database.ts'
import { findWorker } from './start-worker.ts'
import { readTripFile } from './trip-file.ts'
import { readEvents, readPages } from './read-pages.ts'
import { workerThread } from './worker-thread.ts'

/** How a SQLite journal works. */
export interface SqliteJournalOptions {
  /**
   * `worker`: on a thread of its own, the event loop never waits for the disk. `inline`: on the calling thread, about 0.1 ms
   * less for a lone order, and every sync holds the event loop. Default `worker`; `inline` where the worker's file cannot be
   * found, as in a single-file bundle.
   */
  readonly thread?: 'worker' | 'inline'
  /** The worker's file, where a bundler has put `@sluice/core/sqlite/worker`. Default: that of the package. */
  readonly worker?: URL
  /** Signs where the histories end, now and then. Default: they are pinned, not signed. */
  readonly anchors?: AnchorOptions
}

function toRow(event: StoredEvent, account: string): EventRow {
  if (event.account !== account) throw new RangeError(`event ${event.id} does not belong to account ${account}`)
  return { sequence: event.sequence, time: event.time, type: event.type, ...splitData(event.data), orderId: orderIdOf(event) ?? null }
}

function toAppend(lease: Lease, { events, keys = [], names = [], cursors = {} }: Batch): JournalOperations['append']['input'] {
  return {
    lease, events: events.map((event) => toRow(event, lease.account)), keys, names,
    executions: events.flatMap(recordedFills), cursors: Object.entries(cursors),
  }
}

function parse(path: string, text: string, place: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new SluiceError('JOURNAL_CORRUPT', `${path}: ${place} is not JSON`, { cause })
  }
}

type Write = <Kind extends keyof JournalOperations>(kind: Kind, input: JournalOperations[Kind]['input']) => Promise<JournalOperations[Kind]['output']>
type Ask = <Kind extends keyof JournalQueries>(kind: Kind, input: JournalQueries[Kind]['input']) => Promise<JournalQueries[Kind]['output']>

function toJournal(path: string, thread: JournalThread, anchors: AnchorOptions | undefined): Journal {
  const write: Write = (kind, input) => thread.run({ kind, ...input } as never) as Promise<never>
  const ask: Ask = (kind, input) => thread.ask({ kind, ...input } as never) as Promise<never>
  const anchorer = anchors === undefined ? undefined : createAnchorer(path, anchors, () => ask('heads', {}))
  const pagesOf = (account: string, from: number): ReturnType<typeof readPages> =>
    readPages({ size: PAGE, ahead: thread.ahead, page: async (first) => unpackPage(path, account, await ask('page', { account, from: first })) }, Math.max(1, from))
  const append: Journal['append'] = async (lease, batch) => write('append', toAppend(lease, batch))

  return {
    durability: 'synced',
    claim: (account) => write('claim', { account }),
    append: anchorer === undefined ? append : async (lease, batch) => {
      const appended = await append(lease, batch)
      anchorer.written(batch.events.length)
      return appended
    },
    advance: async (counter, to) => {
      if (!Number.isFinite(to)) throw new RangeError('a counter advances to a finite number')
      return write('advance', { counter, to })
    },
    read: (account, from) => readEvents(pagesOf(account, from)),
    readPages: pagesOf,
    find: (account, key) => ask('find', { account, key }),
    resolve: (account, name) => ask('resolve', { account, name }),
    readOrder: async (account, orderId) => (await ask('order', { account, orderId })).flatMap((page) => unpackPage(path, account, page)),
    accounts: () => ask('accounts', {}),
    loadSnapshot: async (account) => {
      const row = await ask('snapshotOf', { account })
      return row === undefined ? undefined : { sequence: row.sequence, state: parse(path, row.state, `the snapshot of ${account}`) }
    },
    saveSnapshot: async (lease, { sequence, state }) => write('snapshot', { lease, sequence, state: JSON.stringify(state) }),
    cursor: (name) => ask('cursorOf', { name }),
    // The place `tripPathOf` names.
    readTrips: () => readTripFile(`${path}.trip`),
    saveCursor: async (name, value) => write('cursor', { name, value }),
    backup: (target) => thread.backup(target),
    close: async () => {
      await anchorer?.close()
      await thread.close()
    },
  }
}

function openThread(path: string, { thread, worker }: SqliteJournalOptions): JournalThread {
  const file = thread === 'inline' ? undefined : worker ?? findWorker()
  if (file !== undefined) return workerThread(path, file)
  if (thread !== 'worker') return inlineThread(path)
  throw new SluiceError('CONFIGURATION_INVALID', 'the journal\'s worker cannot be found: give its file as `worker`, or choose thread: \'inline\'')
}

/**
 * A durable journal in one SQLite file (WAL, `synchronous=FULL`), held by one process. The folder is created. Writes that
 * arrive together share one sync.
 *
 * It opens at once; what is wrong with the file is the answer to every call: JOURNAL_LOCKED when another process has it,
 * JOURNAL_CORRUPT when it is damaged, something else, or ends before what it acknowledged, JOURNAL_NEWER when a newer Sluice
 * wrote it, JOURNAL_FAILED when it cannot be opened or kept durable. A service then starts in rescue mode.
 * @throws SluiceError CONFIGURATION_INVALID when the path is none, or the asked-for worker cannot be found.
 */
export function sqliteJournal(path: string, options: SqliteJournalOptions = {}): Journal {
  assertFilePath(path, 'journal')
  const absolute = resolve(path)
  return toJournal(absolute, openThread(absolute, options), options.anchors)
}
