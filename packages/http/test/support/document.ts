import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
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

/**
 * What is wrong with an answer by the document: its status, its media type or a member of its body; undefined when nothing is.
 * Leaves it unread.
 */
export async function documentFault(method: string, url: string, response: Response): Promise<string | undefined> {
  const { pathname } = new URL(url, 'http://x')
  if (!pathname.startsWith(`${BASE}/`)) return undefined
  const [template, operation] = operationOf(method, pathname.slice(BASE.length))
  // Addresses and methods that are not there are in no document.
  if (operation === undefined) return undefined
  const name = `${method} ${template} ${response.status}`
  const documented = operation.responses[response.status]
  if (documented === undefined) return `${name} is not documented`
  const type = response.headers.get('Content-Type')?.split(';')[0] ?? ''
  const media = documented.content?.[type]
  if (media === undefined) return `${name} is not documented as ${type}`
  if (method === 'HEAD' || type === 'text/event-stream') return undefined
  const validate = validatorOf(`${name} ${type}`, media.schema)
  const text = await response.clone().text()
  return validate(JSON.parse(text)) ? undefined : `${name}: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 500)}`
}
