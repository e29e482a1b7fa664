import type { ApiRequest } from '../api/api-request.ts'
import { refuse } from '../answer/refusal.ts'

const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/
const KEY = /^[\x21-\x7e]{1,128}$/

/** The value of an Idempotency-Key header: an RFC 8941 string, or the same without quotes. Undefined when it is neither. */
export function parseIdempotencyKey(header: string): string | undefined {
  if (QUOTED.test(header)) {
    const text = header.slice(1, -1).replace(/\\(["\\])/g, '$1')
    return KEY.test(text) ? text : undefined
  }
  return KEY.test(header) && !header.includes('"') ? header : undefined
}

/**
 * The key of an order: the header's, or the body's where there is no header.
 * @throws Refusal 400 without a usable key, 422 when header and body name two
 */
export function idempotencyKeyOf(request: ApiRequest, body: Readonly<Record<string, unknown>>): string {
  const header = request.header('idempotency-key')
  const inBody = body['idempotencyKey']
  if (header === undefined) {
    if (typeof inBody === 'string') return inBody
    throw refuse(400, 'IDEMPOTENCY_KEY_MISSING', 'Send an Idempotency-Key header: a value of your own, new for each order and the same for each retry of it.')
  }
  const key = parseIdempotencyKey(header)
  if (key === undefined) throw refuse(400, 'IDEMPOTENCY_KEY_MALFORMED', 'The Idempotency-Key must be one text of 1 to 128 printable ASCII characters without spaces.')
  if (inBody !== undefined && inBody !== key) {
    const message = 'idempotencyKey differs from the Idempotency-Key header'
    throw refuse(422, 'IDEMPOTENCY_KEY_MISMATCH', message, { errors: [{ pointer: '/idempotencyKey', rule: 'mismatch', message }] })
  }
  return key
}
