import fc, { type Arbitrary } from 'fast-check'
import { arbitraryOf, type FuzzSchema } from './arbitrary-of.ts'

/** One request, near the document or far from it. */
export interface FuzzCase {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

interface Parameter { readonly $ref?: string; readonly name: string; readonly in: string; readonly schema: FuzzSchema }
interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: FuzzSchema }>> }
}

export interface FuzzDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, FuzzSchema>>; readonly parameters: Readonly<Record<string, Parameter>> }
}

const HOSTILE: readonly unknown[] = ['1e9', 'NaN', '-0', ' 1 ', '0x10', '１', '1_000', '', 'АAPL', 'AAPL\u200b', '\ud800', '../..', '%00', null, 0, -1, 1e308, true, [], {}, [[[[[[[[[['deep']]]]]]]]]], '9'.repeat(400)]
const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary', maxLength: 12 }))
const hostileText = fc.oneof(fc.constantFrom('{', '[]', 'null', '"x"', '', '{"__proto__":{"a":1}}', '{"symbol":"AAPL","symbol":"MSFT"}', '{"constructor":{"prototype":{}}}', '\ufeff{}', '{"a":'.repeat(50)), fc.string(), fc.json())
/** Header values a client can send at all. */
const headerText = fc.stringMatching(/^[\x20-\x7e]{0,40}$/)

/** An object with one member taken away, added or replaced. */
function mutated(body: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.tuple(body, fc.nat(), fc.constantFrom('remove', 'replace', 'add', 'nest'), hostile, fc.string({ maxLength: 8 })).map(([value, index, how, other, name]) => {
    if (typeof value !== 'object' || value === null) return other
    const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) }
    const keys = Object.keys(copy)
    const key = keys[index % Math.max(1, keys.length)] ?? name
    if (how === 'remove') delete copy[key]
    else if (how === 'nest') copy[key] = { [name]: other }
    else copy[how === 'add' ? name : key] = other
    return copy
  })
}

/** What the rules across fields seldom let chance find. */
const plain = fc.record({
  symbol: fc.constantFrom('AAPL', 'MSFT'), side: fc.constantFrom('buy', 'sell'), type: fc.constant('limit'), quantity: fc.constantFrom('1', '2', '0.5', '90'),
  limitPrice: fc.constantFrom('100', '187.50', '400'), timeInForce: fc.constantFrom('day', 'gtc'),
}, { noNullPrototype: true })

function bodyOf(schema: FuzzSchema, resolve: (reference: string) => FuzzSchema): Arbitrary<string> {
  const any = arbitraryOf(schema, resolve)
  const valid: Arbitrary<unknown> = schema.$ref?.endsWith('/OrderRequest') === true ? fc.oneof(any, plain) : any
  return fc.oneof(
    { weight: 5, arbitrary: valid.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: mutated(valid).map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: hostileText },
  )
}

/** Cases of every operation that the document names. `orderId` finds an order that may exist. */
export function fuzzCases({ paths, components }: FuzzDocument): Arbitrary<FuzzCase> {
  const resolve = (reference: string): FuzzSchema => components.schemas[reference.split('/').at(-1) ?? ''] ?? {}
  const operations = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => {
    const parameters = (operation.parameters ?? []).map((parameter) => (parameter.$ref === undefined ? parameter : components.parameters[parameter.$ref.split('/').at(-1) ?? ''] as Parameter))
    const schema = operation.requestBody?.content['application/json']?.schema
    const queries = fc.record(Object.fromEntries(parameters.filter(({ in: place }) => place === 'query').map(({ name, schema: own }) =>
      [name, fc.oneof({ weight: 3, arbitrary: arbitraryOf(own, resolve) }, { weight: 1, arbitrary: hostile })])), { requiredKeys: [], noNullPrototype: true })
    const keys = fc.oneof({ weight: 6, arbitrary: fc.uuid() }, { weight: 2, arbitrary: fc.constantFrom('k1', 'k2', '"k3"') }, { weight: 1, arbitrary: headerText })
    return fc.record({
      method: fc.oneof({ weight: 20, arbitrary: fc.constant(method.toUpperCase()) }, { weight: 1, arbitrary: fc.constantFrom('PUT', 'GET', 'HEAD', 'DELETE', 'POST', 'OPTIONS') }),
      path: fc.oneof({ weight: 6, arbitrary: fc.constant('{known}') }, { weight: 2, arbitrary: fc.uuid() }, { weight: 1, arbitrary: fc.webSegment() }).map((id) => path.replace('{id}', id)),
      query: fc.tuple(queries, fc.option(fc.webQueryParameters(), { freq: 20, nil: '' })).map(([known, more]) => {
        const search = new URLSearchParams()
        for (const [name, value] of Object.entries(known)) for (const one of [value].flat()) search.append(name, typeof one === 'string' ? one : JSON.stringify(one) ?? '')
        return [search.toString(), more].filter((part) => part !== '').join('&')
      }),
      headers: fc.record({
        Authorization: fc.oneof({ weight: 12, arbitrary: fc.constantFrom('Bearer zqcanary-alice', 'Bearer zqcanary-root', 'Bearer zqcanary-bob') }, { weight: 2, arbitrary: fc.constantFrom('Bearer zqcanary-reader', 'Bearer zqcanary-trader', 'Bearer zqcanary-nobodys') }, { weight: 1, arbitrary: headerText }),
        'Idempotency-Key': keys,
        'If-Match': fc.oneof(fc.constantFrom('*', '"v1"', '"v2"', '"v3"'), headerText),
        'Content-Type': fc.oneof({ weight: 15, arbitrary: fc.constant('application/json') }, { weight: 1, arbitrary: headerText }),
        'Last-Event-ID': fc.constantFrom('main:1', 'main:999,*:4', 'x', ''),
      }, { requiredKeys: ['Authorization'], noNullPrototype: true }),
      body: schema === undefined ? fc.constant(undefined) : bodyOf(schema, resolve),
    }) as Arbitrary<FuzzCase>
  }))
  return fc.oneof(...operations)
}
