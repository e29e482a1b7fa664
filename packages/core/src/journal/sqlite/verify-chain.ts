import type { StoredEvent } from '../../order/event.ts'
import { recordedFills } from '../recorded-fill.ts'
import { type FenceRow, placeOf, positionOf } from './account-rows.ts'
import { chainHash } from './chain-hash.ts'
import { type EventText, joinData } from './event-text.ts'
import type { Database } from './load-sqlite.ts'
import { scalar } from './open-database.ts'
import type { Finding } from './verify-report.ts'

interface Row extends EventText {
  readonly position: number
  readonly epoch: number
  readonly time: string
  readonly type: string
  readonly orderId: string | null
  readonly hash: string
}

/** Rows in one go: a read of each by itself costs twice. */
const PAGE = 512

const SELECT = `
  SELECT position, epoch, time, type, data, evaluation, order_id AS orderId, hash
  FROM events WHERE position BETWEEN ? AND ? ORDER BY position LIMIT ${PAGE}`

/** Whether the columns and tables that questions are answered from say the same as an event's data. */
type Fits = (account: string, row: Row) => boolean

function fitsOf(database: Database): Fits {
  const selectExecution = database.prepare('SELECT 1 FROM executions WHERE account = ? AND broker = ? AND execution = ?')
  return (account, { type, orderId, data: text }) => {
    const isFill = type === 'order_filled' || type === 'order_partially_filled'
    // Most events begin with their order, and say the rest of it to nobody but the fold.
    if (!isFill && orderId !== null && text.startsWith(`{"orderId":${JSON.stringify(orderId)},`)) return true
    const data = JSON.parse(text) as StoredEvent['data']
    if (orderId !== (('orderId' in data ? data.orderId : undefined) ?? null)) return false
    return !isFill || recordedFills({ type, sequence: 0, data } as StoredEvent).every(({ broker, execution }) => selectExecution.get(account, broker, execution) !== undefined)
  }
}

function* rowsOf(database: Database, slot: number): Generator<Row, void, undefined> {
  const select = database.prepare(SELECT)
  const last = positionOf(slot + 1, 0) - 1
  for (let first = positionOf(slot, 0); ;) {
    const rows = select.all(first, last) as unknown as readonly Row[]
    yield* rows
    const end = rows.at(-1)
    if (end === undefined || rows.length < PAGE) return
    first = end.position + 1
  }
}

/** Walks every history and computes its links: a finding for what differs, undefined for each event that is as it was written. */
export function* verifyChain(database: Database, accounts: readonly FenceRow[]): Generator<Finding | undefined, void, undefined> {
  const fits = fitsOf(database)
  for (const row of accounts) yield* verifyAccount(rowsOf(database, row.slot), row, fits)
  const counted = accounts.reduce((sum, { sequence, pruned }) => sum + sequence - pruned, 0)
  const found = Number(scalar(database, 'SELECT count(*) FROM events'))
  if (found !== counted) yield { code: 'EVENT_MISSING', message: `the file has ${found} events, its accounts say ${counted}` }
}

function* verifyAccount(rows: Iterable<Row>, { account, pruned, prunedHead }: FenceRow, fits: Fits): Generator<Finding | undefined, void, undefined> {
  let expected = pruned + 1
  let previous = prunedHead
  for (const row of rows) {
    const { position, epoch, time, type, hash } = row
    const [, sequence] = placeOf(position)
    const place = `${account}:${sequence}`
    if (sequence !== expected) {
      yield { code: 'EVENT_MISSING', account, sequence: Math.min(expected, sequence), message: `event ${account}:${expected} should follow, ${place} does` }
    }
    if (chainHash(previous, { account, sequence, epoch, time, type, data: joinData(row) }) !== hash) yield { code: 'CHAIN_BROKEN', account, sequence, message: `event ${place} is not what was written` }
    // What the link covers is as it was written, so that it is JSON.
    else if (fits(account, row)) yield undefined
    else yield { code: 'RECORD_DAMAGED', account, sequence, message: `the indexes of event ${place} are not what was written` }
    // The link as it is stored: one damaged event is one finding, not all that follow.
    previous = hash
    expected = sequence + 1
  }
}
