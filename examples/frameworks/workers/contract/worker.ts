// The contract suite of the package as a Worker: every request runs it and answers with what came of it.
import '../../../../packages/http/test/contract.test.ts'
import '../../../../packages/http/test/routes.test.ts'
import '../../../../packages/http/test/contract/bodies.test.ts'
import '../../../../packages/http/test/contract/identity.test.ts'
import '../../../../packages/http/test/contract/streams.test.ts'
import { type Exchange, exchanges } from './document.ts'
import { cases, runCase } from './vitest.ts'

export interface SuiteReport {
  readonly passed: number
  readonly failures: readonly string[]
  readonly exchanges: readonly Exchange[]
  /** What of Node's is there. */
  readonly ofNode: readonly string[]
}

export default {
  fetch: async (): Promise<Response> => {
    const failures: string[] = []
    for (const one of cases) {
      const fault = await runCase(one)
      if (fault !== undefined) failures.push(`${one.name}: ${fault}`)
    }
    const ofNode = ['process', 'Buffer', 'require', 'setImmediate'].filter((name) => name in globalThis)
    return Response.json({ passed: cases.length - failures.length, failures, exchanges, ofNode } satisfies SuiteReport)
  },
}
