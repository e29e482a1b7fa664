import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'vitest'
import { createDocument } from '../../src/openapi/create-document.ts'
import { routes } from '../../src/routes/routes.ts'
import { BASE } from './base.ts'

interface Media {
  readonly schema: object
}

interface DocumentedResponse {
  readonly headers?: Readonly<Record<string, unknown>>
  readonly content?: Readonly<Record<string, Media>>
}

interface Operation {
  readonly responses: Readonly<Record<string, DocumentedResponse>>
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

/** The document without room for what it does not say: an answer with a member more than documented is a failure here. */
const document = createDocument(routes, BASE, { allowMore: false }) as ApiDocument

const ajv = new Ajv2020({ strict: false, allErrors: true, schemas: [{ $id: 'document', components: document.components }] })
formats.default(ajv)
const validators = new Map<string, ValidateFunction>()

function validatorOf(name: string, schema: object): ValidateFunction {
  let validator = validators.get(name)
  if (validator === undefined) {
    validator = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object)
    validators.set(name, validator)
  }
  return validator
}

function operationOf(method: string, path: string): readonly [name: string, operation: Operation | undefined] {
  for (const [template, operations] of Object.entries(document.paths)) {
    if (new RegExp(`^${template.replaceAll('.', '\\.').replace('{id}', '[^/]+')}$`).test(path)) return [template, operations[method === 'HEAD' ? 'get' : method.toLowerCase()]]
  }
  return [path, undefined]
}

/** Checks an answer against the document: its status, its media type and every member of its body. Leaves it unread. */
export async function assertDocumented(method: string, url: string, response: Response): Promise<void> {
  const { pathname } = new URL(url, 'http://x')
  if (!pathname.startsWith(`${BASE}/`)) return
  const [template, operation] = operationOf(method, pathname.slice(BASE.length))
  // Addresses and methods that are not there are in no document.
  if (operation === undefined) return
  const name = `${method} ${template} ${response.status}`
  const documented = operation.responses[response.status]
  expect(documented, `${name} is not documented`).toBeDefined()
  const type = response.headers.get('Content-Type')?.split(';')[0] ?? ''
  expect(Object.keys(documented?.content ?? {}), name).toContain(type)
  if (method === 'HEAD' || type === 'text/event-stream') return
  const validate = validatorOf(name, documented?.content?.[type]?.schema ?? {})
  const value: unknown = JSON.parse(await response.clone().text())
  const isValid = validate(value)
  expect(isValid, `${name}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value).slice(0, 500)}`).toBe(true)
}
