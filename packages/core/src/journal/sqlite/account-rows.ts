import { CHAIN_START } from '../chain.ts'
import { checksumOf } from './chain-hash.ts'
import type { Database } from './load-sqlite.ts'

/** Positions of one account: more events than a lifetime brings, and 131 072 accounts within a safe integer. */
const SPAN = 2 ** 36

/** Where an event stands in the file: the accounts' histories lie one after another, so that one b-tree orders them all. */
export function positionOf(slot: number, sequence: number): number {
  return slot * SPAN + sequence
}

/** What a position says: `[slot, sequence]`. */
export function placeOf(position: number): readonly [slot: number, sequence: number] {
  return [Math.floor(position / SPAN), position % SPAN]
}

/** Who owns an account, and where its history begins and ends. */
export interface FenceRow {
  readonly account: string
  /** The account's place among the positions and the pinned heads; slot 0 is the file itself. */
  readonly slot: number
  readonly epoch: number
  /** The last event that was pruned, 0 for none, and its link. */
  readonly pruned: number
  readonly prunedHead: string
  /** The last event and its link. They are those of the history, not columns: an append touches as few pages as it can. */
  readonly sequence: number
  readonly head: string
}

/** The fence rows of the accounts, and the revision of the file. Held in memory: the file has one owner. */
export interface AccountRows {
  get(account: string): FenceRow | undefined
  /** By slot. */
  all(): readonly FenceRow[]
  /** Opens a new epoch. */
  claim(account: string): FenceRow
  /** Moves the end of an account's history. */
  move(row: FenceRow): void
  /** Reads them again, after a transaction that did not come about. */
  reload(): void
  /** Counts a change that no chain covers; answers the new revision. */
  revise(): number
  readonly revision: number
}

type StoredFence = Omit<FenceRow, 'sequence' | 'head'>

/** Reads the fence rows with the ends of their histories. */
export function readAccounts(database: Database): readonly FenceRow[] {
  const rows = database.prepare('SELECT account, slot, epoch, pruned, pruned_head AS prunedHead FROM accounts ORDER BY slot').all() as unknown as StoredFence[]
  const selectEnd = database.prepare('SELECT position, hash FROM events WHERE position BETWEEN ? AND ? ORDER BY position DESC LIMIT 1')
  return rows.map((row) => {
    const end = selectEnd.get(positionOf(row.slot, 0), positionOf(row.slot + 1, 0) - 1) as { position: number; hash: string } | undefined
    return { ...row, sequence: end === undefined ? row.pruned : placeOf(end.position)[1], head: end?.hash ?? row.prunedHead }
  })
}

export function readRevision(database: Database): number {
  return Number(database.prepare('SELECT revision FROM journal WHERE id = 1').get()?.['revision'] ?? 0)
}

export function accountRows(database: Database): AccountRows {
  const setAccount = database.prepare(
    `INSERT INTO accounts (account, slot, epoch, pruned, pruned_head, checksum) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (account) DO UPDATE SET epoch = excluded.epoch, checksum = excluded.checksum`)
  const setRevision = database.prepare(
    `INSERT INTO journal (id, revision, checksum) VALUES (1, ?, ?)
     ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, checksum = excluded.checksum`)
  const rows = new Map<string, FenceRow>()
  let revision = 0

  const reload = (): void => {
    rows.clear()
    for (const row of readAccounts(database)) rows.set(row.account, row)
    revision = readRevision(database)
  }
  reload()

  return {
    get: (account) => rows.get(account),
    all: () => [...rows.values()],
    claim: (account) => {
      const known = rows.get(account) ?? { account, slot: rows.size + 1, epoch: 0, pruned: 0, prunedHead: CHAIN_START, sequence: 0, head: CHAIN_START }
      const row: FenceRow = { ...known, epoch: known.epoch + 1 }
      const { slot, epoch, pruned, prunedHead } = row
      setAccount.run(account, slot, epoch, pruned, prunedHead, checksumOf(account, slot, epoch, pruned, prunedHead))
      rows.set(account, row)
      return row
    },
    move: (row) => { rows.set(row.account, row) },
    reload,
    revise: () => {
      revision += 1
      setRevision.run(revision, checksumOf(revision))
      return revision
    },
    get revision() { return revision },
  }
}
