import { CHAIN_START } from '../chain.ts'
import { checksumOf } from './chain-hash.ts'
import type { Database } from './load-sqlite.ts'

/** Who owns an account, and where its history begins and ends. */
export interface FenceRow {
  /** The account's place in the file of pinned heads; slot 0 is the file itself. */
  readonly slot: number
  readonly epoch: number
  readonly sequence: number
  readonly head: string
  readonly pruned: number
  readonly prunedHead: string
}

/** The checksum of a fence row. */
function fenceChecksum(account: string, { slot, epoch, sequence, head, pruned, prunedHead }: FenceRow): number {
  return checksumOf(account, slot, epoch, sequence, head, pruned, prunedHead)
}

/** The fence rows of the accounts, and the revision of the file. */
export interface AccountRows {
  get(account: string): FenceRow | undefined
  /** Opens a new epoch. */
  claim(account: string): FenceRow
  /** Moves the end of an account's history. */
  move(account: string, row: FenceRow): void
  /** Counts a change that no chain covers; answers the new revision. */
  revise(): number
}

export function accountRows(database: Database): AccountRows {
  const select = database.prepare('SELECT slot, epoch, sequence, head, pruned, pruned_head AS prunedHead FROM accounts WHERE account = ?')
  const selectSlot = database.prepare('SELECT coalesce(max(slot), 0) + 1 AS slot FROM accounts')
  const insert = database.prepare('INSERT INTO accounts (account, slot, epoch, sequence, head, pruned, pruned_head, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const updateEpoch = database.prepare('UPDATE accounts SET epoch = ?, checksum = ? WHERE account = ?')
  const updateEnd = database.prepare('UPDATE accounts SET sequence = ?, head = ?, checksum = ? WHERE account = ?')
  const selectRevision = database.prepare('SELECT revision FROM journal WHERE id = 1')
  const setRevision = database.prepare(
    `INSERT INTO journal (id, revision, checksum) VALUES (1, ?, ?)
     ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, checksum = excluded.checksum`)

  const get = (account: string): FenceRow | undefined => select.get(account) as FenceRow | undefined

  return {
    get,
    claim: (account) => {
      const known = get(account)
      if (known !== undefined) {
        const row = { ...known, epoch: known.epoch + 1 }
        updateEpoch.run(row.epoch, fenceChecksum(account, row), account)
        return row
      }
      const slot = Number(selectSlot.get()?.['slot'])
      const row: FenceRow = { slot, epoch: 1, sequence: 0, head: CHAIN_START, pruned: 0, prunedHead: CHAIN_START }
      insert.run(account, slot, row.epoch, row.sequence, row.head, row.pruned, row.prunedHead, fenceChecksum(account, row))
      return row
    },
    move: (account, row) => { updateEnd.run(row.sequence, row.head, fenceChecksum(account, row), account) },
    revise: () => {
      const revision = Number(selectRevision.get()?.['revision'] ?? 0) + 1
      setRevision.run(revision, checksumOf(revision))
      return revision
    },
  }
}
