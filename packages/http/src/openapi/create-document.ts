import { z } from 'zod'
import type { Route } from '../api/call.ts'
import { parameters, responseHeaders, securitySchemes } from './components.ts'
import { components } from './registry.ts'
import type { DocumentedAnswer, RouteDocument } from './route-document.ts'
import { problem } from './schemas/problem.ts'

type JsonObject = Record<string, unknown>

export interface DocumentOptions {
  /** Whether answers may have members that are not documented. Clients must bear them, tests must not. Default true. */
  readonly allowMore?: boolean
}

const uri = (id: string): string => `#/components/schemas/${id}`

/** What every private route may answer with: who are you, you may not, too often, not now, and a failure of ours. */
const ALWAYS = [401, 403, 429, 500, 503]
const WITH_BODY = [400, 408, 413, 415]

const PROBLEM_TITLES: Readonly<Record<number, string>> = {
  400: 'Cannot be read', 401: 'Nobody', 403: 'Not allowed', 404: 'Unknown, or of a foreign account', 408: 'The body came too late',
  409: 'The order is finished', 412: 'The order has another version', 413: 'Too large', 415: 'Not plain JSON',
  422: 'Invalid, denied by a guard, or rejected by the broker', 428: 'If-Match is missing', 429: 'Too often', 500: 'A failure of ours', 503: 'Not now',
}

/** Makes schemas of one direction: what clients write is checked to the last member, what they read may grow. */
function schemaMaker(io: 'input' | 'output'): { readonly of: (schema: z.ZodType) => JsonObject; readonly named: Readonly<Record<string, JsonObject>> } {
  const options = { uri, io, unrepresentable: 'any', target: 'draft-2020-12' } as const
  const strip = (schema: JsonObject): JsonObject => Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'))
  const { schemas } = z.toJSONSchema(components, options)
  const named = Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, strip(schema as JsonObject)]))
  return {
    named,
    of: (schema) => {
      const known = components.get(schema)
      if (known !== undefined) return { $ref: uri(known.id) }
      const scratch = z.registry<{ id: string }>()
      for (const id of Object.keys(named)) {
        const member = memberOf(id)
        if (member !== undefined) scratch.add(member, { id })
      }
      scratch.add(schema, { id: 'anonymous' })
      return strip(z.toJSONSchema(scratch, options).schemas['anonymous'] as JsonObject)
    },
  }
}

const memberOf = (id: string): z.ZodType | undefined => components._idmap.get(id) as z.ZodType | undefined

function responseOf(answer: DocumentedAnswer, toSchema: (schema: z.ZodType) => JsonObject, isPrivate: boolean): JsonObject {
  const { description, schema, mediaType = 'application/json', headers = [] } = answer
  const names = [...headers, ...(isPrivate ? ['RateLimit', 'RateLimit-Policy'] : [])]
  return {
    description,
    ...(names.length > 0 && { headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])) }),
    ...((schema !== undefined || mediaType !== 'application/json') && { content: { [mediaType]: { schema: schema === undefined ? { type: 'string' } : toSchema(schema) } } }),
  }
}

function problemResponse(status: number): JsonObject {
  const headers = [...(status === 401 ? ['WWW-Authenticate'] : []), ...(status === 429 || status === 503 ? ['Retry-After'] : []), ...(status === 412 || status === 428 || status === 422 ? ['ETag'] : [])]
  return {
    description: PROBLEM_TITLES[status] ?? 'A problem',
    ...(headers.length > 0 && { headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])) }),
    content: { 'application/problem+json': { schema: { $ref: uri(components.get(problem)?.id ?? '') } } },
  }
}

function queryParameters(query: z.ZodObject | undefined, toSchema: (schema: z.ZodType) => JsonObject): JsonObject[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = toSchema(schema as z.ZodType)
    return { name, in: 'query', required: false, ...(description !== undefined && { description }), schema: rest }
  })
}

function operationOf(route: Route, input: (schema: z.ZodType) => JsonObject, output: (schema: z.ZodType) => JsonObject): JsonObject {
  const { operationId, tag, summary, description, query, headers = [], body, answers, problems = [] }: RouteDocument = route.document
  const isPrivate = route.access === 'private'
  const statuses = new Set([...(isPrivate ? ALWAYS : [503, 500]), ...(body === undefined ? [] : WITH_BODY), ...problems])
  const parameterList = [
    ...(route.path.includes(':id') ? [{ $ref: '#/components/parameters/OrderId' }] : []),
    ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` })),
    ...queryParameters(query, input),
  ]
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(isPrivate ? { ...(route.right !== undefined && { 'x-right': route.right }) } : { security: [] }),
    ...(parameterList.length > 0 && { parameters: parameterList }),
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: input(body) } } } }),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, answer]) => [status, responseOf(answer, output, isPrivate)] as const),
      ...[...statuses].toSorted((left, right) => left - right).map((status) => [String(status), problemResponse(status)] as const),
    ]),
  }
}

/** OpenAPI 3.1 of the routes, from the schemas that check them. */
export function createDocument(routes: readonly Route[], basePath: string, { allowMore = true }: DocumentOptions = {}): object {
  const input = schemaMaker('input')
  const output = schemaMaker(allowMore ? 'input' : 'output')
  const paths: Record<string, JsonObject> = {}
  for (const route of routes) {
    const path = route.path.replace(':id', '{id}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, input.of, output.of) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice', version: '1', license: { name: 'MIT', identifier: 'MIT' },
      description: 'The gate between a strategy and the market: orders through guards, written down, sent once. Money is decimal text. Everything that is no success is application/problem+json.',
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    tags: [
      { name: 'orders', description: 'Place, follow, change and cancel' }, { name: 'risk', description: 'Positions, limits and the kill switch' },
      { name: 'events', description: 'What happens, as it becomes durable' }, { name: 'service', description: 'For whoever runs it' },
    ],
    paths,
    components: { schemas: { ...input.named, ...(allowMore ? {} : output.named) }, parameters, headers: responseHeaders, securitySchemes },
  }
}
