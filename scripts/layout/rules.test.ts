import { expect, test } from 'vitest'
import * as floors from './core-floors.ts'
import { edgesOf } from './edge.ts'
import * as packageEdges from './package-edges.ts'

const rules = Object.entries({ ...packageEdges, ...floors })

/** The names of the rules that an import in a file breaks. */
function broken(file: string, source: string): string[] {
  return edgesOf(file, source).flatMap((edge) => rules.filter(([, rule]) => rule(edge) !== undefined).map(([name]) => name))
}

const core = 'packages/core/src'
const violations: readonly (readonly [file: string, source: string, rule: string])[] = [
  [`${core}/order/order.ts`, `import type { X } from '../risk/ledger.ts'`, 'floorsPointDown'],
  [`${core}/runtime/hash.ts`, `import { order } from '../order/order.ts'`, 'floorsPointDown'],
  [`${core}/risk/ledger.ts`, `import { x } from '../broker/broker-adapter.ts'`, 'floorsPointDown'],
  [`${core}/guards/max-position.ts`, `import { x } from '../pipeline/place/preflight.ts'`, 'floorsPointDown'],
  [`${core}/pipeline/place/submit.ts`, `import { x } from '../../streams/event-hub.ts'`, 'floorsPointDown'],
  [`${core}/recovery/recover.ts`, `import { x } from '../streams/event-hub.ts'`, 'floorsPointDown'],
  [`${core}/service/execution-service.ts`, `import { x } from '../index.ts'`, 'floorsPointDown'],
  [`${core}/index.ts`, `export { x } from './journal/sqlite/index.ts'`, 'separateEntries'],
  [`${core}/approval/challenge.ts`, `import type { X } from './totp/index.ts'`, 'separateEntries'],
  [`${core}/runtime/hash.ts`, `import { createHash } from 'node:crypto'`, 'onlySqliteNeedsNode'],
  [`${core}/journal/memory-journal.ts`, `const fs = process.getBuiltinModule('node:fs')`, 'onlySqliteNeedsNode'],
  [`${core}/guards/guard.ts`, `import type { Observable } from 'rxjs'`, 'kernelsHaveNoStreams'],
  [`${core}/pipeline/cancel/sweep.ts`, `import { approve } from '../../broker/approved-order.ts'`, 'onlySubmitApproves'],
  [`${core}/index.ts`, `export { approve } from './broker/approved-order.ts'`, 'onlySubmitApproves'],
  [`${core}/pipeline/approve/approve-order.ts`, `import { verify } from 'otplib'`, 'onlyTotpUsesOtplib'],
  ['packages/http/src/index.ts', `import { x } from '@otplib/core'`, 'onlyTotpUsesOtplib'],
  [`${core}/index.ts`, `import { x } from '../../http/src/index.ts'`, 'noPathsIntoPackages'],
  ['examples/bot/main.ts', `import { x } from '../../packages/core/src/index.ts'`, 'noPathsIntoPackages'],
  [`${core}/index.ts`, `import type { X } from '@sluice/testkit'`, 'packagesPointToCore'],
  ['packages/http/src/index.ts', `import { x } from '@sluice/testkit'`, 'packagesPointToCore'],
  ['packages/cli/src/main.ts', `import { x } from '@sluice/http'`, 'packagesPointToCore'],
  ['packages/cli/src/commands/journal-show.ts', `import { x } from '@sluice/journal-postgres'`, 'packagesPointToCore'],
  ['packages/widgets/src/provider.ts', `import { x } from '@sluice/http'`, 'packagesPointToCore'],
  ['packages/http/src/index.ts', `import { x } from '@sluice/core/testing'`, 'testingIsForTests'],
  ['packages/widgets/src/provider.ts', `import { parseDecimal } from '@sluice/core'`, 'pagesStaySmall'],
  ['packages/widgets/src/provider.ts', `import { Subject } from 'rxjs'`, 'pagesStaySmall'],
  ['packages/widgets/src/provider.ts', `import { io } from 'socket.io-client'`, 'pagesStaySmall'],
  ['packages/http/src/client/index.ts', `import { x } from '../routes.ts'`, 'clientStandsAlone'],
  ['packages/http/src/client/index.ts', `import { x } from '@sluice/core'`, 'clientStandsAlone'],
]

test.for(violations)('in %s, "%s" breaks %s', ([file, source, rule]) => {
  expect(broken(file, source)).toContain(rule)
})

test('every rule has a planted violation', () => {
  expect(new Set(violations.map(([, , rule]) => rule))).toEqual(new Set(rules.map(([name]) => name)))
})

const allowed: readonly (readonly [file: string, source: string])[] = [
  [`${core}/order/digest.ts`, `import { x } from '../runtime/hash.ts'`],
  [`${core}/risk/risk-view.ts`, `import type { X } from '../broker/broker-adapter.ts'`],
  [`${core}/service/execution-service.ts`, `import { x } from '../streams/event-hub.ts'`],
  [`${core}/streams/event-hub.ts`, `import { Subject } from 'rxjs'`],
  [`${core}/pipeline/replace/submit-replacement.ts`, `import { approve } from '../../broker/approved-order.ts'`],
  [`${core}/testing/index.ts`, `export { approve } from '../broker/approved-order.ts'`],
  [`${core}/index.ts`, `export type { ApprovedOrder } from './broker/approved-order.ts'`],
  [`${core}/journal/sqlite/index.ts`, `import { Worker } from 'node:worker_threads'`],
  [`${core}/approval/totp/index.ts`, `import { verify } from 'otplib'`],
  [`${core}/order/order.test.ts`, `import { x } from '@sluice/testkit'`],
  ['packages/http/src/routes.ts', `import { x } from '@sluice/core'`],
  ['packages/http/src/client/index.ts', `import type { Order } from '@sluice/core'`],
  ['packages/http/test/conformance.test.ts', `import { x } from '@sluice/core/testing'`],
  ['packages/http/tsup.config.ts', `import { libraryOf } from '../../tsup.base.ts'`],
  ['packages/adapter-alpaca/src/testing/fake.ts', `import { x } from '@sluice/core/testing'`],
  ['packages/cli/src/journal/open-postgres.ts', `import type { X } from '@sluice/journal-postgres'`],
  ['packages/widgets/src/provider.ts', `import { createClient } from '@sluice/http/client'`],
  ['packages/widgets/src/provider.ts', `import type { Order } from '@sluice/core'`],
  ['packages/widgets/src/provider.ts', `import { html } from 'lit'`],
  ['examples/desk/main.ts', `import { x } from '@sluice/widgets'`],
]

test.for(allowed)('in %s, "%s" is fine', ([file, source]) => {
  expect(broken(file, source)).toEqual([])
})
