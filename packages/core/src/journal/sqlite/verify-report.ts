import type { JournalAccount } from './journal-file.ts'

/**
 * What verification can find. All but `PINS_MISSING` are damage.
 *
 * - `STRUCTURE_DAMAGED`: SQLite cannot read a part of the file, or its own check objects.
 * - `SCHEMA_CHANGED`: tables, indexes or triggers are not those that Sluice made.
 * - `EVENT_MISSING`: a hole in a history, or one that does not begin or end where it should.
 * - `CHAIN_BROKEN`: an event is not what was written.
 * - `RECORD_DAMAGED`: a key, name, execution, counter, cursor, snapshot or fence row is not what was written.
 * - `TAIL_MISSING`: the file ends before what was acknowledged.
 * - `PIN_MISMATCH`: the history differs from the one that was acknowledged.
 * - `PIN_DAMAGED`: the file of pinned heads is damaged.
 * - `PINS_MISSING`: there is no pin: nothing says that the tail is whole.
 * - `ANCHOR_INVALID`: a signed anchor does not fit the history, or its signature does not hold.
 */
export type FindingCode =
  | 'STRUCTURE_DAMAGED' | 'SCHEMA_CHANGED' | 'EVENT_MISSING' | 'CHAIN_BROKEN' | 'RECORD_DAMAGED' | 'TAIL_MISSING'
  | 'PIN_MISMATCH' | 'PIN_DAMAGED' | 'PINS_MISSING' | 'ANCHOR_INVALID'

export interface Finding {
  readonly code: FindingCode
  /** The account it is about, where it is about one. */
  readonly account?: string
  /** The first event that is affected, where it is about one. */
  readonly sequence?: number
  /** What differs, for a person. */
  readonly message: string
}

export interface VerifyProgress {
  /** The events take longest; all else is checked beside them, and compared with them at the end. */
  readonly phase: 'events' | 'structure'
  readonly done: number
  readonly total: number
}

export interface VerifyReport {
  readonly path: string
  /** True when nothing is damaged. `PINS_MISSING` alone leaves it true. */
  readonly ok: boolean
  readonly accounts: readonly JournalAccount[]
  /** Events whose links were computed again. */
  readonly events: number
  readonly findings: readonly Finding[]
}
