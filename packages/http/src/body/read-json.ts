import type { ApiRequest } from '../api/api-request.ts'
import { refuse } from '../answer/refusal.ts'
import { parseStrictJson, StrictJsonError } from './strict-json.ts'

const JSON_TYPE = /^application\/json[\t ]*(?:;[\t ]*charset[\t ]*=[\t ]*"?utf-8"?[\t ]*)?$/i

const CODES = {
  json: 'JSON_MALFORMED', duplicate_key: 'JSON_DUPLICATE_KEY', forbidden_key: 'JSON_FORBIDDEN_KEY', depth: 'JSON_TOO_DEEP',
} as const

export interface JsonRules {
  /**
   * Whether a text of which only a parser's reading is left will do. Default no: an order that was sent with two quantities is
   * no order, and who may have overlooked that cannot be asked.
   */
  readonly allowUnproven?: boolean
}

/** @throws Refusal 415 unless the body is said to be JSON: a form or a text can be sent by any page without asking. */
function checkMediaType(request: ApiRequest): void {
  const type = request.header('content-type')
  const coding = request.header('content-encoding')
  if ((type === 'application/json' || JSON_TYPE.test(type ?? '')) && (coding === undefined || coding === 'identity')) return
  throw refuse(415, 'MEDIA_TYPE_UNSUPPORTED', 'Send application/json in UTF-8, not compressed.', {}, { Accept: 'application/json' })
}

/**
 * The JSON object in a request's body.
 * @throws Refusal 415, 413, 408, 400, or 422 when it is JSON but no object
 */
export async function readJsonObject(request: ApiRequest, { allowUnproven = false }: JsonRules = {}): Promise<Readonly<Record<string, unknown>>> {
  checkMediaType(request)
  const { text, isProven } = await request.body()
  let value: unknown
  try {
    value = parseStrictJson(text)
  } catch (error) {
    if (error instanceof StrictJsonError) throw refuse(400, CODES[error.rule], error.message)
    throw error
  }
  if (!isProven && !allowUnproven) {
    throw refuse(400, 'BODY_UNPROVEN', 'A parser in front of this endpoint took the body, and whether a key was in it twice cannot be told. Send JSON without spaces; or mount the endpoint before the parser, or let the parser keep the bytes as rawBody.')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw refuse(422, 'REQUEST_INVALID', 'The body must be a JSON object.', { errors: [{ pointer: '', rule: 'object', message: 'must be an object' }] })
}
