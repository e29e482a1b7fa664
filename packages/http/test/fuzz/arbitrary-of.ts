import fc, { type Arbitrary } from 'fast-check'

/** As much of a JSON Schema as our document uses. */
export interface FuzzSchema {
  readonly $ref?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly properties?: Readonly<Record<string, FuzzSchema>>
  readonly required?: readonly string[]
  readonly items?: FuzzSchema
  readonly anyOf?: readonly FuzzSchema[]
  readonly oneOf?: readonly FuzzSchema[]
}

const decimal = fc.oneof(fc.constantFrom('1', '0.5', '187.50', '100', '999999999999', '0.000000001'), fc.integer({ min: 1, max: 500 }).map(String))

/** Texts that a pattern allows. Those with look-ahead are decimals here, and those of times are written out. */
function textOf({ pattern, format, minLength = 0, maxLength = 32 }: FuzzSchema): Arbitrary<string> {
  if (format === 'date-time') return fc.constantFrom('2027-01-01T00:00:00Z', '2026-12-31T21:00:00+02:00', '2030-06-01T12:30:00.123Z')
  if (pattern?.includes('(?=') === true) return decimal
  if (pattern === undefined) return fc.string({ minLength, maxLength })
  const shape = new RegExp(pattern)
  const matching = fc.stringMatching(shape)
  // What the market of the tests trades comes up often enough to be traded.
  const known = ['AAPL', 'MSFT', 'main', 'global', 'account:main'].filter((text) => shape.test(text))
  return known.length === 0 ? matching : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: matching })
}

/** Values that a schema of the document allows. */
export function arbitraryOf(schema: FuzzSchema, resolve: (reference: string) => FuzzSchema): Arbitrary<unknown> {
  const { $ref, enum: values, anyOf, oneOf, type, properties = {}, required = [], items } = schema
  if ($ref !== undefined) return arbitraryOf(resolve($ref), resolve)
  if ('const' in schema) return fc.constant(schema.const)
  if (values !== undefined) return fc.constantFrom(...values)
  const variants = oneOf ?? anyOf
  if (variants !== undefined) return fc.oneof(...variants.map((variant) => arbitraryOf(variant, resolve)))
  switch (type) {
    case 'string': return textOf(schema)
    case 'boolean': return fc.boolean()
    case 'integer': return fc.integer()
    case 'number': return fc.double()
    case 'array': return fc.array(arbitraryOf(items ?? {}, resolve), { maxLength: 3 })
    case 'object': return fc.record(Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, arbitraryOf(property, resolve)])), { requiredKeys: [...required], noNullPrototype: true })
    default: return fc.jsonValue()
  }
}
