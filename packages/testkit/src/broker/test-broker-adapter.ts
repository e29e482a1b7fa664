import { type DeclaredSkip, registerCases } from '../conformance-case.ts'
import { brokerCases } from './broker-cases.ts'
import type { BrokerHarness, BrokerHarnessContext } from './broker-harness.ts'
import { openBrokerSession } from './broker-session.ts'

/** What the adapter suite needs. */
export interface TestBrokerAdapterOptions {
  /** Makes an adapter, not yet connected, on a fresh account; called once for each case. */
  readonly create: (context: BrokerHarnessContext) => Promise<BrokerHarness>
  /** Cases that cannot hold, each with its reason. Default none. */
  readonly skip?: readonly DeclaredSkip[]
}

/** Registers the conformance suite of broker adapters with vitest. Call it at the top level of a test file. */
export function testBrokerAdapter({ create, skip = [] }: TestBrokerAdapterOptions): void {
  registerCases('broker adapter', brokerCases, skip, async (item) => {
    const session = await openBrokerSession(create)
    try {
      await item.run(session)
    } finally {
      await session.close()
    }
  })
}
