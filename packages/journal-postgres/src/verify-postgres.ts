import { hash } from 'node:crypto'
import { chainText } from '@sluice/core'
import { openReadOnlyClient, type PostgresReadOptions } from './open-postgres.ts'

/** Something that is not as it was written. */
export interface PostgresFinding {
  readonly code: 'CHAIN_BROKEN' | 'EVENT_MISSING' | 'EPOCH_STALE' | 'TAIL_MISSING'
  readonly account: string
  readonly sequence: number
  readonly message: string
}

/** What a verification found. */
export interface PostgresReport {
  readonly ok: boolean
  readonly events: number
  /** Accounts as the tables name them: `*` is shared, `*@x` holds what concerns the service of account x. */
  readonly accounts: readonly { readonly account: string; readonly sequence: number; readonly head: string }[]
  readonly findings: readonly PostgresFinding[]
}

interface Row {
  readonly account: string
  readonly sequence: string
  readonly epoch: string
  readonly time: string
  readonly type: string
  readonly data: string
  readonly hash: string
}

interface Place {
  readonly account: string
  readonly sequence: number
  readonly epoch: number
  readonly hash: string
}

const PAGE = 2000
const EVENTS = {
  name: 'verify-events',
  text: `SELECT account, sequence, epoch, time, type, data, hash FROM events WHERE (account, sequence) > ($1::text, $2::bigint) ORDER BY account, sequence LIMIT ${PAGE}`,
}
const START = '0'.repeat(64)

/** What is wrong with one event after the one before it. */
function findingsOf(row: Row, before: Place): readonly PostgresFinding[] {
  const { account, time, type, data } = row
  const [sequence, epoch] = [Number(row.sequence), Number(row.epoch)]
  const found = (code: PostgresFinding['code'], message: string): PostgresFinding => ({ code, account, sequence, message })
  // The link after a gap is not known: the gap is the finding.
  if (sequence !== before.sequence + 1) return [found('EVENT_MISSING', `${account}:${sequence} follows ${account}:${before.sequence}`)]
  const link = hash('sha256', chainText(before.hash, { account, sequence, epoch, time, type, data }))
  return [
    ...(link === row.hash ? [] : [found('CHAIN_BROKEN', `${account}:${sequence} is not what was written`)]),
    ...(epoch < before.epoch ? [found('EPOCH_STALE', `${account}:${sequence} was written under epoch ${epoch} after ${before.epoch}`)] : []),
  ]
}

/**
 * Computes the chain of every account again, from one consistent look at the tables: nodes may go on writing. A role that only reads
 * is enough. It proves that what is there is what was written; that an end was not cut off together with its account's row only a
 * head that is kept elsewhere can prove.
 */
export async function verifyPostgres({ onEvents = () => undefined, ...options }: PostgresReadOptions & {
  /** Called with how many more events were looked at. A throw ends the verification. */
  readonly onEvents?: (count: number) => void
}): Promise<PostgresReport> {
  const client = await openReadOnlyClient(options)
  try {
    const ends = new Map<string, Place>()
    const findings: PostgresFinding[] = []
    let events = 0
    let last: Place = { account: '', sequence: 0, epoch: 0, hash: START }
    for (;;) {
      const { rows } = await client.query<Row>({ ...EVENTS, values: [last.account, last.sequence] })
      for (const row of rows) {
        const before = row.account === last.account ? last : { account: row.account, sequence: 0, epoch: 0, hash: START }
        findings.push(...findingsOf(row, before))
        last = { account: row.account, sequence: Number(row.sequence), epoch: Number(row.epoch), hash: row.hash }
        ends.set(row.account, last)
      }
      events += rows.length
      onEvents(rows.length)
      if (rows.length < PAGE) break
    }
    const { rows: fences } = await client.query<{ readonly account: string; readonly sequence: string; readonly head: string }>('SELECT account, sequence, head FROM accounts WHERE sequence > 0 ORDER BY account')
    for (const { account, sequence, head } of fences) {
      const end = ends.get(account)
      if (end?.sequence === Number(sequence) && end.hash === head) continue
      findings.push({ code: 'TAIL_MISSING', account, sequence: Number(sequence), message: `${account} ends at ${end?.sequence ?? 'nothing'}, and its row says ${sequence}` })
    }
    return { ok: findings.length === 0, events, accounts: fences.map(({ account, sequence, head }) => ({ account, sequence: Number(sequence), head })), findings }
  } finally {
    await client.end()
  }
}
