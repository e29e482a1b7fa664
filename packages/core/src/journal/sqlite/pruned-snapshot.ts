import type { Json } from '../../order/event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { Snapshot } from '../journal.ts'
import { checksumOf } from './chain-hash.ts'
import type { Database } from './load-sqlite.ts'

/** The snapshot that stood for what a pruning took out: a replay begins there when newer snapshots have long taken its place. */
interface Kept {
  readonly sequence: number
  /** The link of the event it was made after. */
  readonly head: string
  readonly state: Json
}

/** A durable value by name, as the cursors are: checked and copied with them. */
const nameOf = (account: string): string => `pruned:${account}`

/** Keeps an account's newest snapshot, with its place in the chain. */
export function keepPrunedSnapshot(database: Database, account: string, linkAt: (sequence: number) => string): void {
  const row = database.prepare('SELECT sequence, state FROM snapshots WHERE account = ?').get(account) as { sequence: number; state: string }
  const value = `{"sequence":${row.sequence},"head":"${linkAt(row.sequence)}","state":${row.state}}`
  database.prepare('INSERT INTO cursors (name, value, checksum) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value, checksum = excluded.checksum')
    .run(nameOf(account), value, checksumOf(nameOf(account), value))
}

/**
 * The snapshot that the last pruning of an account kept; undefined when it kept none.
 * @throws SluiceError JOURNAL_CORRUPT when it is not what was written, or was not made after the event that stands at its place
 */
export function readPrunedSnapshot(database: Database, path: string, account: string, linkAt: (sequence: number) => string | undefined): Snapshot | undefined {
  const row = database.prepare('SELECT value, checksum FROM cursors WHERE name = ?').get(nameOf(account)) as { value: string; checksum: number } | undefined
  if (row === undefined) return undefined
  if (row.checksum !== checksumOf(nameOf(account), row.value)) throw new SluiceError('JOURNAL_CORRUPT', `${path}: the snapshot behind which ${account} was pruned is damaged; verify the file`)
  const { sequence, head, state } = JSON.parse(row.value) as Kept
  if (linkAt(sequence) !== head) throw new SluiceError('JOURNAL_CORRUPT', `${path}: the snapshot behind which ${account} was pruned was not made after event ${account}:${sequence} of this history`)
  return { sequence, state }
}
