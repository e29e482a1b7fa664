import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, test } from 'vitest'
import { createExecutionApi } from '../src/index.ts'
import { BASE } from './support/base.ts'
import { breakingChanges, type ComparedDocument } from './support/breaking-changes.ts'
import { documentFault } from './support/document.ts'
import { makeService } from './support/make-service.ts'
import { authenticate } from './support/principals.ts'

/** The contract that clients out there were written for. It moves with a release, never with a test. */
const published = join(import.meta.dirname, 'contract/openapi.v1.json')

async function currentDocument(): Promise<ComparedDocument> {
  const { service } = await makeService()
  const api = createExecutionApi({ service, authenticate })
  const response = await api.fetch(new Request(`http://x${BASE}/openapi.json`))
  await service.close()
  return (await response.json()) as ComparedDocument
}

type Loose = Readonly<Record<string, unknown>>

/** A copy with another value at a path such as `components.schemas.Order`; undefined takes it away. A function gets the value there. */
function changed(document: ComparedDocument, path: string, value: unknown): ComparedDocument {
  const copy = structuredClone(document)
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let holder = copy as unknown as Record<string, unknown>
  for (const key of keys) holder = holder[key] as Record<string, unknown>
  if (value === undefined) delete holder[last]
  else holder[last] = typeof value === 'function' ? (value as (old: unknown) => unknown)(holder[last]) : value
  return copy
}

const and = (...more: readonly string[]) => (old: readonly string[]): readonly string[] => [...old, ...more]

test('the document is OpenAPI 3.1 without a fault', async () => {
  const config = await createConfig({ extends: ['recommended'], rules: { 'operation-4xx-response': 'off', 'no-server-example.com': 'off' } })
  const source = JSON.stringify(await currentDocument(), undefined, 1)
  const problems = await lintFromString({ source, config })
  expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer ?? ''}`)).toEqual([])
  const broken = await lintFromString({ source: source.replace('"operationId": "getOrder"', '"operationId": "placeOrder"'), config })
  expect(broken.map(({ ruleId }) => ruleId)).toContain('operation-operationId-unique')
})

test('nothing that clients were written for is broken', async () => {
  const current = await currentDocument()
  // For a release that may break clients, or only adds: SLUICE_PUBLISH_CONTRACT=1.
  if (process.env['SLUICE_PUBLISH_CONTRACT'] === '1') writeFileSync(published, `${JSON.stringify(current, undefined, 1)}\n`)
  expect(breakingChanges(JSON.parse(readFileSync(published, 'utf8')) as ComparedDocument, current)).toEqual([])
})

const schemas = 'components.schemas'

test.each<readonly [string, string, unknown, RegExp]>([
  ['a route that goes', 'paths./orders.delete', undefined, /DELETE \/orders: removed/],
  ['a parameter that goes', 'paths./orders.get.parameters', [], /parameter account removed/],
  ['a parameter that becomes required', 'components.parameters.Idempotency-Key', (old: Loose) => ({ ...old, required: true }), /Idempotency-Key is now required/],
  ['a side that is no longer taken', `${schemas}.OrderRequest.oneOf.0.properties.side.enum`, ['buy', 'sell'], /"sell_short" is no longer taken/],
  ['a field that becomes required', `${schemas}.OrderRequest.oneOf.1.required`, and('strategy'), /strategy is now required/],
  ['a field that goes', `${schemas}.Position.properties.mark`, undefined, /mark removed/],
  ['a field that may be absent', `${schemas}.Position.required`, ['account'], /quantity may now be absent/],
  ['a type that changes', `${schemas}.Decimal.type`, 'number', /type changed from "string" to "number"/],
  ['an answer that goes', 'paths./order.post.responses.202', undefined, /no longer answers 202/],
])('the check for breaking changes sees %s', async (_, path, value, seen) => {
  const document = await currentDocument()
  expect(breakingChanges(document, changed(document, path, value)).join('\n')).toMatch(seen)
})

test.each<readonly [string, unknown]>([
  ['paths./new', {}],
  [`${schemas}.Position.properties.extra`, { type: 'string' }],
  [`${schemas}.OrderRequest.oneOf.0.properties.side.enum`, and('buy_to_cover')],
])('what is added at %s breaks nobody', async (path, value) => {
  const document = await currentDocument()
  expect(breakingChanges(document, changed(document, path, value))).toEqual([])
})

test('an answer that the document does not know is found in the tests', async () => {
  const position = { account: 'main', broker: 'main', symbol: 'AAPL', quantity: '1', averagePrice: '1', workingBuy: '0', workingSell: '0', realisedProfit: '0' }
  const faultOf = (status: number, body: unknown, type = 'application/json'): Promise<string | undefined> =>
    documentFault('GET', `${BASE}/positions`, new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } }))
  expect(await faultOf(200, [position])).toBeUndefined()
  expect(await faultOf(200, [{ ...position, secret: 'x' }])).toContain('must NOT have additional properties')
  expect(await faultOf(200, [{ ...position, quantity: 1 }])).toContain('/0/quantity must be string')
  expect(await faultOf(200, [{ ...position, quantity: undefined }])).toContain("must have required property 'quantity'")
  expect(await faultOf(418, [])).toContain('is not documented')
  expect(await faultOf(200, [], 'text/html')).toContain('text/html')
})
