import { describeError } from '../../runtime/errors.ts'
import { readAccounts } from './account-rows.ts'
import type { Database } from './load-sqlite.ts'
import { type OrderIndexSum, sumOrderIndex, verifyOrderIndex } from './order-index-sum.ts'
import { verifyRecords } from './verify-records.ts'
import type { Finding } from './verify-report.ts'

/** What is found beside the chain. */
export interface RestReport {
  readonly findings: readonly Finding[]
  /** What the index of orders says, to be compared with the events. */
  readonly index: OrderIndexSum
}

/** A file in ruins has enough findings after these. */
export const MOST_FINDINGS = 1_000
const TURN = 4_000

// The few tables with an index beside them that is not read otherwise are checked index and all.
const CHECKS = ['quick_check(20)', 'integrity_check(accounts)', 'integrity_check(snapshots)', 'integrity_check(schema_versions)']

function* structureFindings(database: Database): Generator<Finding | undefined, void, undefined> {
  for (const check of CHECKS) {
    for (const row of database.prepare(`PRAGMA ${check}`).all()) {
      const [text] = Object.values(row)
      yield text === 'ok' ? undefined : { code: 'STRUCTURE_DAMAGED', message: String(text) }
    }
  }
}

/** Checks everything in a file that is no event: rows, indexes, pages. It yields now and then, so that others get their turn. */
export function* verifyRest(database: Database): Generator<undefined, RestReport, undefined> {
  const findings: Finding[] = []
  const summer = sumOrderIndex()
  let rows = 0
  for (const part of [() => verifyRecords(database, readAccounts(database)), () => verifyOrderIndex(database, summer), () => structureFindings(database)]) {
    // What is damaged so badly that SQLite stops is a finding as well.
    try {
      for (const finding of part()) {
        if (finding !== undefined) findings.push(finding)
        if (findings.length >= MOST_FINDINGS) break
        rows += 1
        if (rows % TURN === 0) yield
      }
    } catch (error) {
      findings.push({ code: 'STRUCTURE_DAMAGED', message: describeError(error) })
    }
  }
  return { findings, index: summer.result }
}
