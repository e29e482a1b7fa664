import { CHAIN_START } from '../chain.ts'
import type { FenceRow } from './account-rows.ts'
import { isPinOf, type Pin } from './heads-file.ts'
import type { Head } from './journal-writer.ts'
import type { Database } from './load-sqlite.ts'

/** A fence row with its account. */
export type AccountRow = FenceRow & { readonly account: string }

/** What the pins say that the database does not. */
export interface PinProblem {
  readonly code: 'PIN_DAMAGED' | 'TAIL_MISSING' | 'PIN_MISMATCH'
  readonly account: string
  readonly message: string
}

export function allAccounts(database: Database): readonly AccountRow[] {
  return database.prepare(
    'SELECT account, slot, epoch, sequence, head, pruned, pruned_head AS prunedHead FROM accounts ORDER BY slot',
  ).all() as unknown as AccountRow[]
}

/** Every end as it stands in the database, slot 0 first. */
export function currentHeads(database: Database): readonly Head[] {
  const revision = Number(database.prepare('SELECT revision FROM journal WHERE id = 1').get()?.['revision'] ?? 0)
  return [{ slot: 0, account: '', sequence: revision, head: CHAIN_START }, ...allAccounts(database)]
}

/**
 * Compares the database with the pins of the same moment: a database that ends before its pin has lost what was
 * acknowledged, one whose link at the pin differs is another history.
 */
export function checkPins(database: Database, pins: readonly (Pin | undefined)[]): readonly PinProblem[] {
  const linkAt = database.prepare('SELECT hash FROM events WHERE account = ? AND sequence = ?')
  const rows = new Map(allAccounts(database).map((row) => [row.account, row]))

  const linkOf = (account: string, sequence: number): string | undefined => {
    const row = rows.get(account)
    if (sequence === 0 || account === '') return CHAIN_START
    if (sequence === row?.pruned) return row.prunedHead
    if (sequence < (row?.pruned ?? 0)) return undefined
    return linkAt.get(account, sequence)?.['hash'] as string | undefined ?? ''
  }

  const problemOf = ({ slot, account, sequence }: Head): PinProblem | undefined => {
    const pin = pins[slot]
    const name = account === '' ? 'the file' : `account ${account}`
    if (pin === undefined) return undefined
    if (!isPinOf(pin, slot, account)) return { code: 'PIN_DAMAGED', account, message: `the pin of ${name} is damaged` }
    if (pin.sequence > sequence) {
      const what = account === '' ? `change ${pin.sequence}` : `event ${account}:${pin.sequence}`
      return { code: 'TAIL_MISSING', account, message: `${name} ends at ${sequence}, but ${what} was acknowledged` }
    }
    const link = linkOf(account, pin.sequence)
    if (link === undefined || link === pin.head) return undefined
    return { code: 'PIN_MISMATCH', account, message: `event ${account}:${pin.sequence} is not the one that was acknowledged` }
  }

  const heads = currentHeads(database)
  const orphans = pins.flatMap((pin, slot): PinProblem[] => (pin === undefined || heads.some((head) => head.slot === slot)
    ? []
    : [{ code: 'TAIL_MISSING', account: '', message: `the pin in line ${slot + 1} belongs to an account that is gone` }]))
  return [...heads.flatMap((head) => problemOf(head) ?? []), ...orphans]
}
