import type { ConformanceCase } from '../conformance-case.ts'
import type { BrokerSession } from './broker-session.ts'
import { cancelAllCases, cancelCases } from './cancel-cases.ts'
import { evidenceCases } from './evidence-cases.ts'
import { fillCases } from './fill-cases.ts'
import { groupCases } from './group-cases.ts'
import { historyCases } from './history-cases.ts'
import { kindCases } from './kind-cases.ts'
import { lateCases } from './late-cases.ts'
import { streamCases } from './stream-cases.ts'
import { submitCases } from './submit-cases.ts'

/** What must hold of every broker adapter. */
export const brokerCases: readonly ConformanceCase<BrokerSession>[] = [
  ...submitCases, ...cancelCases, ...fillCases, ...streamCases, ...evidenceCases, ...cancelAllCases, ...lateCases, ...kindCases, ...groupCases, ...historyCases,
]
