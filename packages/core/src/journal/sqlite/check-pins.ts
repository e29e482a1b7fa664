import { CHAIN_START } from '../chain.ts'
import { type FenceRow, positionOf, readAccounts, readRevision } from './account-rows.ts'
import { isPinOf, type Pin } from './heads-file.ts'
import type { Head } from './journal-writer.ts'
import type { Database } from './load-sqlite.ts'

/** What the pins say that the database does not. */
interface PinProblem {
  readonly code: 'PIN_DAMAGED' | 'TAIL_MISSING' | 'PIN_MISMATCH'
  /** Empty for the file itself. */
  readonly account: string
  readonly message: string
}

/** The link of an event; undefined where it is pruned, empty where there is none. */
export function linkReader(database: Database): (row: FenceRow, sequence: number) => string | undefined {
  const select = database.prepare('SELECT hash FROM events WHERE position = ?')
  return (row, sequence) => {
    if (sequence === 0) return CHAIN_START
    if (sequence === row.pruned) return row.prunedHead
    if (sequence < row.pruned) return undefined
    return (select.get(positionOf(row.slot, sequence))?.['hash'] as string | undefined) ?? ''
  }
}

/**
 * Compares the database with the pins of the same moment: a database that ends before its pin has lost what was
 * acknowledged, one whose link at the pin differs is another history.
 */
export function checkPins(database: Database, pins: readonly (Pin | undefined)[]): readonly PinProblem[] {
  const linkOf = linkReader(database)
  const accounts = readAccounts(database)

  const compare = (end: Pick<Head, 'slot' | 'account' | 'sequence'>, link: (sequence: number) => string | undefined): PinProblem[] => {
    const { slot, account, sequence } = end
    const pin = pins[slot]
    if (pin === undefined) return []
    const name = account === '' ? 'the file' : `account ${account}`
    if (!isPinOf(pin, slot, account)) return [{ code: 'PIN_DAMAGED', account, message: `the pin of ${name} is damaged` }]
    if (pin.sequence > sequence) {
      const what = account === '' ? `change ${pin.sequence}` : `event ${account}:${pin.sequence}`
      return [{ code: 'TAIL_MISSING', account, message: `${name} ends at ${sequence}, but ${what} was acknowledged` }]
    }
    const found = link(pin.sequence)
    if (found === undefined || found === pin.head) return []
    return [{ code: 'PIN_MISMATCH', account, message: `event ${account}:${pin.sequence} is not the one that was acknowledged` }]
  }

  const slots = new Set([0, ...accounts.map(({ slot }) => slot)])
  return [
    ...accounts.flatMap((row) => compare(row, (sequence) => linkOf(row, sequence))),
    ...compare({ slot: 0, account: '', sequence: readRevision(database) }, () => CHAIN_START),
    ...pins.flatMap((pin, slot): PinProblem[] => (pin === undefined || slots.has(slot)
      ? []
      : [{ code: 'TAIL_MISSING', account: '', message: `the pin in line ${slot + 1} belongs to an account that is gone` }])),
  ]
}
