import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FakeExchangeRecord } from '../src/testing/index.ts'

/** The part of OpenAPI 3.0 that Alpaca's description uses. */
interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly nullable?: boolean
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly maxLength?: number
  readonly minLength?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
}

interface Parameter {
  readonly name: string
  readonly in: string
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface Operation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly parameters: Readonly<Record<string, Parameter>>
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>
  }
}

const FILE = join(import.meta.dirname, '../../../../shared/data/alpaca-trading-api.json')

/** Why the description is not used; undefined when it is there. */
export const missingDescription: string | undefined = existsSync(FILE) ? undefined : 'Alpaca\'s description is not part of this project: put it at ../shared/data/alpaca-trading-api.json'

const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/,
  date: /^\d{4}-\d{2}-\d{2}$/, decimal: /^-?\d+(?:\.\d+)?$/,
}

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : Number.isInteger(value) ? 'integer' : typeof value)

/** Where the description is known to be wrong, by name. */
const EXCEPTIONS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  // Its list of exchanges of assets knows those of shares alone; that of positions knows CRYPTO, and the empty text for options.
  { name: 'the exchange of coins', pattern: /\.exchange is "CRYPTO", not one of AMEX / },
  // Its own example of a multi-leg order writes empty texts where the schema knows none: the parent's asset, symbol and side, the type of legs.
  { name: 'the multi-leg example', pattern: /(?:\.asset_class is "", not one of |\.asset_id is no uuid: $|\.side is "", not one of |\.(?:order_)?type is "", not one of |\.symbol is too short$)/ },
]

/** The name of a known fault of the description that a problem is; undefined for a real one. */
export function exceptionOf(problem: string): string | undefined {
  return EXCEPTIONS.find(({ pattern }) => pattern.test(problem))?.name
}

export interface DescriptionCheck {
  /** What is wrong with an exchange: one line each. */
  problemsOf(record: Pick<FakeExchangeRecord, 'method' | 'path' | 'query' | 'requestBody' | 'status' | 'responseBody'>): string[]
  /** The published example of an answer, by its name. */
  exampleOf(name: string): unknown
}

/** Holds requests and answers against Alpaca's published description. Whatever is not described there is a problem, too. */
export function openDescription(): DescriptionCheck {
  const description = JSON.parse(readFileSync(FILE, 'utf8')) as Description
  const resolve = (schema: Schema): Schema => {
    if (schema.$ref === undefined) return schema
    const found = description.components.schemas[schema.$ref.slice('#/components/schemas/'.length)]
    if (found === undefined) throw new Error(`unknown reference ${schema.$ref}`)
    return resolve(found)
  }
  const check = (given: Schema, value: unknown, path: string): string[] => {
    const schema = resolve(given)
    if (value === null && (schema.nullable === true || given.nullable === true)) return []
    const problems = (schema.allOf ?? []).flatMap((part) => check(part, value, path))
    for (const choices of [schema.oneOf, schema.anyOf]) {
      if (choices !== undefined && !choices.some((choice) => check(choice, value, path).length === 0)) problems.push(`${path} fits none of its forms`)
    }
    const type = typeOf(value)
    if (schema.type !== undefined && schema.type !== type && !(schema.type === 'number' && type === 'integer')) return [...problems, `${path} is ${type}, not ${schema.type}`]
    if (schema.enum !== undefined && !schema.enum.includes(value)) problems.push(`${path} is ${JSON.stringify(value)}, not one of ${schema.enum.join(' ')}`)
    if (typeof value === 'string') {
      if (schema.maxLength !== undefined && value.length > schema.maxLength) problems.push(`${path} is too long`)
      if (schema.minLength !== undefined && value.length < schema.minLength) problems.push(`${path} is too short`)
      const format = schema.format === undefined ? undefined : FORMATS[schema.format]
      if (format !== undefined && !format.test(value)) problems.push(`${path} is no ${schema.format}: ${value}`)
    }
    if (Array.isArray(value)) return [...problems, ...value.flatMap((item, index) => (schema.items === undefined ? [] : check(schema.items, item, `${path}[${index}]`)))]
    if (type !== 'object') return problems
    const fields = value as Readonly<Record<string, unknown>>
    for (const name of schema.required ?? []) if (!(name in fields)) problems.push(`${path}.${name} is missing`)
    for (const [name, part] of Object.entries(schema.properties ?? {})) if (fields[name] !== undefined) problems.push(...check(part, fields[name], `${path}.${name}`))
    return problems
  }
  const templates = Object.keys(description.paths).map((template) => ({ template, pattern: new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`) }))
  const operationOf = ({ method, path }: Pick<FakeExchangeRecord, 'method' | 'path'>): Operation | undefined => {
    // What is written out goes before what has a placeholder.
    const found = templates.filter(({ pattern }) => pattern.test(path)).toSorted((left, right) => left.template.split('{').length - right.template.split('{').length)[0]
    return found && description.paths[found.template]?.[method.toLowerCase()]
  }
  const schemaOf = (content: Content | undefined): Schema | undefined => content?.content?.['application/json']?.schema
  return {
    exampleOf: (name) => description.components.examples[name]?.value,
    problemsOf: (record) => {
      const operation = operationOf(record)
      const name = `${record.method} ${record.path}`
      if (operation === undefined) return [`${name} is not described`]
      const parameters = operation.parameters?.map((each) => ('$ref' in each ? description.components.parameters[each.$ref.slice('#/components/parameters/'.length)] : each))
      const known = new Set(parameters?.filter((parameter) => parameter?.in === 'query').map((parameter) => parameter?.name))
      const problems = [...new URLSearchParams(record.query).keys()].filter((key) => !known.has(key)).map((key) => `${name} has no parameter ${key}`)
      const request = schemaOf(operation.requestBody)
      if (request !== undefined && record.requestBody !== undefined) problems.push(...check(request, record.requestBody, `${name} request`))
      const answer = schemaOf(operation.responses[String(record.status)])
      if (answer !== undefined && record.responseBody !== undefined) problems.push(...check(answer, record.responseBody, `${name} ${record.status}`))
      return problems
    },
  }
}
