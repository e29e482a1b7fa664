import { Refusal, refuse } from '../answer/refusal.ts'
import { NodeRequest } from '../node/node-request.ts'

function malformed(): Refusal {
  return refuse(400, 'BODY_MALFORMED', 'The body is incomplete or not UTF-8.')
}

function tooLarge(limit: number): Refusal {
  return refuse(413, 'BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`)
}

function decode(content: Uint8Array, limit: number): string {
  if (content.byteLength > limit) throw tooLarge(limit)
  try {
    return wholeText.decode(content)
  } catch {
    throw malformed()
  }
}

const wholeText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The bytes of a request as text. They are counted as they come: Content-Length is only what the sender says.
 * @throws Refusal 413, or 400 when the bytes are not UTF-8
 */
export async function readBody(request: Request, limit: number): Promise<string> {
  if (request instanceof NodeRequest) return decode(request.content, limit)
  if (request.bodyUsed) throw new TypeError('the body was read before: authenticate must read a clone of the request')
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let text = ''
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      size += value.byteLength
      if (size > limit) throw tooLarge(limit)
      text += decoder.decode(value, { stream: true })
    }
  } catch (error) {
    // Nobody waits for the rest; a sender that fails to be told so changes nothing.
    reader.cancel().catch(() => undefined)
    throw error instanceof Refusal ? error : malformed()
  }
}
