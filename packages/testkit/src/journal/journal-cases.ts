import type { ConformanceCase } from '../conformance-case.ts'
import { appendCases } from './append-cases.ts'
import { failureCases } from './failure-cases.ts'
import type { JournalHarness } from './journal-harness.ts'
import { ownerCases } from './owner-cases.ts'
import { recordCases } from './record-cases.ts'

/** What must hold of every journal. */
export const journalCases: readonly ConformanceCase<JournalHarness>[] = [...appendCases, ...ownerCases, ...recordCases, ...failureCases]
