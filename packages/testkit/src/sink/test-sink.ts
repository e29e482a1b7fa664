import { type DeclaredSkip, registerCases } from '../conformance-case.ts'
import { sinkCases } from './sink-cases.ts'
import type { SinkHarness } from './sink-harness.ts'
import { openSinkSession } from './sink-session.ts'

/** What the sink suite needs. */
export interface TestSinkOptions {
  /** Makes a sink and its empty other side; called once for each case. */
  readonly create: () => Promise<SinkHarness>
  /** Cases that cannot hold, each with its reason. Default none. */
  readonly skip?: readonly DeclaredSkip[]
}

/** Registers the conformance suite of sinks with vitest. Call it at the top level of a test file. */
export function testSink({ create, skip = [] }: TestSinkOptions): void {
  registerCases('sink', sinkCases, skip, async (item) => {
    const harness = await create()
    try {
      await item.run(await openSinkSession(harness))
    } finally {
      await harness.sink.close?.()
      await harness.close()
    }
  })
}
