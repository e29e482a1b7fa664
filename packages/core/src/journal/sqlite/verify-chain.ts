import { type FenceRow, placeOf, positionOf } from './account-rows.ts'
import { chainHash } from './chain-hash.ts'
import type { Database } from './load-sqlite.ts'
import { scalar } from './open-database.ts'
import type { Finding } from './verify-report.ts'

interface Row {
  readonly position: number
  readonly epoch: number
  readonly time: string
  readonly type: string
  readonly data: string
  readonly hash: string
  /** 1 when the columns that questions are answered from say the same as the data. */
  readonly fits: number
}

const SELECT = `
  SELECT position, epoch, time, type, data, hash, CASE WHEN json_valid(data) THEN order_id IS json_extract(data, '$.orderId')
    AND (type NOT IN ('order_filled', 'order_partially_filled') OR json_extract(data, '$.execution.inferred') IS 1 OR EXISTS (
      SELECT 1 FROM executions WHERE executions.account = ?1 AND broker = json_extract(data, '$.execution.broker')
        AND execution = json_extract(data, '$.execution.executionId'))) ELSE 0 END AS fits
  FROM events WHERE position BETWEEN ?2 AND ?3 ORDER BY position`

/** Walks every history and computes its links: a finding for what differs, undefined for each event that is as it was written. */
export function* verifyChain(database: Database, accounts: readonly FenceRow[]): Generator<Finding | undefined, void, undefined> {
  const select = database.prepare(SELECT)
  for (const row of accounts) {
    const [first, last] = [positionOf(row.slot, 0), positionOf(row.slot + 1, 0) - 1]
    yield* verifyAccount(select.iterate(row.account, first, last) as Iterable<never>, row)
  }
  const counted = accounts.reduce((sum, { sequence, pruned }) => sum + sequence - pruned, 0)
  const found = Number(scalar(database, 'SELECT count(*) FROM events'))
  if (found !== counted) yield { code: 'EVENT_MISSING', message: `the file has ${found} events, its accounts say ${counted}` }
}

function* verifyAccount(rows: Iterable<Row>, { account, pruned, prunedHead }: FenceRow): Generator<Finding | undefined, void, undefined> {
  let expected = pruned + 1
  let previous = prunedHead
  for (const { position, epoch, time, type, data, hash, fits } of rows) {
    const [, sequence] = placeOf(position)
    const place = `${account}:${sequence}`
    if (sequence !== expected) {
      yield { code: 'EVENT_MISSING', account, sequence: Math.min(expected, sequence), message: `event ${account}:${expected} should follow, ${place} does` }
    }
    if (chainHash(previous, { account, sequence, epoch, time, type, data }) !== hash) yield { code: 'CHAIN_BROKEN', account, sequence, message: `event ${place} is not what was written` }
    else if (fits === 1) yield undefined
    else yield { code: 'RECORD_DAMAGED', account, sequence, message: `the indexes of event ${place} are not what was written` }
    // The link as it is stored: one damaged event is one finding, not all that follow.
    previous = hash
    expected = sequence + 1
  }
}
