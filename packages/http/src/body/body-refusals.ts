import { type Refusal, refuse } from '../answer/refusal.ts'

export function bodyMalformed(): Refusal {
  return refuse(400, 'BODY_MALFORMED', 'The body is incomplete or not UTF-8.')
}

export function bodyTooLarge(limit: number): Refusal {
  return refuse(413, 'BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`)
}

export function bodyTooDeep(): Refusal {
  return refuse(400, 'JSON_TOO_DEEP', 'The body is nested deeper than it may be.')
}

export function bodyTimeout(): Refusal {
  return refuse(408, 'BODY_TIMEOUT', 'The body did not arrive in time.', { retryable: true })
}

const wholeText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What a reader that forgives puts where bytes are no text. */
const REPLACEMENT = '\ufffd'

/** @throws Refusal 413, or 400 when the bytes are not UTF-8 */
export function decodeBody(content: Uint8Array, limit: number): string {
  if (content.byteLength > limit) throw bodyTooLarge(limit)
  // Node's own reader is several times faster, and forgives; where it may have done so the strict one decides.
  const text = 'utf8Slice' in content ? String(content) : undefined
  if (text !== undefined && !text.includes(REPLACEMENT)) return text
  try {
    return wholeText.decode(content)
  } catch {
    throw bodyMalformed()
  }
}
