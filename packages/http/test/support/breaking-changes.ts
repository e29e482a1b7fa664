/** As much of a JSON Schema as our document uses. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly minLength?: number
  readonly maxLength?: number
}

interface Parameter { readonly $ref?: string; readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: Schema }
type Content = Readonly<Record<string, { readonly schema: Schema }>>
interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

export interface ComparedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly parameters: Readonly<Record<string, Parameter>> }
}

type Direction = 'request' | 'response'

/** What a client that was written for `before` would trip over in `after`; empty when there is nothing. */
export function breakingChanges(before: ComparedDocument, after: ComparedDocument): string[] {
  const found: string[] = []
  const report = (where: string, what: string): void => { found.push(`${where}: ${what}`) }
  const compare = schemaComparer(before, after, report)

  for (const [path, operations] of Object.entries(before.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const where = `${method.toUpperCase()} ${path}`
      const now = after.paths[path]?.[method]
      if (now === undefined) { report(where, 'removed'); continue }
      compareParameters(where, parametersOf(before, operation), parametersOf(after, now))
      for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
        const next = now.requestBody?.content[type]?.schema
        if (next === undefined) report(where, `no longer takes ${type}`)
        else compare(`${where} body`, schema, next, 'request')
      }
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        if (now.responses[status] === undefined && status.startsWith('2')) report(where, `no longer answers ${status}`)
        for (const [type, { schema }] of Object.entries(content)) {
          const next = now.responses[status]?.content?.[type]?.schema
          if (next !== undefined) compare(`${where} ${status}`, schema, next, 'response')
          else if (now.responses[status] !== undefined) report(`${where} ${status}`, `no longer ${type}`)
        }
      }
    }
  }

  function compareParameters(where: string, olds: readonly Parameter[], news: readonly Parameter[]): void {
    for (const old of olds) {
      const now = news.find(({ name, in: place }) => name === old.name && place === old.in)
      if (now === undefined) report(where, `parameter ${old.name} removed`)
      else compare(`${where} ${old.name}`, old.schema, now.schema, 'request')
    }
    for (const { name, in: place, required } of news) {
      const old = olds.find((other) => other.name === name && other.in === place)
      if (required === true && old?.required !== true) report(where, `parameter ${name} is now required`)
    }
  }
  return found
}

function parametersOf({ components }: ComparedDocument, { parameters = [] }: Operation): readonly Parameter[] {
  return parameters.map((parameter) => (parameter.$ref === undefined ? parameter : components.parameters[parameter.$ref.split('/').at(-1) ?? ''] ?? parameter))
}

function schemaComparer(before: ComparedDocument, after: ComparedDocument, report: (where: string, what: string) => void) {
  const resolve = ({ components }: ComparedDocument, schema: Schema): Schema => (schema.$ref === undefined ? schema : components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? schema)
  const seen = new Set<string>()

  const compare = (where: string, oldRaw: Schema, newRaw: Schema, direction: Direction): void => {
    const pair = `${direction} ${oldRaw.$ref ?? ''} ${newRaw.$ref ?? ''}`
    if (oldRaw.$ref !== undefined && seen.has(pair)) return
    if (oldRaw.$ref !== undefined) seen.add(pair)
    const [old, now] = [resolve(before, oldRaw), resolve(after, newRaw)]
    const changed = (name: 'type' | 'const'): void => {
      if (JSON.stringify(old[name]) !== JSON.stringify(now[name])) report(where, `${name} changed from ${JSON.stringify(old[name])} to ${JSON.stringify(now[name])}`)
    }
    changed('type')
    changed('const')
    if (direction === 'request') compareRequest(where, old, now)
    else compareResponse(where, old, now)
    for (const [name, schema] of Object.entries(old.properties ?? {})) {
      const next = now.properties?.[name]
      if (next === undefined) report(where, `${name} removed`)
      else compare(`${where}.${name}`, schema, next, direction)
    }
    if (old.items !== undefined && now.items !== undefined) compare(`${where}[]`, old.items, now.items, direction)
    const [oldBranches, newBranches] = [old.oneOf ?? old.anyOf ?? [], now.oneOf ?? now.anyOf ?? []]
    if (newBranches.length < oldBranches.length) report(where, 'a variant was removed')
    else for (const [index, branch] of oldBranches.entries()) compare(`${where}|${index}`, branch, newBranches[index] as Schema, direction)
  }

  /** What was taken must still be taken. */
  const compareRequest = (where: string, old: Schema, now: Schema): void => {
    for (const name of now.required ?? []) if (old.required?.includes(name) !== true) report(where, `${name} is now required`)
    for (const value of old.enum ?? []) if (now.enum?.includes(value) !== true) report(where, `${JSON.stringify(value)} is no longer taken`)
    if (now.pattern !== undefined && now.pattern !== old.pattern) report(where, 'pattern changed')
    if ((now.minLength ?? 0) > (old.minLength ?? 0) || (now.maxLength ?? Infinity) < (old.maxLength ?? Infinity)) report(where, 'length narrowed')
  }

  /** What was promised must still be there; a reader bears more. */
  const compareResponse = (where: string, old: Schema, now: Schema): void => {
    for (const name of old.required ?? []) if (now.required?.includes(name) !== true) report(where, `${name} may now be absent`)
  }
  return compare
}
