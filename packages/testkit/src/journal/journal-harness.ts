import type { Journal } from '@sluice/core'

/** A journal under test and what the suite may do to it. Every case gets its own, with empty storage. */
export interface JournalHarness {
  readonly journal: Journal
  /** Closes the journal and opens the same storage again, as a restart does. Required of a `synced` journal. */
  readonly reopen?: () => Promise<Journal>
  /** From now on every write to the storage fails (a full disk, a cut connection). Absent: the case is skipped. */
  readonly fault?: () => void | Promise<void>
  /** Closes whatever is open and removes the storage. */
  close(): Promise<void>
}
