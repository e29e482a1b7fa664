import { refuse } from '../answer/refusal.ts'
import { readBody } from './read-body.ts'
import { parseStrictJson, StrictJsonError } from './strict-json.ts'

const JSON_TYPE = /^application\/json[\t ]*(?:;[\t ]*charset[\t ]*=[\t ]*"?utf-8"?[\t ]*)?$/i

const CODES = {
  json: 'JSON_MALFORMED', duplicate_key: 'JSON_DUPLICATE_KEY', forbidden_key: 'JSON_FORBIDDEN_KEY', depth: 'JSON_TOO_DEEP',
} as const

/** @throws Refusal 415 unless the body is said to be JSON: a form or a text can be sent by any page without asking. */
function checkMediaType(headers: Headers): void {
  const coding = headers.get('Content-Encoding')
  if (JSON_TYPE.test(headers.get('Content-Type') ?? '') && (coding === null || coding === 'identity')) return
  throw refuse(415, 'MEDIA_TYPE_UNSUPPORTED', 'Send application/json in UTF-8, not compressed.', {}, { Accept: 'application/json' })
}

/**
 * The JSON object in a request's body.
 * @throws Refusal 415, 413, 400, or 422 when it is JSON but no object
 */
export async function readJsonObject(request: Request, limit: number): Promise<Readonly<Record<string, unknown>>> {
  checkMediaType(request.headers)
  const text = await readBody(request, limit)
  let value: unknown
  try {
    value = parseStrictJson(text)
  } catch (error) {
    if (error instanceof StrictJsonError) throw refuse(400, CODES[error.rule], error.message)
    throw error
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw refuse(422, 'REQUEST_INVALID', 'The body must be a JSON object.', { errors: [{ pointer: '', rule: 'object', message: 'must be an object' }] })
}
