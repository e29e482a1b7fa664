import type { StoredEvent } from '../../order/event.ts'
import { recordedFills } from '../recorded-fill.ts'
import { type FenceRow, placeOf, positionOf } from './account-rows.ts'
import { chainHash } from './chain-hash.ts'
import { joinData } from './event-text.ts'
import type { Database } from './load-sqlite.ts'
import { scalar } from './open-database.ts'
import { indexedIn, readIndexed } from './order-index.ts'
import type { OrderIndexSummer } from './order-index-sum.ts'
import type { Finding } from './verify-report.ts'

/** As an array: an object for each row would cost as much as its hash. */
type Row = readonly [position: number, epoch: number, time: string, type: string, data: string, evaluation: string | null, orderId: string | null, hash: string]

/** Rows in one go: a read of each by itself costs twice. */
const PAGE = 512

const SELECT = `
  SELECT position, epoch, time, type, data, evaluation, order_id, hash
  FROM events WHERE position BETWEEN ? AND ? ORDER BY position LIMIT ${PAGE}`

/** Whether the columns and tables that questions are answered from say the same as an event's data. */
type Fits = (account: string, row: Row) => boolean

function fitsOf(database: Database): Fits {
  const selectExecution = database.prepare('SELECT 1 FROM executions WHERE account = ? AND broker = ? AND execution = ?')
  return (account, [, , , type, text, , orderId]) => {
    const isFill = type === 'order_filled' || type === 'order_partially_filled'
    // Most events begin with their order, and say the rest of it to nobody but the fold.
    if (!isFill && orderId !== null && text.startsWith(`{"orderId":${JSON.stringify(orderId)},`)) return true
    const data = JSON.parse(text) as StoredEvent['data']
    if (orderId !== (('orderId' in data ? data.orderId : undefined) ?? null)) return false
    return !isFill || recordedFills({ type, sequence: 0, data } as StoredEvent).every(({ broker, execution }) => selectExecution.get(account, broker, execution) !== undefined)
  }
}

function* pagesOf(database: Database, slot: number): Generator<readonly Row[], void, undefined> {
  const select = database.prepare(SELECT)
  select.setReturnArrays(true)
  const last = positionOf(slot + 1, 0) - 1
  for (let first = positionOf(slot, 0); ;) {
    const rows = select.all(first, last) as unknown as readonly Row[]
    yield rows
    const end = rows.at(-1)
    if (end === undefined || rows.length < PAGE) return
    first = end[0] + 1
  }
}

/** Some events that were looked at. */
export interface CheckedEvents {
  /** So many of them are as they were written. */
  readonly sound: number
  readonly findings: readonly Finding[]
}

/** Walks every history and computes its links. What the events that are in the index of orders say of them is added to `summer`. */
export function* verifyChain(database: Database, accounts: readonly FenceRow[], summer: OrderIndexSummer): Generator<CheckedEvents, void, undefined> {
  const fits = fitsOf(database)
  const isIndexed = indexedIn(readIndexed(database))
  const add: OrderIndexSummer['add'] = (orderId, position) => { if (isIndexed(position)) summer.add(orderId, position) }
  for (const row of accounts) yield* verifyAccount(pagesOf(database, row.slot), row, fits, add)
  const counted = accounts.reduce((sum, { sequence, pruned }) => sum + sequence - pruned, 0)
  const found = Number(scalar(database, 'SELECT count(*) FROM events'))
  if (found !== counted) yield { sound: 0, findings: [{ code: 'EVENT_MISSING', message: `the file has ${found} events, its accounts say ${counted}` }] }
}

function* verifyAccount(
  pages: Iterable<readonly Row[]>, { account, pruned, prunedHead }: FenceRow, fits: Fits, add: OrderIndexSummer['add'],
): Generator<CheckedEvents, void, undefined> {
  let expected = pruned + 1
  let previous = prunedHead
  for (const page of pages) {
    const findings: Finding[] = []
    let sound = 0
    for (const row of page) {
      const [position, epoch, time, type, data, evaluation, orderId, hash] = row
      const [, sequence] = placeOf(position)
      if (orderId !== null) add(orderId, position)
      if (sequence !== expected) {
        findings.push({ code: 'EVENT_MISSING', account, sequence: Math.min(expected, sequence), message: `event ${account}:${expected} should follow, ${account}:${sequence} does` })
      }
      if (chainHash(previous, { account, sequence, epoch, time, type, data: joinData({ data, evaluation }) }) !== hash) {
        findings.push({ code: 'CHAIN_BROKEN', account, sequence, message: `event ${account}:${sequence} is not what was written` })
      // What the link covers is as it was written, so that it is JSON.
      } else if (fits(account, row)) sound += 1
      else findings.push({ code: 'RECORD_DAMAGED', account, sequence, message: `the indexes of event ${account}:${sequence} are not what was written` })
      // The link as it is stored: one damaged event is one finding, not all that follow.
      previous = hash
      expected = sequence + 1
    }
    yield { sound, findings }
  }
}
