import { once } from 'node:events'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { plainAnswerOf } from '../answer/answer.ts'

/** Writes a web response. Resolves when it is handed over, or when the client has left. */
export async function writeResponse(response: Response, outgoing: ServerResponse, leaving: AbortSignal): Promise<void> {
  const plain = plainAnswerOf(response)
  outgoing.writeHead(response.status, plain === undefined ? headersOf(response.headers) : { ...plain.headers })
  if (plain === undefined) outgoing.end(await response.text())
  else if (typeof plain.body === 'string') outgoing.end(plain.body)
  else await writeStream(plain.body, outgoing, leaving)
}

function headersOf(headers: Headers): OutgoingHttpHeaders {
  return Object.fromEntries(headers)
}

async function writeStream(chunks: AsyncIterable<string>, outgoing: ServerResponse, leaving: AbortSignal): Promise<void> {
  outgoing.flushHeaders()
  // Leaving the loop returns the generator, which frees what the stream holds.
  for await (const chunk of chunks) {
    if (leaving.aborted) break
    if (!outgoing.write(chunk)) await once(outgoing, 'drain', { signal: leaving }).catch(() => undefined)
  }
  outgoing.end()
}
