import { type DeclaredSkip, registerCases } from '../conformance-case.ts'
import { journalCases } from './journal-cases.ts'
import type { JournalHarness } from './journal-harness.ts'

/** What the journal suite needs. */
export interface TestJournalOptions {
  /** Makes a journal with empty storage; called once for each case. */
  readonly create: () => Promise<JournalHarness>
  /** Cases that cannot hold, each with its reason. Default none. */
  readonly skip?: readonly DeclaredSkip[]
}

/** Registers the conformance suite of journals with vitest. Call it at the top level of a test file. */
export function testJournal({ create, skip = [] }: TestJournalOptions): void {
  registerCases('journal', journalCases, skip, async (item) => {
    const harness = await create()
    try {
      await item.run(harness)
    } finally {
      await harness.close()
    }
  })
}
